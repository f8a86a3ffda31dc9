"""The offline designer over the project's list of prompts: are the rings sound, and was nothing ignored?"""

from bench.figures import Figures, figure
from blocks.blender import Blender
from tasks.domain.rings.promises import failings, prompts
from tasks.domain.rings.proof import prove
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.script import write_script


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
