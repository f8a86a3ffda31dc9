"""Rows of stones along a shank: how many fit, where they sit, and what is cut and raised to hold them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from .bands import Groove, Shank
from .grooves import Seat, channel_seat, pave_seat, shared_prong_seat
from .solids import Point2, Solid, merged, tube

if TYPE_CHECKING:
    from .gems import Gem

KINDS = ("channel", "pave", "eternity")
STRAIGHT_CUTS = ("baguette", "princess", "emerald", "asscher")  # an eternity row sets these in a channel
SPACING_MM = 0.09
FLOOR_MM = 0.6  # metal left under a culet
CORNER_SHARE = 0.43  # of a stone's width: square stones are held no further out, on their corners
HOLD_MM = 0.05  # how far a bead or prong laps over a stone's edge


@dataclass(frozen=True)
class Row:
    """Stones set along the top of a shank, centred on it; give it to `shank(row=…, row_stone=…)`.

    kind: 'channel' (between two walls), 'pave' (one to three rows as the width allows, held by beads) or
    'eternity' (shared prongs for round-edged cuts, a channel for straight-sided ones). `coverage_deg` is the arc
    that carries stones, at most 360. Long stones lie across the band where it is wide enough, else along it.
    """

    kind: str
    gem: "Gem"
    coverage_deg: float = 180.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"row kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if not self.gem.faceted:
            raise ValueError(f"a row holds faceted stones, not a {self.gem.cut}: domed ones belong in a head")
        if not 10 <= self.coverage_deg <= 360:
            raise ValueError(f"coverage_deg must be 10 to 360, got {self.coverage_deg}")


def seat_for(row: Row, width_mm: float) -> Seat:
    """The seat that suits the row's kind and cut in a band of `width_mm`, stones across it if they fit."""
    for turned in (True, False) if row.gem.length_mm > row.gem.width_mm else (False,):
        seat = _seat(row, turned, width_mm)
        if seat.width_mm <= width_mm + 1e-9:
            return seat
    return seat


def _seat(row: Row, turned: bool, width_mm: float) -> Seat:
    if row.kind == "pave":
        return pave_seat(row.gem, turned, width_mm)
    if row.kind == "channel" or row.gem.cut in STRAIGHT_CUTS:
        return channel_seat(row.gem, turned)
    return shared_prong_seat(row.gem, turned)


@dataclass(frozen=True)
class Track:
    """The line that the girdles of a row follow, round a shank at `depth_mm` below its crest."""

    shank: Shank
    depth_mm: float

    def radius_mm(self, angle_deg: float) -> float:
        """Distance of the girdles from the ring's centre."""
        return self.shank.outer_radius_mm(angle_deg) - self.depth_mm

    def tilt_deg(self, angle_deg: float) -> float:
        """How far the surface leans towards +angle from the radial direction, on rising shoulders."""
        rise = self.radius_mm(angle_deg + 0.5) - self.radius_mm(angle_deg - 0.5)
        return -math.degrees(math.atan2(rise, self.radius_mm(angle_deg) * math.radians(1.0)))

    def along(self, start_deg: float, length_mm: float) -> float:
        """The angle reached from `start_deg` after `length_mm`, forwards or backwards."""
        angle, left, stride = start_deg, abs(length_mm), math.copysign(0.2, length_mm)
        while left > 0:
            middle = angle + stride / 2
            lean = math.cos(math.radians(self.tilt_deg(middle)))
            step = math.radians(abs(stride)) * self.radius_mm(middle) / lean
            angle += stride * min(1.0, left / step)
            left -= step
        return angle

    def length_mm(self, start_deg: float, end_deg: float) -> float:
        """Length along the track between two angles."""
        pieces = max(1, math.ceil((end_deg - start_deg) / 0.5))
        stride = (end_deg - start_deg) / pieces
        middles = (start_deg + stride * (k + 0.5) for k in range(pieces))
        return sum(
            math.radians(stride) * self.radius_mm(middle) / math.cos(math.radians(self.tilt_deg(middle)))
            for middle in middles
        )

    def placed(self, solid: Solid, angle_deg: float, y_mm: float = 0.0) -> Solid:
        """`solid` stood upright on the track, its origin at girdle height."""
        return solid.turned("y", self.tilt_deg(angle_deg)).on_ring(angle_deg, self.radius_mm(angle_deg), y_mm)


@dataclass(frozen=True)
class SetRow:
    """A row worked out on its shank: angles of stones, angles between and beside them, and the groove."""

    seat: Seat
    track: Track
    pitch_mm: float
    stones_deg: tuple[float, ...]
    gaps_deg: tuple[float, ...]
    groove: Groove

    def gems(self) -> Iterator[Solid]:
        """Every stone in its place, row by row."""
        stone = self.seat.solid()
        for y in self.seat.centres_mm:
            for angle in self.stones_deg:
                yield self.track.placed(stone, angle, y)

    def beads(self) -> Solid | None:
        """Beads or prongs that lap over the stones' edges; None in a channel."""
        if self.seat.bead_mm == 0:
            return None
        post = tube([(0, 0, -self.seat.bead_root_mm), (0, 0, self.seat.bead_top_mm)], self.seat.bead_mm, sides=12)
        reach = _hold_y(self.seat.outline(), self.pitch_mm / 2, self.seat.bead_mm - HOLD_MM)
        reach = min(reach, CORNER_SHARE * self.seat.across_mm)
        sides = [y + side * reach for y in self.seat.centres_mm for side in (-1, 1)]
        return merged(self.track.placed(post, angle, y) for angle in self.gaps_deg for y in sides)


def set_row(seat: Seat, coverage_deg: float, shank: Shank) -> SetRow:
    """Lay the row out on `shank`: full circle, one arc over the top, or two arcs beside a head.

    ValueError when not even one stone fits on an arc.
    """
    track = Track(shank, seat.girdle_depth_mm)
    if coverage_deg >= 360 and not shank.head_gap_mm:
        return _full_circle(seat, track)
    arcs = [_arc(seat, track, start, end) for start, end in _spans(coverage_deg, track)]
    if not all(arcs):
        raise ValueError(f"no stone of {seat.along_mm:.2f} mm fits on {coverage_deg:.0f}° beside the head's gap")
    pitch = _pitch_mm(seat, track.radius_mm(arcs[0][0]))
    gaps = [_gaps(track, arc, pitch) for arc in arcs]
    end_mm = seat.along_mm / 2 + seat.end_mm
    ends = tuple((track.along(arc[0], -end_mm), track.along(arc[-1], end_mm)) for arc in arcs)
    return SetRow(seat, track, pitch, tuple(chain(*arcs)), tuple(chain(*gaps)), _groove(seat, ends))


def _spans(coverage_deg: float, track: Track) -> list[tuple[float, float]]:
    half, gap_mm = coverage_deg / 2, track.shank.head_gap_mm
    if not gap_mm:
        return [(-half, half)]
    free = math.degrees(math.asin(min(1.0, gap_mm / 2 / track.radius_mm(0.0))))
    if coverage_deg >= 360:
        return [(free, 360 - free)]
    return [(-half, -free), (free, half)]


def _arc(seat: Seat, track: Track, start_deg: float, end_deg: float) -> list[float]:
    """Angles of as many stones as the arc holds: centred on it, or packed against the head on one side."""
    middle = (start_deg + end_deg) / 2
    pitch = _pitch_mm(seat, track.radius_mm(middle))
    room = track.length_mm(start_deg, end_deg)
    count = int((room + SPACING_MM) / pitch + 1e-6)
    if count < 1:
        return []
    if abs(middle) < 1e-9 or middle == 180:
        first = track.along(middle, -pitch * (count - 1) / 2) if count > 1 else middle
        return _spaced(track, first, pitch, count)
    side = 1 if middle > 0 else -1
    near = track.along(start_deg if side > 0 else end_deg, side * seat.along_mm / 2)
    return sorted(_spaced(track, near, side * pitch, count))


def _spaced(track: Track, first_deg: float, pitch_mm: float, count: int) -> list[float]:
    angles = [first_deg]
    while len(angles) < count:
        angles.append(track.along(angles[-1], pitch_mm))
    return angles


def _gaps(track: Track, stones_deg: Sequence[float], pitch_mm: float) -> list[float]:
    """Angles half a pitch before each stone and after the last."""
    between = [(a + b) / 2 for a, b in pairwise(stones_deg)]
    return [track.along(stones_deg[0], -pitch_mm / 2), *between, track.along(stones_deg[-1], pitch_mm / 2)]


def _full_circle(seat: Seat, track: Track) -> SetRow:
    radius = track.radius_mm(0.0)
    count = int(2 * math.pi * radius / _pitch_mm(seat, radius))
    step = 360 / count
    stones = tuple(step * k for k in range(count))
    gaps = tuple(step * (k + 0.5) for k in range(count))
    return SetRow(seat, track, math.radians(step) * radius, stones, gaps, _groove(seat, ((0.0, 360.0),)))


def _pitch_mm(seat: Seat, radius_mm: float) -> float:
    """Spacing along the girdles at which neighbours clear each other below, where the circle is tighter."""
    lowest = radius_mm - seat.gem.girdle_mm / 2
    return 2 * radius_mm * math.atan(seat.along_mm / 2 / lowest) + SPACING_MM


def _groove(seat: Seat, arcs: tuple[tuple[float, float], ...]) -> Groove:
    return Groove(arcs, seat.line, seat.steps, seat.reach_mm)


def _hold_y(outline: Sequence[Point2], x_mm: float, distance_mm: float) -> float:
    """The y above 0 at which a point at `x_mm` lies `distance_mm` from the stone's outline."""
    low, high = 0.0, max(y for _, y in outline) + distance_mm
    for _ in range(30):
        middle = (low + high) / 2
        if min(math.dist((x_mm, middle), point) for point in outline) < distance_mm:
            low = middle
        else:
            high = middle
    return low
