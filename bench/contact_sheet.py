"""Render every ring of the prompt list onto one labelled picture: `python -m bench.contact_sheet`.

Each tile is a ring as anybody would get it: prompt → script → Blender behind the lockdown → GLB → proof → picture.
"""

import argparse
import asyncio
import textwrap
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from blocks.blender import Blender
from tasks.domain.rings.promises import failings, prompts
from tasks.domain.rings.proof import prove
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.script import write_script

COLUMNS, LABEL_PX, FONT_PX = 7, 78, 12
PAPER, INK, GOOD, BAD = (244, 243, 240), (40, 40, 44), (46, 125, 74), (184, 52, 42)


@dataclass(frozen=True)
class Tile:
    """One ring of the sheet; `picture` is a PNG, None when no ring came out."""

    number: int
    prompt: str
    verdict: str
    sound: bool
    picture: bytes | None


async def tile(number: int, prompt: str, size_px: int, samples: int) -> Tile:
    """Design, build, prove and render one prompt."""
    blender, spec = Blender(), read_prompt(prompt)
    outcome = await blender.build(write_script(spec))
    if outcome.glb is None:
        return Tile(number, prompt, str(outcome.error), False, None)
    proof = prove(outcome.glb)
    picture = (await blender.render(outcome.glb, ["hero"], size_px=size_px, samples=samples))["hero"]
    verdict = f"{proof.triangles:,} triangles, {len(proof.stones)} stones, {proof.total_carats:g} ct"
    broken = failings(proof, spec.inner_diameter_mm)
    return Tile(number, prompt, "; ".join([verdict, *broken, *proof.warnings]), not broken, picture)


def sheet(tiles: list[Tile], size_px: int) -> Image.Image:
    """All tiles in rows, each with its number, prompt and verdict below."""
    rows = -(-len(tiles) // COLUMNS)
    image = Image.new("RGB", (COLUMNS * size_px, rows * (size_px + LABEL_PX)), PAPER)
    for place, drawn in enumerate(tiles):
        row, column = divmod(place, COLUMNS)
        _paste(image, drawn, column * size_px, row * (size_px + LABEL_PX), size_px)
    return image


def _paste(image: Image.Image, drawn: Tile, left: int, top: int, size_px: int) -> None:
    if drawn.picture:
        image.paste(Image.open(BytesIO(drawn.picture)).convert("RGB"), (left, top))
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(FONT_PX)
    width = size_px // (FONT_PX // 2)
    label = textwrap.wrap(_plain(f"{drawn.number}. {drawn.prompt}"), width)[:3]
    verdict = textwrap.wrap(_plain(drawn.verdict), width)[:2]
    lines = [(text, INK) for text in label] + [(text, GOOD if drawn.sound else BAD) for text in verdict]
    for line, (text, colour) in enumerate(lines):
        draw.text((left + 4, top + size_px + 2 + line * (FONT_PX + 2)), text, fill=colour, font=font)


def _plain(text: str) -> str:
    """Without accents: Pillow's own font has none."""
    return unicodedata.normalize("NFKD", text.replace("½", " 1/2")).encode("ascii", "ignore").decode()


async def _main(out: Path, size_px: int, samples: int, only: list[int]) -> None:
    chosen = [(n, prompt) for n, prompt in enumerate(prompts(), start=1) if not only or n in only]
    tiles = []
    for number, prompt in chosen:
        tiles.append(await tile(number, prompt, size_px, samples))
        print(f"{number:3d} {'ok ' if tiles[-1].sound else 'BAD'} {prompt}: {tiles[-1].verdict}", flush=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet(tiles, size_px).save(out, optimize=True)
    print(f"{sum(drawn.sound for drawn in tiles)} of {len(tiles)} sound: {out}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("bench/results/contact_sheet.png"))
    parser.add_argument("--size-px", type=int, default=256)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--only", type=int, nargs="*", default=[], help="numbers of prompts in the list")
    arguments = parser.parse_args()
    asyncio.run(_main(arguments.out, arguments.size_px, arguments.samples, arguments.only))
