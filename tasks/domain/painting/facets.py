"""The facets of stones by their cut, as planes of a convex body.

The stone's own frame: y up through the table, the girdle at y = 0 with a half length of about 1 along x.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tasks.domain.painting.arrays import Floats, vector

TABLE, CROWN, DEPTH = 0.56, 0.33, 0.86  # of a brilliant, in radii: table's radius, crown's height, pavilion's depth
STAR_DEG, UPPER_DEG = 22.0, 41.0
Outline = Callable[[float], float]  # how far the girdle reaches towards an angle (its support function)
Row = tuple[float, float, float]  # of steps: how far in from the girdle, how high, and how steep in degrees


@dataclass(frozen=True)
class Planes:
    """A convex body: points p with normals · p ≤ heights."""

    normals: Floats
    heights: Floats


@lru_cache(maxsize=32)
def cut(name: str) -> Planes:
    """Return the facets of a cut: round, oval, pear, marquise, cushion, princess, emerald or asscher."""
    if name in _STEPPED:
        return _stepped(*_STEPPED[name])
    return _brilliant(_OUTLINES[name])


def girdle(name: str, turns: Floats) -> Floats:
    """Return points of the girdle (N × 3) at those angles."""
    planes = cut(name)
    ways = np.stack([np.cos(turns), np.zeros_like(turns), np.sin(turns)], axis=1)
    facing = ways @ planes.normals.T
    reach = np.where(facing > 1e-6, planes.heights / np.maximum(facing, 1e-6), np.inf).min(1)
    return np.asarray(ways * reach[:, None], np.float32)


def _round(angle: float) -> float:
    return 1.0


def _oval(angle: float) -> float:
    return float(np.hypot(np.cos(angle), 0.74 * np.sin(angle)))


def _cushion(angle: float) -> float:
    """A square with round corners."""
    return 0.36 * (abs(np.cos(angle)) + abs(np.sin(angle))) + 0.58


def _pear(angle: float) -> float:
    """A circle on one side, a point on the other."""
    return float(max(0.66 - 0.34 * np.cos(angle), np.cos(angle)))


def _marquise(angle: float) -> float:
    """Two arcs that meet in points."""
    half_width = 0.48
    radius = (1 + half_width**2) / (2 * half_width)
    if abs(np.cos(angle)) <= 1 / radius:
        return float(radius - (radius - half_width) * abs(np.sin(angle)))
    return float(abs(np.cos(angle)))


_OUTLINES: dict[str, Outline] = {
    "round": _round, "oval": _oval, "cushion": _cushion, "pear": _pear, "marquise": _marquise,
}  # fmt: skip


def _brilliant(outline: Outline, count: int = 8) -> Planes:
    """Table, mains, stars, upper and lower girdle facets, as a round brilliant has them, on any outline."""
    step = 2 * np.pi / count
    found: list[tuple[Floats, float]] = [(vector(0, 1, 0), CROWN)]
    for angle in step * np.arange(count):
        reach, star = outline(angle), outline(angle + step / 2)
        found.append(_through(angle, reach, 0, np.arctan2(CROWN, reach * (1 - TABLE))))
        found.append(_through(angle + step / 2, star * TABLE * 0.98, CROWN, np.radians(STAR_DEG)))
        found.append(_through(angle, reach, 0, np.pi - np.arctan2(DEPTH, reach)))
    for angle in step / 4 + step / 2 * np.arange(2 * count):
        reach = outline(angle)
        found.append(_through(angle, reach, 0.012, np.radians(UPPER_DEG)))
        found.append(_through(angle, reach, -0.012, np.pi - np.arctan2(DEPTH * 1.05, reach)))
    angles = np.linspace(0, 2 * np.pi, 4 * count, endpoint=False)
    return _planes(found + [_through(angle, outline(angle), 0, np.pi / 2) for angle in angles])


def _stepped(sides: Sequence[tuple[float, float]], rows: Sequence[Row], table: float, keel: float) -> Planes:
    """Steps along straight sides, given by their angles in degrees and reaches; above the girdle and below it."""
    found: list[tuple[Floats, float]] = [(vector(0, 1, 0), table), (vector(0, -1, 0), keel)]
    for angle_deg, reach in sides:
        angle = np.radians(angle_deg)
        found.append(_through(angle, reach, 0, np.pi / 2))
        for inset, height, steep_deg in rows:
            tilt = np.radians(steep_deg) if height >= 0 else np.pi - np.radians(steep_deg)
            found.append(_through(angle, reach - inset, height, tilt))
    return _planes(found)


def _box(length: float, width: float, corner: float) -> list[tuple[float, float]]:
    """The sides of a rectangle whose corners are cut off at `corner`."""
    straight = [(0.0, length), (90.0, width), (180.0, length), (270.0, width)]
    return straight + [(angle, corner) for angle in (45.0, 135.0, 225.0, 315.0)]


_STEPS: Sequence[Row] = (
    (0, 0.015, 50), (0.10, 0.12, 36), (0.20, 0.19, 22), (0, -0.015, 58), (0.12, -0.19, 48), (0.34, -0.43, 38),
)  # fmt: skip
_CHEVRONS: Sequence[Row] = (
    (0, 0.015, 42), (0.12, 0.11, 24), (0, -0.015, 61), (0.08, -0.15, 53), (0.22, -0.34, 46), (0.42, -0.54, 41),
)  # fmt: skip
_STEPPED = {
    "emerald": (_box(1.0, 0.72, 1.06), _STEPS, 0.25, 0.72),
    "asscher": (_box(0.92, 0.92, 1.08), _STEPS, 0.25, 0.86),
    "princess": (_box(0.88, 0.88, 1.17), _CHEVRONS, 0.15, 0.92),
}


def _through(angle: float, out: float, height: float, tilt: float) -> tuple[Floats, float]:
    """The plane through a point, `out` from the axis and so high, whose normal leans `tilt` from straight up."""
    sine, cosine = np.sin(tilt), np.cos(tilt)
    return vector(np.cos(angle) * sine, cosine, np.sin(angle) * sine), float(out * sine + height * cosine)


def _planes(found: Sequence[tuple[Floats, float]]) -> Planes:
    normals = np.stack([normal for normal, _ in found]).astype(np.float32)
    return Planes(normals, np.array([height for _, height in found], np.float32))
