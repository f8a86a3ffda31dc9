"""Draws the previews of the concept styles with the offline illustrator, and writes them where the page finds them.

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
SIDE_PX, SAMPLES_PER_PIXEL = 256, 8
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


async def draw(style: ConceptStyle, blender: Blender) -> bytes:
    """Return the preview of `style` as JPEG: an emerald ring in the style's words, or of few faces for low poly."""
    script = write_script(read_prompt(f"emerald ring, {style.ring_words}")) if style.ring_words else FACETED_RING
    outcome = await blender.build(script)
    if not outcome.glb:
        raise SystemExit(f"{style.id}: {outcome.error or outcome.log_tail}")
    rendered = await blender.render(outcome.glb, ["angle1"], size_px=2 * SIDE_PX, samples=SAMPLES_PER_PIXEL)
    subject = cut_from_backdrop(decode(rendered["angle1"]).pixels)
    concept = Image.open(io.BytesIO(composed(subject, STAGINGS[0], Grade(), side_px=2 * SIDE_PX)))
    jpeg = io.BytesIO()
    concept.resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS).save(jpeg, "JPEG", quality=88)
    return jpeg.getvalue()


async def main() -> None:
    """Draw every preview that is missing."""
    blender = Blender(socket=None)
    for style in concept_styles().values():
        path = SAMPLES / Path(style.preview or f"styles/{style.id}.jpg")
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(await draw(style, blender))
        print(path.relative_to(CHECKOUT))


if __name__ == "__main__":
    asyncio.run(main())
