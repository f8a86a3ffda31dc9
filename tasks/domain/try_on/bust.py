"""Neck, collar bones and chest as a height field, placed so that a chain lies on them as it would on a person."""

from dataclasses import dataclass

import numpy as np

from tasks.domain.try_on.extents import Extent, bump, grid
from tasks.domain.try_on.skin import Surface, blurred

# The bust by height, in half widths of the neck below the place where neck and shoulder meet:
# height, half width, half depth, how far it stands to the front.
TABLE = np.array(
    [
        (-2.4, 1.00, 1.00, -0.30), (-1.3, 0.97, 0.97, -0.24), (-0.55, 0.99, 0.96, -0.17), (-0.05, 1.10, 0.98, -0.10),
        (0.32, 1.40, 1.04, 0.00), (0.62, 1.85, 1.13, 0.07), (0.95, 2.32, 1.23, 0.14), (1.5, 2.80, 1.36, 0.26),
        (2.3, 3.05, 1.52, 0.44), (3.5, 3.10, 1.60, 0.62), (6.0, 3.0, 1.60, 0.70),
    ],
    np.float32,
)  # fmt: skip
CHIN = -1.25  # height, in the same measure
AT_CHAIN = 1.11  # half width of the neck, in the same measure, where a chain goes behind it
FLESH = 0.03  # how far bones are rounded off
NECK_TO_TOP = 1.62  # at most so many half widths of neck above the shoulders, else a face would be seen


@dataclass(frozen=True)
class Place:
    """Where the neck stands, in pixels: its axis, half its width, and the height at which the shoulders begin."""

    axis: float
    neck: float
    shoulders: float

    def down(self, y: np.ndarray) -> np.ndarray:
        """Heights in half widths of the neck, downwards from the shoulders' beginning."""
        return (y - self.shoulders) / self.neck

    def across(self, x: np.ndarray) -> np.ndarray:
        """Places in half widths of the neck, to the right of its axis."""
        return (x - self.axis) / self.neck


def place(extent: Extent, width_px: int) -> Place:
    """A chain whose upper ends lie apart vanishes behind the neck there; any other piece lies on the neck."""
    span = extent.top_right - extent.top_left
    is_open = span > 0.55 * extent.width
    neck = span / 2 / AT_CHAIN if is_open else 0.45 * extent.width
    axis = (extent.top_left + extent.top_right) / 2 if is_open else extent.middle[0]
    shoulders = extent.top + (0.05 if is_open else 0.12) * extent.height
    return Place(axis, float(np.clip(neck, max(0.2 * width_px, shoulders / NECK_TO_TOP), 0.75 * width_px)), shoulders)


def bust(where: Place, shape: tuple[int, int], *, slender: float) -> Surface:
    """The surface; `slender` above 1 has narrower shoulders and clearer bones, below 1 it is sturdier."""
    x, y = grid(shape)
    u, v = where.across(x), where.down(y)
    rows = where.down(np.arange(shape[0], dtype=np.float32))
    wide, deep, front = (_profile(rows, column)[:, None] for column in (1, 2, 3))
    wide = 1 + (wide - 1) / slender**0.5
    inside = 1 - (u / wide) ** 2
    head = 1 - (u / 1.02) ** 2 - ((v - (CHIN - 1.2)) / 1.2) ** 2  # above 0 where the chin is seen from below
    height = front + deep * np.sqrt(np.clip(inside, 0, None)) + slender * (_bones(np.abs(u), v) + _neck(np.abs(u), v))
    height += 0.9 * np.sqrt(np.clip(head, 0, None))
    to_edge = where.neck * wide**2 * inside / (2 * np.clip(np.abs(u), 0.2, None))
    cover = np.maximum(np.clip(to_edge / 1.6 + 0.5, 0, 1), np.clip(head * where.neck / 3, 0, 1))
    return Surface(blurred((height * where.neck).astype(np.float32), FLESH * where.neck), cover.astype(np.float32))


def _profile(rows: np.ndarray, column: int) -> np.ndarray:
    """A column of the table at many heights, smoothly: linear, averaged over a window."""
    window = np.linspace(-0.28, 0.28, 15, dtype=np.float32)
    shifted = [np.interp(rows + shift, TABLE[:, 0], TABLE[:, column]) for shift in window]
    return np.mean(shifted, axis=0).astype(np.float32)


def _bones(a: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Collar bones, the hollows above them, the notch between and the line down the breastbone."""
    line = 0.62 - 0.10 * a - 0.05 * np.sin(2.6 * (a - 0.2))
    along = np.clip((a - 0.10) / 0.25, 0, 1) * bump(np.clip(a - 1.2, 0, None), 0.9)
    bone = 0.105 * along * bump(v - line, np.where(v > line, 0.185, 0.105))
    hollow = 0.13 * bump(a - 0.80, 0.42) * bump(v - line + 0.27, 0.16)
    notch = 0.13 * bump(a, 0.15) * bump(v - 0.52, 0.15)
    parting = 0.05 * bump(a, 0.13) * np.clip((v - 1.2) / 0.9, 0, 1)
    return bone - hollow - notch - parting


def _neck(a: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The two cords from behind the ears to the notch, and the throat between them."""
    cord_at = 0.14 + 0.66 * np.clip((0.55 - v) / 1.9, 0, 1.2) ** 1.25
    cord = 0.050 * bump(a - cord_at, 0.13) * np.clip((0.60 - v) / 0.25, 0, 1) * np.clip((v + 1.3) / 1.5, 0.15, 1)
    return cord + 0.05 * bump(a, 0.22) * np.clip((0.35 - v) / 0.5, 0, 1)
