"""Tension settings: two jaws on the shank's ends, each with a notch that grips the stone by its girdle.

Solids are in the ring's axes; the stone's length spans the opening.
"""

import math

from .bands import Shank
from .claws import BITE_MM
from .gems import Gem
from .solids import Point, Point2, Solid, loft

CULET_MM = 0.6  # from the culet to the finger
NOTCH_AIR_MM = 0.05
COVER_MM = 0.5  # metal above the notch
TAIL_MM = 6.0  # along x, from the face to where a jaw has sunk into the shank
EDGE_MM = 0.2
DRAFT_MM = 0.03  # the face leans back from the notch: points in line would split into slivers
HOLD_MM = (0.2, 1.2)  # how far the ends may reach under the girdle, each


def girdle_mm(shank: Shank, gem: Gem) -> float:
    """Height of the girdle above the ring's centre: the culet clears the finger, the notch clears the shank."""
    hold = _hold_mm(shank, gem)
    clear = shank.inner_radius_mm + CULET_MM + gem.pavilion_mm + gem.girdle_mm / 2
    crest = math.sqrt(shank.outer_radius_mm(0.0) ** 2 - (shank.opening_mm / 2) ** 2)
    return max(clear, crest + 0.3 + 2.0 * hold * gem.pavilion_mm / gem.length_mm)


def jaw(shank: Shank, gem: Gem, side: int) -> Solid:
    """The jaw on the side of +x (1) or -x (-1), from inside the shank's end to over the girdle."""
    half = 0.485 * shank.top_width_mm
    profile = _profile(shank, gem, side)
    loops = []
    for y, inset in ((-half, EDGE_MM), (-half + EDGE_MM, 0.0), (half - EDGE_MM, 0.0), (half, EDGE_MM)):
        loops.append([_eased(point, inset, side, y, rounded) for point, rounded in profile])
    return loft(loops)


def _hold_mm(shank: Shank, gem: Gem) -> float:
    hold = (gem.length_mm - shank.opening_mm) / 2
    if not HOLD_MM[0] <= hold <= HOLD_MM[1]:
        least, most = (gem.length_mm - 2 * reach for reach in reversed(HOLD_MM))
        raise ValueError(
            f"opening_mm of the shank must be {least:.2f}-{most:.2f} for this stone, got {shank.opening_mm:.2f}"
        )
    return hold


def _profile(shank: Shank, gem: Gem, side: int) -> list[tuple[Point2, bool]]:
    """(|x|, z) around the jaw, and whether the jaw's sides are rounded there: face, notch, top, back, underside."""
    level, face = girdle_mm(shank, gem), shank.opening_mm / 2 - 0.04
    inside = shank.inner_radius_mm + 0.5 * shank.top_thickness_mm
    notch = [(_reach(gem, side, z), z) for z in (-gem.girdle_mm / 2, gem.girdle_mm / 2)]
    below, above = _where_face_meets(gem, side, face, -1), _where_face_meets(gem, side, face, 1)
    top = level + above + COVER_MM
    tail = min(face + TAIL_MM, 0.88 * inside)
    under = [(x, math.sqrt(inside**2 - x**2)) for x in (tail, (face + tail) / 2, face + DRAFT_MM)]
    back = [(x, _back_mm(shank, face, top, tail, x)) for x in (face + (tail - face) * k / 16 for k in range(1, 17))]
    grip = [(face, level + below), *((x, level + z) for x, z in notch), (face, level + above)]
    lip = (face + DRAFT_MM, top - 0.36)
    crown = [(face + 0.11, top - 0.09), (face + 0.3, top)]
    return [(p, False) for p in [*grip, lip]] + [(p, True) for p in crown + back] + [(p, False) for p in under]


def _reach(gem: Gem, side: int, z_mm: float) -> float:
    """|x| of the notch's floor, which bears on the girdle."""
    direction = 0.0 if side > 0 else 180.0
    return side * gem.culet_x_mm + gem.reach_mm(direction, z_mm, -BITE_MM)


def _where_face_meets(gem: Gem, side: int, face_mm: float, up: int) -> float:
    """Height off the girdle's middle where the stone, grown by the notch's air, passes through the jaw's face."""
    direction, height = (0.0 if side > 0 else 180.0), gem.girdle_mm / 2
    while side * gem.culet_x_mm + gem.reach_mm(direction, up * height, NOTCH_AIR_MM) > face_mm:
        height += 0.02
    return up * height


def _back_mm(shank: Shank, face_mm: float, top_mm: float, tail_mm: float, x_mm: float) -> float:
    """Height of the jaw's back: from its top in a soft curve to just within the shank at its tail."""
    share = (x_mm - face_mm) / (tail_mm - face_mm)
    radius = shank.outer_radius_mm(math.degrees(math.asin(x_mm / shank.outer_radius_mm(0.0))))
    skin = math.sqrt(radius**2 - x_mm**2) - 0.25
    lift = top_mm - math.sqrt(shank.outer_radius_mm(0.0) ** 2 - face_mm**2) + 0.25
    return skin + lift * (1 + math.cos(math.pi * min(1.0, max(0.0, (share - 0.05) / 0.95)))) / 2


def _eased(point: Point2, inset_mm: float, side: int, y_mm: float, rounded: bool) -> Point:
    """A point of the profile at `y_mm`, drawn down by `inset_mm` where the edge is rounded."""
    x, z = point
    return (side * x, y_mm, z - inset_mm if rounded else z)
