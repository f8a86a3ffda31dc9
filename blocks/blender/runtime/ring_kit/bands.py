"""The body of a shank: how wide, thick and high it is at each angle, and the skin over its sections."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .branches import branch_outline
from .sections import INNER_POINTS, OUTER_POINTS, Line, crown_line, height_at, inner_line, mirrored, resampled
from .solids import Face, Point, Solid, loft

STATIONS = 192
HEAD_MM = 6.5  # head length assumed by raised shoulders when a shank states no gap
LEAD_POINTS = 9  # of the outer line, between the edge and a row's groove
FLAT_BLEND_DEG = 28.0  # from a row's flat top back to the shank's own profile
BRIDGE_MM = 4.4  # under a head without a stated gap, a bridge of this length joins split branches
END_ROUND_MM = 0.22
LONG_ROW_DEG = 230.0  # a longer row leaves no room to taper, so the shank is the same all round
WIDE_HEAD_MM = (8.0, 14.0)  # from one stone to three: shoulders move outwards and rise less
TAPER_POWER = 1.2
SPLIT_POWER = 4.0  # branches part late, near the head
SLIT_MM = 0.03  # a narrower slit is no slit


@dataclass(frozen=True)
class Groove:
    """Where stones are set into the top surface, as depths below it.

    `arcs` are (start, end) angles; `line(inside_mm)` gives (y, depth) from the rim to y = 0 for a section that lies
    `inside_mm` along the surface within an arc's end (negative outside), always with the same number of points;
    `steps` are the distances at which sections are needed; `reach_mm` is the y beyond which nothing is cut.
    """

    arcs: tuple[tuple[float, float], ...]
    line: Callable[[float], Line]
    steps: tuple[float, ...]
    reach_mm: float

    def inside_mm(self, angle_deg: float, radius_mm: float) -> float:
        """Distance from `angle_deg` to the nearest end of its arc; infinite on a full circle."""
        if any(end - start >= 360 for start, end in self.arcs):
            return math.inf
        turns = (angle_deg, angle_deg + 360.0)
        inside = max(min(turn - start, end - turn) for start, end in self.arcs for turn in turns)
        return math.radians(inside) * radius_mm


@dataclass(frozen=True)
class Shank:
    """The band that a head stands on; made by `shank()`. Lengths in mm, angles in degrees from the top."""

    inner_diameter_mm: float
    width_mm: float
    thickness_mm: float
    metal: object
    profile: str
    top_width_mm: float
    top_thickness_mm: float
    shoulders: str = "plain"
    opening_mm: float = 0.0
    head_gap_mm: float = 0.0
    row_deg: float = 0.0
    shoulder_rise_mm: float = 0.0

    @property
    def inner_radius_mm(self) -> float:
        """Radius of the finger hole."""
        return self.inner_diameter_mm / 2

    def width_mm_at(self, angle_deg: float) -> float:
        """Width along the finger at an angle."""
        return self.width_mm + (self.top_width_mm - self.width_mm) * self._towards_top(angle_deg)

    def thickness_mm_at(self, angle_deg: float) -> float:
        """Radial thickness at an angle, without raised shoulders."""
        return self.thickness_mm + (self.top_thickness_mm - self.thickness_mm) * self._towards_top(angle_deg)

    def outer_radius_mm(self, angle_deg: float) -> float:
        """Distance from the ring's centre to the crest of the outside at an angle."""
        return self.inner_radius_mm + self.thickness_mm_at(angle_deg) + self.rise_mm_at(angle_deg)

    def slit_mm_at(self, angle_deg: float) -> float:
        """Half the clear distance between the branches of a split shank; 0 where they are one or bridged."""
        past = math.radians(abs(_wrapped(angle_deg))) * (self.inner_radius_mm + self.thickness_mm)
        past -= (self.head_gap_mm or BRIDGE_MM) / 2 + 0.2
        slit = self.parting_mm_at(angle_deg) * math.sqrt(1 - (1 - min(1.0, max(0.0, past) / 1.2)) ** 2)
        return slit if slit > SLIT_MM else 0.0

    def parting_mm_at(self, angle_deg: float) -> float:
        """Half the distance between the branches, as if no bridge joined them under the head."""
        if self.shoulders != "split":
            return 0.0
        branch = self.width_mm * (0.54 + 0.06 * self._towards_top(angle_deg))
        parting = self.width_mm_at(angle_deg) / 2 - branch
        return parting if parting > SLIT_MM else 0.0

    def rise_mm_at(self, angle_deg: float) -> float:
        """How far solid cathedral shoulders stand above the band at an angle."""
        if not self.shoulder_rise_mm:
            return 0.0
        crest = self.crest_deg
        away = abs(_wrapped(angle_deg))
        if away < crest:
            return self.shoulder_rise_mm * _smooth((away - crest + 7.0) / 7.0)
        return self.shoulder_rise_mm * _smooth((crest + 46.0 - away) / 46.0) ** 1.3

    @property
    def crest_deg(self) -> float:
        """Angle at which cathedral shoulders are highest, beside the head."""
        beside = (shoulder_share(self.head_gap_mm) + 0.03) * self.head_gap_mm
        return math.degrees(math.asin(min(0.8, beside / (self.inner_radius_mm + self.top_thickness_mm))))

    def _towards_top(self, angle_deg: float) -> float:
        """0 at the bottom, 1 at the top and all along a row; 1 everywhere under a long row."""
        if self.row_deg > LONG_ROW_DEG:
            return 1.0
        half_row = self.row_deg / 2
        away = max(0.0, abs(_wrapped(angle_deg)) - half_row) / (180.0 - half_row)
        return ((1 + math.cos(math.pi * away)) / 2) ** (SPLIT_POWER if self.shoulders == "split" else TAPER_POWER)

    def surface_radius_mm(self, angle_deg: float, y_mm: float) -> float:
        """Distance from the ring's centre to the outside at `y_mm` from mid-width, before any row is cut."""
        outline = _branch(self, angle_deg)
        outside = outline[INNER_POINTS : INNER_POINTS + OUTER_POINTS]
        return self.inner_radius_mm + height_at(outside, abs(y_mm)) + self.rise_mm_at(angle_deg)

    def flatness_at(self, angle_deg: float) -> float:
        """1 where a row needs a flat top, falling to 0 away from it."""
        if not self.row_deg:
            return 0.0
        if self.row_deg > LONG_ROW_DEG:
            return 1.0
        return _smooth(1 - (abs(_wrapped(angle_deg)) - self.row_deg / 2 - 2.0) / FLAT_BLEND_DEG)


def shoulder_share(head_gap_mm: float) -> float:
    """Where raised shoulders end beside a head, as a share of its length from its middle."""
    return 0.37 + 0.1 * _wideness(head_gap_mm)


def shoulder_rise_mm(head_gap_mm: float) -> float:
    """How far raised shoulders stand above the band beside a head: to its gallery, below its stones."""
    return min(0.3 * head_gap_mm, 2.3 - 1.1 * _wideness(head_gap_mm))


def _wideness(head_gap_mm: float) -> float:
    narrow, wide = WIDE_HEAD_MM
    return _smooth((head_gap_mm - narrow) / (wide - narrow))


def band(shank: Shank, groove: Groove | None = None) -> Solid:
    """The closed body of `shank`, with `groove` cut into its outside."""
    if shank.shoulders == "split":
        return _split_band(shank)
    if shank.opening_mm > 0:
        return _open_band(shank)
    loops = []
    for angle in _angles(shank, groove):
        outline = mirrored(_half(shank, angle, groove))
        loops.append([_placed(shank, angle, y, height) for y, height in outline])
    return loft(loops, closed=True)


def _half(shank: Shank, angle_deg: float, groove: Groove | None) -> Line:
    """Half a section: the inside from y = 0 to the edge, then the outside back to y = 0."""
    half, thickness = shank.width_mm_at(angle_deg) / 2, shank.thickness_mm_at(angle_deg)
    inside = inner_line(shank.profile, half, thickness)
    crown = crown_line(shank.profile, half, thickness, shank.flatness_at(angle_deg))
    rise = shank.rise_mm_at(angle_deg)
    if rise:
        crown = [(y, height + rise) for y, height in crown]
    if groove is None:
        return inside + crown
    return inside + _grooved(crown, half, groove, groove.inside_mm(angle_deg, shank.outer_radius_mm(angle_deg)))


def _grooved(crown: Line, half_mm: float, groove: Groove, inside_mm: float) -> Line:
    """The outer line with a groove's points in place of its middle."""
    shrink = min(1.0, (half_mm - 0.12) / groove.reach_mm)
    rim = groove.reach_mm * shrink
    lead = [point for point in crown if point[0] > rim + 1e-6]
    lead = resampled([*lead, (rim, height_at(crown, rim))], LEAD_POINTS)
    cut = [(y * shrink, height_at(crown, y * shrink) - depth) for y, depth in groove.line(inside_mm)]
    return lead + cut


def _angles(shank: Shank, groove: Groove | None) -> list[float]:
    """Angles of the sections: evenly round the ring, and wherever a groove begins or ends."""
    wanted: list[float] = []
    if groove is not None and groove.inside_mm(0.0, 1.0) != math.inf:
        for start, end in groove.arcs:
            wanted += [start + _degrees(step, shank.outer_radius_mm(start)) for step in groove.steps]
            wanted += [end - _degrees(step, shank.outer_radius_mm(end)) for step in groove.steps]
    if shank.shoulder_rise_mm:
        wanted += [side * (shank.crest_deg - k) for side in (-1, 1) for k in range(8)]
    spacing = 360.0 / STATIONS
    evenly = [spacing * k - 180.0 for k in range(STATIONS)]
    kept = [angle for angle in evenly if all(abs(_wrapped(angle - other)) > 0.4 * spacing for other in wanted)]
    return sorted({round(_wrapped(angle), 6) for angle in kept + wanted})


def _open_band(shank: Shank) -> Solid:
    """A band cut open at the top, with parallel rounded end faces."""
    half_gap = shank.opening_mm / 2
    first = math.degrees(math.asin((half_gap + END_ROUND_MM) / shank.inner_radius_mm)) + 0.6
    count = round(STATIONS * (360 - 2 * first) / 360)
    loops = _end_loops(shank, 1)
    for k in range(count + 1):
        angle = first + (360 - 2 * first) * k / count
        loops.append([_placed(shank, angle, y, h) for y, h in mirrored(_half(shank, angle, None))])
    return loft(loops + _end_loops(shank, -1)[::-1])


def _end_loops(shank: Shank, side: int) -> list[list[Point]]:
    """Sections in planes of constant x beside the opening, shrinking towards the end face by a quarter round."""
    section = mirrored(_half(shank, 0.0, None))
    half, middle = shank.top_width_mm / 2, shank.top_thickness_mm / 2
    loops = []
    for turn in (math.radians(value) for value in (90, 60, 30, 0)):
        x = shank.opening_mm / 2 + END_ROUND_MM * (1 - math.sin(turn))
        inset = END_ROUND_MM * (1 - math.cos(turn))
        loop = [(y * (1 - inset / half), middle + (height - middle) * (1 - inset / middle)) for y, height in section]
        radii = [(y, shank.inner_radius_mm + height) for y, height in loop]
        loops.append([(side * x, y, math.sqrt(radius**2 - x**2)) for y, radius in radii])
    return loops


def _split_band(shank: Shank) -> Solid:
    """A band that parts into two branches on either shoulder: two mirrored skins that share the line y = 0."""
    angles = [360.0 / STATIONS * k - 180.0 for k in range(STATIONS)]
    slits = [shank.slit_mm_at(angle) for angle in angles]
    loops = [[_placed(shank, angle, y, height) for y, height in _branch(shank, angle)] for angle in angles]
    size, skin = len(loops[0]), INNER_POINTS + OUTER_POINTS - 1
    faces: list[Face] = []
    for row in range(STATIONS):
        there = (row + 1) % STATIONS
        columns = size if slits[row] or slits[there] else skin
        for k in range(columns):
            after = (k + 1) % size
            faces.append((row * size + k, row * size + after, there * size + after, there * size + k))
    points = [point for loop in loops for point in loop]
    total = len(points)
    points += [(x, -y, z) for x, y, z in points]
    faces += [tuple(index + total for index in face[::-1]) for face in faces]
    return _joined(Solid(points, faces))


def _branch(shank: Shank, angle_deg: float) -> Line:
    half, thickness = shank.width_mm_at(angle_deg) / 2, shank.thickness_mm_at(angle_deg)
    parting, slit = shank.parting_mm_at(angle_deg), shank.slit_mm_at(angle_deg)
    return branch_outline(shank.profile, half, thickness, parting, slit, shank.flatness_at(angle_deg))


def _joined(solid: Solid) -> Solid:
    """The solid with points at the same place made one, and unused points left out."""
    keys = [(round(x, 6), round(y, 6) + 0.0, round(z, 6)) for x, y, z in solid.vertices]
    used = {keys[index]: solid.vertices[index] for face in solid.faces for index in face}
    number = {key: index for index, key in enumerate(used)}
    return Solid(list(used.values()), [tuple(number[keys[index]] for index in face) for face in solid.faces])


def _placed(shank: Shank, angle_deg: float, y_mm: float, height_mm: float) -> Point:
    radius, turn = shank.inner_radius_mm + height_mm, math.radians(angle_deg)
    return (radius * math.sin(turn), y_mm, radius * math.cos(turn))


def _degrees(length_mm: float, radius_mm: float) -> float:
    return math.degrees(length_mm / radius_mm)


def _wrapped(angle_deg: float) -> float:
    return (angle_deg + 180.0) % 360.0 - 180.0


def _smooth(value: float) -> float:
    """The usual cubic step from 0 to 1, level at both ends."""
    t = min(1.0, max(0.0, value))
    return t * t * (3 - 2 * t)
