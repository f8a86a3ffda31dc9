"""Labels in a drawing: dimension lines, a scale bar, captions."""

import math

from PIL import Image, ImageDraw, ImageFont

INK, FAINT = (70, 66, 60), (168, 162, 152)
_FONT_PX, _SMALL_PX = 19, 16
_TICK_PX, _GAP_PX = 5, 6
_FONT, _SMALL = ImageFont.load_default(_FONT_PX), ImageFont.load_default(_SMALL_PX)


def millimetres(length_mm: float) -> str:
    """A length as people write it: three or four digits that matter."""
    digits = 0 if length_mm >= 1000 else 1 if length_mm >= 100 else 2
    text = f"{length_mm:.{digits}f}" if length_mm >= 0.1 else f"{length_mm:.2g}"
    return f"{text} mm"


def caption(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str) -> None:
    """A panel's name, its upper left corner at `at`."""
    draw.text(at, text, INK, _FONT)


def note(draw: ImageDraw.ImageDraw, at: tuple[float, float], text: str, anchor: str = "la") -> None:
    """A smaller line of text."""
    draw.text(at, text, INK, _SMALL, anchor=anchor)


def width_line(draw: ImageDraw.ImageDraw, left: float, right: float, y: float, text: str) -> None:
    """A horizontal dimension line with its length below."""
    draw.line([(left, y), (right, y)], FAINT)
    for x in (left, right):
        draw.line([(x, y - _TICK_PX), (x, y + _TICK_PX)], FAINT)
    draw.text(((left + right) / 2, y + _GAP_PX), text, INK, _SMALL, anchor="ma")


def height_line(image: Image.Image, x: float, top: float, bottom: float, text: str) -> None:
    """A vertical dimension line with its length beside it, reading upwards."""
    draw = ImageDraw.Draw(image)
    draw.line([(x, top), (x, bottom)], FAINT)
    for y in (top, bottom):
        draw.line([(x - _TICK_PX, y), (x + _TICK_PX, y)], FAINT)
    box = _SMALL.getbbox(text)
    label = Image.new("L", (math.ceil(box[2]) + 2, math.ceil(box[3]) + 2))
    ImageDraw.Draw(label).text((0, 0), text, 255, _SMALL)
    turned = label.rotate(90, expand=True)
    place = (round(x - _GAP_PX - turned.width), round((top + bottom - turned.height) / 2))
    image.paste(Image.new("RGB", turned.size, INK), place, turned)


def scale_bar(draw: ImageDraw.ImageDraw, right: float, y: float, px_per_mm: float, longest_px: float) -> None:
    """A bar of a round length that ends at `right`, with that length above."""
    length_mm = round_length(longest_px / px_per_mm)
    left = right - length_mm * px_per_mm
    draw.line([(left, y), (right, y)], INK, 3)
    draw.text(((left + right) / 2, y - 8), f"{length_mm:g} mm", INK, _SMALL, anchor="mb")


def round_length(longest: float) -> float:
    """The largest of 1, 2, 5, 10, 20, … that is not above `longest`."""
    power = 10.0 ** math.floor(math.log10(longest))
    return max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9))
