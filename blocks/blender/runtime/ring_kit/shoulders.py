"""Cathedral shoulders: two arches that leave the band and rise towards the head."""

import math

from .bands import HEAD_MM, Shank, shoulder_rise_mm, shoulder_share
from .sections import crown_line, inner_line, mirrored
from .solids import Point, Point2, Solid, loft

FOOT_DEG = 48.0  # from an arch's upper end down to its foot
SUNK_MM = 0.03  # the arch begins this far under the band's crest, so that no step shows
STEPS = 20


def tip(head_gap_mm: float, outer_radius_mm: float) -> Point2:
    """(x, z) of an arch's upper end: beside the head at the height of its gallery, clear of the pavilion."""
    gap = head_gap_mm or HEAD_MM
    radius, x = outer_radius_mm + shoulder_rise_mm(gap), shoulder_share(gap) * gap
    return x, math.sqrt(radius**2 - x**2)


def arch(shank: Shank, side: int) -> Solid:
    """One arch, towards +x (side 1) or -x (side -1): the band's own crown, leaving it along the tangent."""
    foot_deg = _foot_deg(shank)
    height = max(1.0, 0.72 * shank.thickness_mm_at(foot_deg))
    width = shank.width_mm_at(foot_deg)
    loops = []
    for k in range(STEPS + 1):
        t = k / STEPS
        point, tangent = _bezier(_control_points(shank), t)
        end_round = min(1.0, 0.6 + (1 - t) * STEPS / 5)
        half = width * (0.49 - 0.07 * t) * end_round
        section = mirrored(inner_line("flat", half, height) + crown_line(shank.profile, half, height, 0.0))
        loops.append([_placed(point, tangent, y, (h - height) * end_round, side) for y, h in section])
    return loft(loops)


def _foot_deg(shank: Shank) -> float:
    x, z = tip(shank.head_gap_mm, shank.outer_radius_mm(0.0))
    return math.degrees(math.atan2(x, z)) + FOOT_DEG


def _control_points(shank: Shank) -> tuple[Point2, Point2, Point2]:
    """Of the crest's curve: just under the band's crest at the foot, along the tangent there, and the tip."""
    foot_deg = _foot_deg(shank)
    foot, radius = math.radians(foot_deg), shank.outer_radius_mm(foot_deg) - SUNK_MM
    start = (radius * math.sin(foot), radius * math.cos(foot))
    end = tip(shank.head_gap_mm, shank.outer_radius_mm(0.0))
    reach = 0.45 * math.dist(start, end)
    return start, (start[0] - reach * math.cos(foot), start[1] + reach * math.sin(foot)), end


def _bezier(points: tuple[Point2, Point2, Point2], t: float) -> tuple[Point2, Point2]:
    """Point and unit tangent of a quadratic Bézier curve."""
    (ax, az), (bx, bz), (cx, cz) = points
    u = 1 - t
    point = (u * u * ax + 2 * t * u * bx + t * t * cx, u * u * az + 2 * t * u * bz + t * t * cz)
    dx, dz = u * (bx - ax) + t * (cx - bx), u * (bz - az) + t * (cz - bz)
    length = math.hypot(dx, dz)
    return point, (dx / length, dz / length)


def _placed(point: Point2, tangent: Point2, y_mm: float, up_mm: float, side: int) -> Point:
    """A section's point: `up_mm` along the curve's outward normal in the xz plane."""
    return (side * (point[0] + tangent[1] * up_mm), y_mm, point[1] - tangent[0] * up_mm)
