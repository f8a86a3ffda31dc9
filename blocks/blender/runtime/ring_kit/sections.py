"""Cross-sections of a shank, as outlines in mm: y along the finger, height above the inner surface.

Every outline runs from the middle of the inside over one edge to the middle of the outside (the ring is
symmetric about y = 0), with a fixed number of points, so that sections of any size and profile loft together.
Edges are rounded by about 0.3 mm outside and 0.2 mm inside, less on slender sections.
"""

import itertools
import math
from collections.abc import Sequence
from functools import lru_cache

PROFILES = ("comfort", "flat", "knife-edge", "half-round")
INNER_POINTS = 9
OUTER_POINTS = 17
COMFORT_RELIEF_MM = 0.3  # how far a comfort fit rises off the finger at its edges

Line = list[tuple[float, float]]  # (y_mm, height_mm)


def inner_line(profile: str, half_mm: float, thickness_mm: float) -> Line:
    """From (0, 0) to the foot of the outer edge: domed for a comfort fit, flat otherwise, the edge rounded."""
    relief = min(COMFORT_RELIEF_MM, 0.12 * half_mm + 0.05) if profile == "comfort" else 0.0
    fillet = min(0.22, 0.14 * thickness_mm, 0.3 * half_mm)
    floor = [(y, relief * (y / half_mm) ** 2) for y in (k / 5 * (half_mm - fillet) for k in range(INNER_POINTS - 3))]
    start = floor[-1][1]
    turns = (math.radians(30 * k) for k in (1, 2, 3))
    edge = [(half_mm - fillet * (1 - math.sin(turn)), start + fillet * (1 - math.cos(turn))) for turn in turns]
    return floor + edge


def outer_line(profile: str, half_mm: float, thickness_mm: float) -> Line:
    """From the head of the outer edge to (0, thickness): the crown of the profile, finely sampled."""
    if profile == "flat":
        return _flat_crown(half_mm, thickness_mm)
    if profile == "knife-edge":
        return _knife_crown(half_mm, thickness_mm)
    if profile == "half-round":
        return _oval_crown(half_mm, thickness_mm, side=0.24, exponent=2.0)
    if profile == "comfort":
        return _oval_crown(half_mm, thickness_mm, side=0.42, exponent=2.3)
    raise ValueError(f"profile must be one of {', '.join(PROFILES)}, got {profile!r}")


def crown_line(profile: str, half_mm: float, thickness_mm: float, flatness: float) -> Line:
    """The outer line, blended towards a flat top by `flatness` 0..1, in OUTER_POINTS points."""
    return list(_crown(profile, half_mm, thickness_mm, flatness))


@lru_cache(maxsize=1024)  # most bands have the same section all the way round
def _crown(profile: str, half_mm: float, thickness_mm: float, flatness: float) -> tuple[tuple[float, float], ...]:
    own = resampled(outer_line(profile, half_mm, thickness_mm), OUTER_POINTS)
    if flatness <= 0:
        return tuple(own)
    flat = resampled(outer_line("flat", half_mm, thickness_mm), OUTER_POINTS)
    return tuple(blended(own, flat, flatness))


def resampled(line: Sequence[tuple[float, float]], count: int) -> Line:
    """`count` points evenly spaced by length along a polyline, its ends kept."""
    steps = [math.dist(a, b) for a, b in itertools.pairwise(line)]
    total, done, k = sum(steps), 0.0, 0
    points = []
    for wanted in (total * n / (count - 1) for n in range(count - 1)):
        while done + steps[k] < wanted:
            done += steps[k]
            k += 1
        points.append(_between(line[k], line[k + 1], (wanted - done) / steps[k] if steps[k] else 0.0))
    return [*points, line[-1]]


def blended(here: Line, there: Line, share: float) -> Line:
    """Point by point from `here` (share 0) to `there` (share 1)."""
    return [_between(a, b, share) for a, b in zip(here, there, strict=True)]


def height_at(line: Sequence[tuple[float, float]], y_mm: float) -> float:
    """Height of a line whose y falls from first to last, at `y_mm`; clamped beyond its ends."""
    for (y0, h0), (y1, h1) in itertools.pairwise(line):
        if y0 >= y_mm >= y1 and y0 > y1:
            return h0 + (h1 - h0) * (y0 - y_mm) / (y0 - y1)
    return line[0][1] if y_mm > line[0][0] else line[-1][1]


def mirrored(half: Line) -> Line:
    """The full closed outline of a half that starts and ends on y = 0."""
    return half + [(-y, height) for y, height in half[-2:0:-1]]


def _flat_crown(half_mm: float, thickness_mm: float) -> Line:
    fillet = min(0.32, 0.2 * thickness_mm, 0.4 * half_mm)
    turns = (math.radians(15 * k) for k in range(7))
    edge = [(half_mm - fillet * (1 - math.cos(turn)), thickness_mm - fillet * (1 - math.sin(turn))) for turn in turns]
    return [*edge, (0.0, thickness_mm)]


def _knife_crown(half_mm: float, thickness_mm: float) -> Line:
    """Straight flanks from a low side to a ridge; a hyperbola rounds the ridge so that it does not cut."""
    side, ridge = 0.45 * thickness_mm, 0.09
    reach = math.hypot(1.0, ridge) - ridge
    line = []
    for k in range(41):
        u = 1 - k / 40
        drop = (math.hypot(u, ridge) - ridge) / reach
        edge = max(0.0, (u - 0.9) / 0.1)
        line.append((half_mm * u, thickness_mm - (thickness_mm - side) * drop - 0.12 * thickness_mm * edge**2))
    return line


def _oval_crown(half_mm: float, thickness_mm: float, side: float, exponent: float) -> Line:
    """A quarter of a superellipse that stands on straight sides of `side` times the thickness."""
    line = []
    for k in range(41):
        turn = math.pi / 2 * k / 40
        across, up = max(0.0, math.cos(turn)) ** (2 / exponent), math.sin(turn) ** (2 / exponent)
        line.append((half_mm * across, thickness_mm * (side + (1 - side) * up)))
    line[-1] = (0.0, thickness_mm)
    return line


def _between(a: tuple[float, float], b: tuple[float, float], share: float) -> tuple[float, float]:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
