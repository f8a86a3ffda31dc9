"""Work on the kit, and on scripts from elsewhere, without any server: design, build, prove."""

import asyncio
import json
from pathlib import Path
from typing import Any

from blocks.blender import Blender, BuildOutcome
from blocks.settings import settings
from tasks.domain.errors import InvalidInput
from tasks.domain.rings.proof import prove as prove_glb
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.report import RingProof
from tasks.domain.rings.script import write_script
from tasks.rings import SAMPLES, VIEWS


def design(prompt: str, out: Path, *, views: bool = False) -> int:
    """Design `prompt` offline into `out`: spec, script, GLB, proof, pictures; 0 when the ring is sound.

    The picture is hero.png; with `views` the eight named views come too.
    """
    if not prompt.strip():
        raise InvalidInput("prompt", "must not be empty")
    out.mkdir(parents=True, exist_ok=True)
    spec = read_prompt(prompt)
    (out / "spec.json").write_text(spec.model_dump_json(indent=2))
    script = out / "ring.py"
    script.write_text(write_script(spec))
    verdict = _built(script, out)
    if verdict["success"]:
        glb = (out / "ring.glb").read_bytes()
        for view, png in _pictures(glb, views).items():
            (out / f"{view}.png").write_bytes(png)
    _print(verdict | {"assumptions": spec.assumptions, "not_honoured": spec.not_honoured})
    return 0 if verdict["success"] and not verdict["findings"] else 1


def build(script: Path, out: Path) -> int:
    """Run any script file under the lockdown into `out`: ring.glb and proof.json; 0 when a GLB came out."""
    out.mkdir(parents=True, exist_ok=True)
    verdict = _built(script, out)
    _print(verdict)
    return 0 if verdict["success"] else 1


def prove(glb: Path) -> int:
    """Print the proof of a GLB file as JSON; 0 when nothing would stop a jeweller."""
    proof = prove_glb(glb.read_bytes())
    print(proof.model_dump_json(indent=2))
    return 0 if proof.sound else 1


def _built(script: Path, out: Path) -> dict[str, Any]:
    for stale in ("ring.glb", "proof.json", *(f"{view}.png" for view in ("hero", *VIEWS))):
        (out / stale).unlink(missing_ok=True)
    outcome = asyncio.run(Blender().build(script.read_text()))
    proof = None
    if outcome.ok and outcome.glb is not None:
        (out / "ring.glb").write_bytes(outcome.glb)
        proof = prove_glb(outcome.glb)
        (out / "proof.json").write_text(proof.model_dump_json(indent=2))
    return _verdict(outcome, proof, out)


def _pictures(glb: bytes, views: bool) -> dict[str, bytes]:
    hero = asyncio.run(Blender().render(glb, ["hero"], size_px=settings().hero_px, samples=SAMPLES))
    if not views:
        return hero
    return hero | asyncio.run(Blender().render(glb, VIEWS, size_px=settings().view_px, samples=SAMPLES))


def _verdict(outcome: BuildOutcome, proof: RingProof | None, out: Path) -> dict[str, Any]:
    return {
        "success": proof is not None,
        "stage": outcome.stage,
        "mode": outcome.mode,
        "elapsed_s": round(outcome.elapsed_s, 3),
        "error": outcome.error.model_dump() if outcome.error else None,
        "notes": outcome.notes,
        "out": str(out),
        "inner_diameter_mm": proof.finger.inner_diameter_mm if proof and proof.finger else None,
        "size_us": proof.finger.us if proof and proof.finger else None,
        "stones": len(proof.stones) if proof else 0,
        "warnings": proof.warnings if proof else [],
        "findings": proof.findings if proof else [],
    }


def _print(verdict: dict[str, Any]) -> None:
    print(json.dumps(verdict, indent=2))
