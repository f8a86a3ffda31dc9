"""Claws and rails: the open basket that holds a stone by its girdle.

All solids here are in the stone's axes: length along x, z = 0 mid-girdle. A claw is a wire whose axis runs on the
skin of the stone grown by the wire's radius, less a bite of BITE_MM, so that it touches the stone where a setter's
claw does and nowhere else.
"""

import itertools
import math
from dataclasses import dataclass

from .caps import strip_capped
from .gems import Gem
from .solids import Point, Solid, hoop, loft, tube
from .stands import Stand

BITE_MM = 0.04  # how deep metal bears into the girdle
AIR_MM = 0.03  # between claw and pavilion
GRIP = 0.42  # of the crown's height that a claw reaches over, before its rounded tip
DOME_GRIP = 0.28  # the same on a dome, which is higher than a crown
SEAT_DEPTH = 0.20  # of the pavilion's depth where a claw leaves the pavilion for the girdle
ARM_POINTS = 9

# Where a setter puts the claws: by direction in degrees from the +x end, after bench manuals' stone-setting charts.
# Letters mark directions that depend on the outline: 'c' the corner between length and width.
CORNERS = {"pear": (0.0,), "heart": (0.0,), "marquise": (0.0, 180.0)}
LAYOUTS = {
    ("pear", 4): (0.0, 88.0, 180.0, 272.0),
    ("pear", 6): (0.0, 58.0, 128.0, 180.0, 232.0, 302.0),
    ("heart", 4): (0.0, 112.0, 180.0, 248.0),
    ("heart", 6): (0.0, 62.0, 128.0, 180.0, 232.0, 298.0),
    ("marquise", 4): (0.0, 90.0, 180.0, 270.0),
    ("marquise", 6): (0.0, 52.0, 128.0, 180.0, 232.0, 308.0),
    ("pearl", 6): (30.0, 90.0, 150.0, 210.0, 270.0, 330.0),
    ("round", 6): (30.0, 90.0, 150.0, 210.0, 270.0, 330.0),
}


@dataclass(frozen=True)
class Claw:
    """One claw: its direction from the culet's axis, the wire's radius, and whether it wraps a pointed corner."""

    direction_deg: float
    radius_mm: float
    wraps: bool = False


def claws_for(gem: Gem, count: int, radius_mm: float) -> list[Claw]:
    """`count` (4 or 6) claws of a wire where a setter would put them; ValueError for another count."""
    if count not in (4, 6):
        raise ValueError(f"prongs must be 4 or 6, got {count}")
    pointed = pointed_deg(gem)
    return [Claw(turn, radius_mm, any(abs(turn - corner) < 1e-6 for corner in pointed)) for turn in _layout(gem, count)]


def claw_radius_mm(gem: Gem) -> float:
    """Wire of 0.8 to 1.1 mm across, by the stone's size; thinner only on melee."""
    size = math.sqrt(gem.length_mm * gem.width_mm)
    return min(0.55, max(0.40, 0.25 + 0.03 * size), 0.16 * gem.width_mm)


def _corner_deg(gem: Gem) -> float:
    """Direction of the corner between length and width."""
    if gem.cut in ("round", "oval", "cabochon", "pearl"):
        return math.degrees(math.atan2(gem.width_mm, gem.length_mm))
    cut_off = {"emerald": 0.14, "asscher": 0.22}.get(gem.cut, 0.0) * gem.width_mm / 2
    return math.degrees(math.atan2(gem.width_mm / 2 - cut_off, gem.length_mm / 2 - cut_off))


def _layout(gem: Gem, count: int) -> tuple[float, ...]:
    if (gem.cut, count) in LAYOUTS:
        return LAYOUTS[gem.cut, count]
    corner = _corner_deg(gem)
    corners = (corner, 180.0 - corner, 180.0 + corner, 360.0 - corner)
    return corners if count == 4 else (*corners[:1], 90.0, *corners[1:3], 270.0, *corners[3:])


def pointed_deg(gem: Gem) -> tuple[float, ...]:
    """Directions of the sharp corners that need a claw wrapped round them."""
    return _layout(gem, 4) if gem.cut in ("princess", "baguette") else CORNERS.get(gem.cut, ())


def claw_solid(stand: Stand, claw: Claw) -> Solid:
    """A claw from the foot to its rounded tip over the crown."""
    return _corner_claw(stand, claw) if claw.wraps else _wire_claw(stand, claw)


def _wire_claw(stand: Stand, claw: Claw) -> Solid:
    stem = stem_path(stand, claw)
    fold = _fold(stand.gem, claw)
    path = stem + [point for point, _ in fold]
    return tube(path, [claw.radius_mm] * len(stem) + [radius for _, radius in fold], sides=14)


def stem_path(stand: Stand, claw: Claw, steps: int = 7) -> list[Point]:
    """The wire's axis from within the foot, straight up to just under the girdle, or round a bulging pavilion."""
    gem, base = stand.gem, stand.foot_point(claw.direction_deg, -0.15, 0.72)
    top_mm = -gem.girdle_mm / 2 - SEAT_DEPTH * gem.pavilion_mm
    top = _at(gem, claw.direction_deg, gem.reach_mm(claw.direction_deg, top_mm, claw.radius_mm + AIR_MM), top_mm)
    straight = [_between(base, top, k / steps) for k in range(steps + 1)]
    return [straight[0]] + [_cleared(gem, point, claw.radius_mm + AIR_MM) for point in straight[1:]]


def _fold(gem: Gem, claw: Claw) -> list[tuple[Point, float]]:
    """Points and radii of the part that bears on the girdle and folds over the crown, tapering to the tip."""
    tip_radius = 0.8 * claw.radius_mm
    slope = math.atan2(gem.crown_mm, 0.5 * (1 - 0.56) * gem.width_mm)
    grip = GRIP if gem.faceted else DOME_GRIP
    top_mm = gem.girdle_mm / 2 + grip * gem.crown_mm + tip_radius * math.cos(slope)
    points = []
    for share in (0.0, 0.3, 0.55, 0.8, 1.0):
        radius = claw.radius_mm + (tip_radius - claw.radius_mm) * share
        reach = gem.reach_mm(claw.direction_deg, share * top_mm, radius - BITE_MM)
        points.append((_at(gem, claw.direction_deg, reach, share * top_mm), radius))
    return points


def _corner_claw(stand: Stand, claw: Claw) -> Solid:
    """A claw whose head is a V that wraps a pointed corner from under the girdle to over the crown."""
    gem = stand.gem
    girdle, lip = gem.girdle_mm / 2, 0.5 * gem.crown_mm
    wall, under = 1.15 * claw.radius_mm, min(0.5, 0.25 * gem.pavilion_mm)
    levels = (
        (-girdle - under, AIR_MM, 0.8 * wall),
        (-girdle - 0.1 * under, AIR_MM, wall),
        (-girdle, -BITE_MM, wall),
        (girdle, -BITE_MM, wall),
        (girdle + 0.45 * lip, -BITE_MM, 0.9 * wall),
        (girdle + 0.9 * lip, -BITE_MM, 0.65 * wall),
        (girdle + lip, 0.1 * wall, 0.45 * wall),
    )
    turns = _arm_directions(gem, claw)
    heads = [_v_loop(gem, turns, *level) for level in levels]
    stem = [point for point in stem_path(stand, claw) if point[2] < levels[0][0] - 0.3 * claw.radius_mm]
    return strip_capped(loft(_stem_loops(claw, stem, heads[0]) + heads))


def _arm_directions(gem: Gem, claw: Claw) -> list[float]:
    """Directions of points along the girdle on both arms of a V, out to twice the wire's radius from the corner."""
    corner = _at(gem, claw.direction_deg, gem.reach_mm(claw.direction_deg), 0.0)
    arm_mm = min(1.9 * claw.radius_mm, 0.3 * gem.width_mm)
    spread = 0.0
    while (
        math.dist(corner, _at(gem, claw.direction_deg + spread, gem.reach_mm(claw.direction_deg + spread), 0.0))
        < arm_mm
    ):
        spread += 0.25
    half = ARM_POINTS // 2
    return [claw.direction_deg + spread * k / half for k in range(-half, half + 1)]


def _v_loop(gem: Gem, turns: list[float], z_mm: float, inner_mm: float, outer_mm: float) -> list[Point]:
    """A level ring: along the stone in one direction, and back along the claw's outside."""
    inner = [gem.reach_mm(turn, z_mm, inner_mm) for turn in turns]
    outer = [
        min(gem.reach_mm(turn, z_mm, outer_mm), reach + 1.2 * (outer_mm - inner_mm))
        for turn, reach in zip(turns, inner, strict=True)
    ]
    there = [_at(gem, turn, reach, z_mm) for turn, reach in zip(turns, inner, strict=True)]
    back = [_at(gem, turn, reach, z_mm) for turn, reach in zip(turns, outer, strict=True)]
    return there + back[::-1]


def _stem_loops(claw: Claw, path: list[Point], head: list[Point]) -> list[list[Point]]:
    """Level ovals along a leaning wire, ordered like the V loop that follows them."""
    radial = math.radians(claw.direction_deg)
    out, side = (math.cos(radial), math.sin(radial)), (-math.sin(radial), math.cos(radial))
    ends = [*path[1:], (sum(p[0] for p in head) / len(head), sum(p[1] for p in head) / len(head), head[0][2])]
    loops = []
    for here, there in zip(path, ends, strict=True):
        lean = min(2.0, math.dist(here, there) / max(1e-6, there[2] - here[2]))
        loop = []
        for k in range(2 * ARM_POINTS):
            inner, step = k < ARM_POINTS, k % ARM_POINTS
            swing = math.radians(-80.0 + 160.0 * step / (ARM_POINTS - 1)) * (1 if inner else -1)
            away = (-1 if inner else 1) * math.cos(swing) * claw.radius_mm * lean
            across = math.sin(swing) * claw.radius_mm
            loop.append(
                (here[0] + away * out[0] + across * side[0], here[1] + away * out[1] + across * side[1], here[2])
            )
        loops.append(loop)
    return loops


def rail(stand: Stand, claws: list[Claw], depth: float, radius_mm: float) -> Solid:
    """A closed wire round the pavilion, `depth` of the way down to the culet, that runs through every claw."""
    gem = stand.gem
    z_mm = -gem.girdle_mm / 2 - depth * gem.pavilion_mm
    known = sorted((claw.direction_deg, _axis_at(stand, claw, z_mm)) for claw in claws)
    gaps = [(turn, reach - gem.reach_mm(turn, z_mm)) for turn, reach in known]
    outline = []
    for turn in _even_turns(gem, 72):
        reach = max(gem.reach_mm(turn, z_mm) + _eased(gaps, turn), gem.reach_mm(turn, z_mm, radius_mm + AIR_MM))
        outline.append(_at(gem, turn, reach, 0.0)[:2])
    return hoop(outline, radius_mm, z_mm, sides=10)


def _even_turns(gem: Gem, count: int) -> list[float]:
    """Directions of evenly spaced points of the girdle."""
    axis = gem.culet_x_mm
    return [math.degrees(math.atan2(y, x - axis)) % 360.0 for x, y in gem.outline(0.0, count)]


def _eased(known: list[tuple[float, float]], turn: float) -> float:
    """Between the values known at some directions, eased round the circle."""
    (first, value), (last, end) = known[0], known[-1]
    ring = [(last - 360.0, end), *known, (first + 360.0, value)]
    for (a, here), (b, there) in itertools.pairwise(ring):
        if a <= turn <= b:
            share = (1 - math.cos(math.pi * (turn - a) / (b - a))) / 2
            return here + (there - here) * share
    raise ValueError(f"direction {turn} lies outside 0..360")


def _axis_at(stand: Stand, claw: Claw, z_mm: float) -> float:
    """Distance of a claw's axis from the culet's axis at a height below the girdle."""
    path = stem_path(stand, claw)
    for a, b in itertools.pairwise(path):
        if a[2] <= z_mm <= b[2]:
            x, y, _ = _between(a, b, (z_mm - a[2]) / (b[2] - a[2]))
            return math.hypot(x - stand.gem.culet_x_mm, y)
    return stand.gem.reach_mm(claw.direction_deg, z_mm, claw.radius_mm + AIR_MM)


def _cleared(gem: Gem, point: Point, clear_mm: float) -> Point:
    """The point itself, or moved out until a wire of that radius clears the stone."""
    x, y, z = point[0] - gem.culet_x_mm, point[1], point[2]
    turn, away = math.degrees(math.atan2(y, x)), math.hypot(x, y)
    return _at(gem, turn, max(away, gem.reach_mm(turn, z, clear_mm)), z)


def _at(gem: Gem, direction_deg: float, reach_mm: float, z_mm: float) -> Point:
    turn = math.radians(direction_deg)
    return (gem.culet_x_mm + reach_mm * math.cos(turn), reach_mm * math.sin(turn), z_mm)


def _between(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)
