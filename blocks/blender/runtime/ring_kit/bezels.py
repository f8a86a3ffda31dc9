"""Bezels: a cup whose wall follows the stone's outline, with a ledge under the girdle and a rim burnished over it."""

import math

from .caps import fan_capped
from .claws import BITE_MM
from .gems import Gem
from .milgrain import bead_line
from .solids import Point, Solid, loft
from .stands import Stand

WALL_MM = 0.85
ROUND_MM = 0.16  # of the rim's edges
AIR_MM = 0.06  # between the cup and the pavilion
POINTS = 72
PAVILION_LEVELS = (0.94, 0.70, 0.52, 0.34, 0.20, 0.05)  # close enough to follow a step cut's bulge


def bezel_cup(stand: Stand) -> Solid:
    """The cup in the stone's axes, from its floor under the culet to the rim over the crown's edge."""
    gem = stand.gem
    wall = min(WALL_MM, 0.2 * gem.width_mm)
    girdle, lip = gem.girdle_mm / 2, _lip_mm(gem)
    inside = (
        *((-girdle - share * gem.pavilion_mm, AIR_MM) for share in PAVILION_LEVELS),
        (-girdle, -BITE_MM),
        (girdle, -BITE_MM),
        (girdle + lip, -BITE_MM),
    )
    top = girdle + lip + ROUND_MM
    rim = (
        (top - 0.3 * ROUND_MM, 0.4 * ROUND_MM),
        (top, 0.25 * wall),
        (top, wall - ROUND_MM),
        (top - 0.3 * ROUND_MM, wall - 0.3 * ROUND_MM),
        (top - ROUND_MM, wall),
    )
    under = -girdle - 0.2 * gem.pavilion_mm
    outside = ((-girdle, wall), (under, wall), ((under + stand.crest_mm) / 2, wall))
    loops = [gem.skin_outline(z, clear, POINTS) for z, clear in inside + rim[:1]]
    loops += [_rim_loop(gem, z, clear) for z, clear in rim[1:]]
    loops += [gem.skin_outline(z, clear, POINTS) for z, clear in outside]
    return fan_capped(loft([*loops, _base_loop(stand, loops[0])]), first=True)


def rim_milgrain(stand: Stand) -> Solid:
    """Beads along the top of the rim, in the stone's axes."""
    gem = stand.gem
    wall = min(WALL_MM, 0.2 * gem.width_mm)
    z_mm = gem.girdle_mm / 2 + _lip_mm(gem) + ROUND_MM
    return bead_line(_rim_loop(gem, z_mm, wall - 0.24), closed=True)


def _lip_mm(gem: Gem) -> float:
    """How high the rim is burnished up the crown."""
    return min(0.2, 0.22 * gem.crown_mm)


def _rim_loop(gem: Gem, z_mm: float, clear_mm: float) -> list[Point]:
    """Above the girdle the rim stands upright on its outline."""
    return [(x, y, z_mm) for x, y in gem.outline(clear_mm, POINTS)]


def _base_loop(stand: Stand, floor: list[Point]) -> list[Point]:
    """The cup's underside: an oval in the foot, in the directions of the floor's points."""
    axis = stand.gem.culet_x_mm
    turns = (math.degrees(math.atan2(y, x - axis)) for x, y, _ in floor)
    return [stand.foot_point(turn, 0.02) for turn in turns]
