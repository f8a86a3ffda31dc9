"""What every ring of the offline designer promises, and the prompts that it is held to."""

from functools import lru_cache
from pathlib import Path

from tasks.domain.rings.report import RingProof

PROMPTS = Path(__file__).resolve().parent / "prompts.txt"
DIAMETER_TOLERANCE_MM = 0.05


@lru_cache(maxsize=1)
def prompts() -> list[str]:
    """Return the list, one prompt a line; lines that begin with # are comments."""
    lines = (line.strip() for line in PROMPTS.read_text().splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def failings(proof: RingProof, inner_diameter_mm: float) -> list[str]:
    """Return which of the promises a ring breaks, by name."""
    measured_mm = proof.finger.inner_diameter_mm if proof.finger else 0.0
    promises = {
        "open part": all(part.watertight and part.winding_consistent and not part.inverted for part in proof.parts),
        "metal bodies": proof.metal_bodies == 1,
        "inner diameter": abs(measured_mm - inner_diameter_mm) <= DIAMETER_TOLERANCE_MM,
        "floating stone": not any(stone.floating for stone in proof.stones),
        "buried stone": not any(stone.buried for stone in proof.stones),
        "findings": proof.sound,
    }
    return [name for name, kept in promises.items() if not kept]
