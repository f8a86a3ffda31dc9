"""Signets: a solid face that grows out of the band's shoulders; optionally a stone set flush into it."""

import math
from dataclasses import dataclass

from .bands import Shank
from .bezels import PAVILION_LEVELS
from .caps import fan_capped
from .claws import BITE_MM
from .gems import Gem
from .solids import Point, Point2, Solid, loft

POINTS = 72
SHAPES = {"oval": 2.0, "round": 2.0, "cushion": 3.4, "rectangle": 9.0}  # exponents of a superellipse
FACE_RISE_MM = 0.9  # the face above the shank's crest
EDGE_MM = 0.18
SIDE_MM = 0.35  # upright band under the face's edge
SHOULDER_DEG = 30.0  # the flank reaches this far beyond the face
FLOOR_MM = 0.15  # between a stone's culet and the band below the head
AIR_MM = 0.06
LIP_MM = 0.1  # burnished over a flush stone's girdle


@dataclass(frozen=True)
class Signet:
    """A face of `length_mm` across the finger and `width_mm` along it, on `shank`."""

    shank: Shank
    length_mm: float
    width_mm: float
    shape: str
    gem: Gem | None = None

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise ValueError(f"shape must be one of {', '.join(SHAPES)}, got {self.shape!r}")
        widest = 1.6 * self.shank.inner_radius_mm
        if min(self.length_mm, self.width_mm) < 4.0 or self.length_mm > widest:
            raise ValueError(f"a face is at least 4 mm each way and at most {widest:.1f} mm across the finger")
        if self.gem and self.gem.length_mm > 0.75 * self.length_mm:
            raise ValueError(f"a flush stone may take 0.75 of the face: {0.75 * self.length_mm:.1f} mm")
        if self.gem and self.gem.width_mm > 0.75 * self.width_mm:
            raise ValueError(f"a flush stone may take 0.75 of the face: {0.75 * self.width_mm:.1f} mm")

    @property
    def face_mm(self) -> float:
        """Height of the face above the ring's centre."""
        plain = self.shank.outer_radius_mm(0.0) + FACE_RISE_MM
        if self.gem is None:
            return plain
        return max(plain, self.shank.outer_radius_mm(0.0) + FLOOR_MM + self.gem.depth_mm - self.proud_mm)

    @property
    def proud_mm(self) -> float:
        """How far a flush stone's table stands above the face."""
        return 0.7 * self.gem.crown_mm if self.gem else 0.0

    @property
    def gem_level_mm(self) -> float:
        """Height of a flush stone's girdle above the ring's centre."""
        return self.face_mm + self.proud_mm - self.gem.crown_mm - self.gem.girdle_mm / 2

    def body(self) -> Solid:
        """The closed body: from within the band up the flanks, over the edge, to the face or the stone's seat."""
        flank = [self._flank(k / 8) for k in range(9)]
        loops = [self._floor(share) for share in (0.04, 0.35, 0.7)] + flank + self._top()
        return fan_capped(fan_capped(loft(loops)), first=True)

    def _top(self) -> list[list[Point]]:
        face = self.face_mm
        edge = [self._level(0.0, face - EDGE_MM), self._level(0.3 * EDGE_MM, face - 0.3 * EDGE_MM)]
        edge.append(self._level(EDGE_MM, face))
        if self.gem is None:
            return [
                *edge,
                *(self._scaled_face(share, face + self._dome_mm(share)) for share in (0.96, 0.7, 0.45, 0.15)),
            ]
        return [*edge, self._scaled_face(0.96, face), *self._seat()]  # so that the edge's shading ends at the edge

    def _seat(self) -> list[list[Point]]:
        """Down into the face along the stone: touching its girdle, clear of its pavilion, closed under its culet."""
        gem, level = self.gem, self.gem_level_mm
        half = gem.girdle_mm / 2
        rim = [(x, y, self.face_mm) for x, y in gem.outline(-LIP_MM, POINTS)]
        rings = [(half, -BITE_MM), (-half, -BITE_MM)]
        rings += [(-half - share * gem.pavilion_mm, AIR_MM) for share in reversed(PAVILION_LEVELS)]
        walls = [gem.skin_outline(z, clear, POINTS) for z, clear in rings]
        return [rim, *([(x, y, z + level) for x, y, z in wall] for wall in walls)]

    def _dome_mm(self, share: float) -> float:
        """A polished face is very slightly domed."""
        return 0.012 * self.width_mm * (1 - share**2)

    def _level(self, inset_mm: float, z_mm: float) -> list[Point]:
        half = (self.length_mm / 2 - inset_mm, self.width_mm / 2 - inset_mm)
        return [(x, y, z_mm) for x, y in _superellipse(half, SHAPES[self.shape])]

    def _scaled_face(self, share: float, z_mm: float) -> list[Point]:
        half = (share * (self.length_mm / 2 - EDGE_MM), share * (self.width_mm / 2 - EDGE_MM))
        return [(x, y, z_mm) for x, y in _superellipse(half, SHAPES[self.shape])]

    def _floor(self, share: float) -> list[Point]:
        """The underside, inside the band, as a share of the flank's foot."""
        return [self._wrapped(angle * share, y * share) for angle, y in self._foot()]

    def _flank(self, t: float) -> list[Point]:
        """From the foot in the band (t = 0) up to under the face's edge (t = 1), in a hollow curve."""
        top = self._level(0.0, self.face_mm - EDGE_MM - SIDE_MM)
        loop = []
        for (angle, y), end in zip(self._foot(), top, strict=True):
            start = self._wrapped(angle, y)
            bend = self._bend(start, end)
            loop.append(_bezier(start, bend, end, t))
        return loop

    def _bend(self, start: Point, end: Point) -> Point:
        """The curve's middle control point: along the band's tangent from its foot, straight below the edge."""
        radius = math.hypot(start[0], start[2])
        x = 0.35 * start[0] + 0.65 * end[0]
        tangent = (radius**2 - x * start[0]) / start[2]
        return (x, 0.25 * start[1] + 0.75 * end[1], min(max(tangent, start[2]), end[2]))

    def _foot(self) -> list[Point2]:
        """(angle_deg, y) of the foot: beyond the face along the band, within its width across it."""
        face_deg = math.degrees(math.asin(min(0.9, self.length_mm / 2 / self.shank.outer_radius_mm(0.0))))
        reach = min(80.0, face_deg + SHOULDER_DEG)
        half = 0.44 * self.shank.width_mm_at(0.6 * reach)
        return [(angle, y) for angle, y in _superellipse((reach, half), 3.0)]

    def _wrapped(self, angle_deg: float, y_mm: float) -> Point:
        """A point inside the band, at the middle of its thickness."""
        radius = self.shank.inner_radius_mm + 0.5 * self.shank.thickness_mm_at(angle_deg)
        turn = math.radians(angle_deg)
        return (radius * math.sin(turn), y_mm, radius * math.cos(turn))


def _turns() -> list[float]:
    return [2 * math.pi * k / POINTS for k in range(POINTS)]


def _superellipse(half: Point2, power: float) -> list[Point2]:
    """|x/a|^power + |y/b|^power = 1, counter-clockwise, by direction in the unit square."""
    loop = []
    for turn in _turns():
        c, s = math.cos(turn), math.sin(turn)
        reach = (abs(c) ** power + abs(s) ** power) ** (-1.0 / power)
        loop.append((half[0] * reach * c, half[1] * reach * s))
    return loop


def _bezier(a: Point, b: Point, c: Point, t: float) -> Point:
    x, y, z = ((1 - t) ** 2 * p + 2 * t * (1 - t) * q + t * t * r for p, q, r in zip(a, b, c, strict=True))
    return (x, y, z)
