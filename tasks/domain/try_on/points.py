"""Clicks and brush strokes: from fractions, of the canvas or of the photo on it, to pixels."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]

BRUSH_CANVAS_PX = 2000  # a brush's size is its radius on a canvas of this width, whatever the picture's is
PLACES = 4  # of a pixel; keeps 0.3 × 2667 at 800.1
CLIENT_WIDTH_PX, CLIENT_HEIGHT_PX = 400, 533  # what a shipped client divides its strokes by, on this canvas:
CLIENT_CANVAS_WIDTH_PX, CLIENT_CANVAS_HEIGHT_PX = 2000, 2667


@dataclass(frozen=True)
class Canvas:
    """The resized picture: its size, and how much of each side was added around the photo, in pixels."""

    width_px: int
    height_px: int
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


@dataclass(frozen=True)
class Brush:
    """One stroke; `points` are fractions of the picture, `size` is the radius on a canvas of `BRUSH_CANVAS_PX`."""

    points: tuple[Point, ...]
    mode: Literal["add", "remove"]
    size: float


def on_canvas(point: Point, canvas: Canvas) -> Point:
    """Return the fractions of the canvas at which `point`, in fractions of the photo, lies."""
    photo_width = canvas.width_px - canvas.left - canvas.right
    photo_height = canvas.height_px - canvas.top - canvas.bottom
    return (
        (canvas.left + point[0] * photo_width) / canvas.width_px,
        (canvas.top + point[1] * photo_height) / canvas.height_px,
    )


def scaled(points: Sequence[Point], width_px: int, height_px: int) -> list[Point]:
    """Return `points`, in fractions, as pixels of a picture: (0.5, 0.3) of 2000 × 2667 is (1000, 800.1)."""
    return [(round(x * width_px, PLACES), round(y * height_px, PLACES)) for x, y in points]


def whole_pixels(points: Sequence[Point], width_px: int, height_px: int) -> list[tuple[int, int]]:
    """Return the pixels that `points`, in fractions, lie in: (0.52, 0.51) of 2000 × 2667 is (1040, 1360)."""
    return [(min(int(x), width_px - 1), min(int(y), height_px - 1)) for x, y in scaled(points, width_px, height_px)]


def radius_px(size: float, width_px: int) -> float:
    """Return the radius in pixels that a brush of `size` has on a picture of `width_px`."""
    return size * width_px / BRUSH_CANVAS_PX


def lenient(points: Sequence[Point]) -> list[Point]:
    """Return a stroke's points as fractions, also where a shipped client divided pixels by 400 × 533.

    Such a stroke is told by a coordinate above 1; the rest of its points are scaled with it.
    """
    if all(x <= 1 and y <= 1 for x, y in points):
        return list(points)
    across = CLIENT_WIDTH_PX / CLIENT_CANVAS_WIDTH_PX
    down = CLIENT_HEIGHT_PX / CLIENT_CANVAS_HEIGHT_PX
    return [(min(max(x * across, 0.0), 1.0), min(max(y * down, 0.0), 1.0)) for x, y in points]
