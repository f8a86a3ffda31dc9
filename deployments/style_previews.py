"""Draws the pages' concept pictures with the offline illustrator: previews of the styles, and a sample to model.

    python -m deployments.style_previews

Run it again when a style is added; a picture that is there already is left alone.
"""

import asyncio
import io
from pathlib import Path

from PIL import Image

from blocks.blender import Blender
from blocks.settings import CHECKOUT
from tasks.domain.concepts.composing import STAGINGS, composed
from tasks.domain.concepts.matting import cut_from_backdrop
from tasks.domain.concepts.styles import ConceptStyle, Grade, concept_styles
from tasks.domain.images.decoding import decode
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.script import write_script

SAMPLES = CHECKOUT / "api" / "console" / "samples"
SAMPLE = SAMPLES / "concept.jpg"  # from the front, where the outline tells most of the ring
SAMPLE_PROMPT = "18k yellow gold solitaire ring with an oval sapphire, wide band"
SIDE_PX, SAMPLE_PX, SAMPLES_PER_PIXEL = 256, 768, 8
FACETED_RING = """
import bpy
bpy.ops.mesh.primitive_torus_add(major_segments=11, minor_segments=5, major_radius=0.0096, minor_radius=0.0016)
bpy.context.object.name = "shank"
bpy.context.object.rotation_euler = (1.5708, 0, 0)
bpy.context.object.data.materials.append(bpy.data.materials.new("18k rose gold"))
bpy.ops.mesh.primitive_ico_sphere_add(subdivisions=1, radius=0.0042, location=(0, 0, 0.0138))
bpy.context.object.name = "emerald gem"
bpy.context.object.data.materials.append(bpy.data.materials.new("emerald"))
"""


async def preview(style: ConceptStyle, blender: Blender) -> bytes:
    """Return the preview of `style` as JPEG: an emerald ring in the style's words, or of few faces for low poly."""
    script = write_script(read_prompt(f"emerald ring, {style.ring_words}")) if style.ring_words else FACETED_RING
    return await draw(script, "angle1", SIDE_PX, blender)


async def draw(script: str, view: str, side_px: int, blender: Blender) -> bytes:
    """Return what `script` builds as a square JPEG, seen from `view`; drawn twice as large, for smooth edges."""
    outcome = await blender.build(script)
    if not outcome.glb:
        raise SystemExit(str(outcome.error or outcome.log_tail))
    rendered = await blender.render(outcome.glb, [view], size_px=2 * side_px, samples=SAMPLES_PER_PIXEL)
    subject = cut_from_backdrop(decode(rendered[view]).pixels)
    concept = Image.open(io.BytesIO(composed(subject, STAGINGS[0], Grade(), side_px=2 * side_px)))
    jpeg = io.BytesIO()
    concept.resize((side_px, side_px), Image.Resampling.LANCZOS).save(jpeg, "JPEG", quality=88)
    return jpeg.getvalue()


async def main() -> None:
    """Draw every picture that is missing."""
    blender = Blender(socket=None)
    for style in concept_styles().values():
        path = SAMPLES / Path(style.preview or f"styles/{style.id}.jpg")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(await preview(style, blender))
    if not SAMPLE.exists():
        script = write_script(read_prompt(SAMPLE_PROMPT))
        SAMPLE.write_bytes(await draw(script, "front", SAMPLE_PX, blender))


if __name__ == "__main__":
    asyncio.run(main())
