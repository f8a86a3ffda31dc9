"""Contact sheets: pictures in lines, each with a caption below where there is one."""

import io
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

from tasks.domain.images.decoding import decode

FONT_PX, GAP_PX, CAPTION_LINES = 13, 8, 3
LINE_PX = FONT_PX + 2
CAPTION_PX = CAPTION_LINES * LINE_PX + 4  # letters hang below their line
PAPER, INK = (244, 243, 240), (40, 40, 44)


@dataclass(frozen=True)
class Tile:
    """One picture of the sheet; None leaves its place empty."""

    picture: bytes | None
    caption: str = ""


def contact_sheet(rows: Sequence[Sequence[Tile]], *, tile_px: int, columns: int = 0) -> Image.Image:
    """Return the tiles row by row, each picture in a square of `tile_px` and nothing of it cut off.

    A row of more than `columns` tiles becomes several lines; 0 sets no limit. A line is as high as its highest picture.
    """
    drawn = [_line(line, tile_px) for row in rows for line in _batched(row, columns or len(row))]
    width = max(line.width for line in drawn)
    sheet = Image.new("RGB", (width, sum(line.height for line in drawn) + GAP_PX), PAPER)
    top = 0
    for line in drawn:
        sheet.paste(line, (0, top))
        top += line.height
    return sheet


def as_png(sheet: Image.Image) -> bytes:
    """Return the sheet as PNG."""
    png = io.BytesIO()
    sheet.save(png, "PNG", optimize=True)
    return png.getvalue()


def _batched(row: Sequence[Tile], size: int) -> list[Sequence[Tile]]:
    return [row[start : start + size] for start in range(0, len(row), size)]


def _line(tiles: Sequence[Tile], tile_px: int) -> Image.Image:
    pictures = [_fitted(tile.picture, tile_px) if tile.picture is not None else None for tile in tiles]
    height = max((picture.height for picture in pictures if picture), default=0)
    caption_px = CAPTION_PX if any(tile.caption for tile in tiles) else 0
    line = Image.new("RGB", (len(tiles) * (tile_px + GAP_PX) + GAP_PX, GAP_PX + height + caption_px), PAPER)
    draw, font = ImageDraw.Draw(line), ImageFont.load_default(FONT_PX)
    for place, (tile, picture) in enumerate(zip(tiles, pictures, strict=True)):
        left = GAP_PX + place * (tile_px + GAP_PX)
        if picture:
            line.paste(picture, (left + (tile_px - picture.width) // 2, GAP_PX + (height - picture.height) // 2))
        for number, text in enumerate(_wrapped(tile.caption, tile_px)):
            draw.text((left, GAP_PX + height + 2 + number * LINE_PX), text, fill=INK, font=font)
    return line


def _fitted(data: bytes, tile_px: int) -> Image.Image:
    return ImageOps.contain(Image.fromarray(decode(data).pixels), (tile_px, tile_px), Image.Resampling.LANCZOS)


def _wrapped(caption: str, tile_px: int) -> list[str]:
    """Return the caption's lines, without accents, which Pillow's own font lacks; it is half as wide as it is high."""
    plain = unicodedata.normalize("NFKD", caption).encode("ascii", "ignore").decode()
    return textwrap.wrap(plain, 2 * tile_px // FONT_PX, max_lines=CAPTION_LINES, placeholder=" ...")
