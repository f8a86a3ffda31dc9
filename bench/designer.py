"""The offline designer over the project's list of prompts: are the rings sound, and was nothing ignored?"""

from pathlib import Path

from bench.figures import Figures, figure
from blocks.blender import Blender
from tasks.domain.rings.proof import prove
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.report import RingProof
from tasks.domain.rings.script import write_script

PROMPTS = Path(__file__).resolve().parent / "prompts.txt"
DIAMETER_TOLERANCE_MM = 0.05


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


async def figures() -> Figures:
    """Return the share of prompts whose ring keeps every promise, and print those that do not."""
    blender, kept, total = Blender(), 0, prompts()
    for prompt in total:
        spec = read_prompt(prompt)
        outcome = await blender.build(write_script(spec))
        broken = [str(outcome.error)]
        if outcome.glb is not None:
            broken = failings(prove(outcome.glb), spec.inner_diameter_mm)
        kept += not broken
        if broken:
            print(f"{prompt!r}: {', '.join(broken)}")
    return {"offline designer: sound rings": figure(kept / len(total), None, "share", len(total))}
