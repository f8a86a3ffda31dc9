"""How each stone sits: which way it faces, how far the metal is, how much of it the metal hides."""

from dataclasses import dataclass

import numpy as np

from tasks.domain.meshes.distances import REACHES_MM, Surroundings, boxes_meet, gap_mm
from tasks.domain.meshes.heights import heights
from tasks.domain.meshes.shells import Floats, Surface
from tasks.domain.rings.metal_or_stone import MIN_TABLE_SHARE, largest_facet

FLOATING_MM = 0.05  # a claw that ends farther from its stone than this holds nothing
BURIED_SHARE = 0.5  # bezels hide up to a quarter of small stones, beads a third of pavé; half is no setting
BURIED_MIDDLE_SHARE = 0.25  # no setting covers the table
OVER_MM = 0.02  # metal must rise this far above the stone to hide it
HEIGHT_CELLS = 48  # across the stone's outline: 3 % of it is the finest prong that counts
MIDDLE_SHARE = 0.5  # the middle half of the outline, by linear size, lies within every cut's table
_TURN_DEG = 3
_ROUND = 1.035  # longest over shortest diameter of a round outline; that of a regular 16-gon is 1.02


@dataclass(frozen=True)
class Seat:
    """`axis` is the way the stone faces; extents are (length, width, depth) in its own frame, in mm."""

    axis: Floats
    extents_mm: tuple[float, float, float]
    gap_mm: float
    covered_share: float
    middle_covered_share: float

    @property
    def buried(self) -> bool:
        """Metal hides most of the face, or the table."""
        return self.covered_share > BURIED_SHARE or self.middle_covered_share > BURIED_MIDDLE_SHARE


def seat_of(stone: Surface, metal: Surroundings, finger_centre: Floats, finger_axis: Floats) -> Seat:
    """Measure how `stone` sits in `metal`, as seen away from the finger."""
    axis = _facing(stone, finger_centre, finger_axis)
    frame = _frame(stone, axis)
    framed = stone.vertices @ frame.T
    centre = (stone.vertices.min(axis=0) + stone.vertices.max(axis=0)) / 2
    size_mm = float(np.linalg.norm(stone.vertices - centre, axis=1).max())
    near = metal.within(centre, size_mm + REACHES_MM[-1])
    gap = gap_mm(stone, near)
    if gap is None:
        gap = metal.nearest_corner_mm(stone.vertices)
    covered, middle = _hidden_shares(framed[stone.faces], _in_column(near @ frame.T, framed))
    return Seat(axis, _extents_mm(framed), gap, covered, middle)


def _facing(stone: Surface, finger_centre: Floats, finger_axis: Floats) -> Floats:
    """The normal of the table, if the stone has one that does not look at the finger; else straight outwards."""
    outward = stone.vertices.mean(axis=0) - finger_centre
    outward = outward - finger_axis * (outward @ finger_axis)
    outward = outward / max(float(np.linalg.norm(outward)), 1e-9)
    table, share = largest_facet(stone)
    return table if share >= MIN_TABLE_SHARE and table @ outward > -0.1 else outward


def _frame(stone: Surface, axis: Floats) -> Floats:
    """Rows: long side, short side, axis. The sides are those of the outline's tightest box, to 3 degrees."""
    first = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    first /= np.linalg.norm(first)
    second = np.cross(axis, first)
    turned = _turned_spans(stone.vertices @ np.array([first, second]).T)
    best = int((turned * np.roll(turned, len(turned) // 2)).argmin())
    angle = np.radians(best * _TURN_DEG)
    long = np.cos(angle) * first + np.sin(angle) * second
    short = np.cos(angle) * second - np.sin(angle) * first
    if turned[best] < np.roll(turned, -len(turned) // 2)[best]:
        long, short = short, -long
    return np.array([long, short, axis])


def _turned_spans(flat: Floats) -> Floats:
    """Width of the outline (n, 2) along directions `_TURN_DEG` apart, over half a turn."""
    angles = np.radians(np.arange(0, 180, _TURN_DEG))
    return np.ptp(flat @ np.array([np.cos(angles), np.sin(angles)]), axis=0)


def _extents_mm(framed: Floats) -> tuple[float, float, float]:
    """Length, width and depth; of a round outline both sides are its diameter, which a box of facets understates."""
    length, width, depth = (float(extent) for extent in np.ptp(framed, axis=0))
    spans = _turned_spans(framed[:, :2])
    if spans.max() < _ROUND * spans.min():
        length = width = float(spans.max())
    return length, width, depth


def _in_column(metal: Floats, stone: Floats) -> Floats:
    """The metal beside and over the stone's box, in the stone's frame."""
    low, high = stone.min(axis=0), stone.max(axis=0)
    return metal[boxes_meet(metal, low, np.array([high[0], high[1], np.inf]))]


def _hidden_shares(stone: Floats, metal: Floats) -> tuple[float, float]:
    """Shares of the outline, and of its middle, over which metal rises above the stone; both in the stone's frame."""
    low, high = stone.min(axis=(0, 1))[:2], stone.max(axis=(0, 1))[:2]
    top = heights(stone, low, high, HEIGHT_CELLS)
    outline = np.isfinite(top)
    if not outline.any():
        return 0.0, 0.0
    hidden = outline & (heights(metal, low, high, HEIGHT_CELLS) > top + OVER_MM)
    edge = round(HEIGHT_CELLS * (1 - MIDDLE_SHARE) / 2)
    middle = outline[edge:-edge, edge:-edge]
    return float(hidden.sum() / outline.sum()), float(hidden[edge:-edge, edge:-edge].sum() / max(middle.sum(), 1))


def neighbours(stones: list[Surface], margin_mm: float = 0.0) -> list[tuple[int, int]]:
    """Pairs of stones whose boxes meet."""
    if len(stones) < 2:
        return []
    lows = np.array([stone.vertices.min(axis=0) for stone in stones]) - margin_mm
    highs = np.array([stone.vertices.max(axis=0) for stone in stones])
    meet = (lows[:, None] <= highs[None]).all(axis=2) & (lows[None] <= highs[:, None]).all(axis=2)
    return [(int(i), int(j)) for i, j in np.argwhere(np.triu(meet, 1))]
