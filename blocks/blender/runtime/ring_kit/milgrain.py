"""Milgrain: a line of small beads along an edge."""

import itertools
import math
from collections.abc import Sequence

from .solids import Point, Solid, bead, merged

BEAD_RADIUS_MM = 0.15
BEAD_INSET_MM = 0.24  # from a band's edge to the beads' centres


def bead_line(path: Sequence[Point], radius_mm: float = BEAD_RADIUS_MM, closed: bool = False) -> Solid:
    """Beads of `radius_mm` set evenly along `path`, nearly touching; around it when `closed`."""
    track = [*path, path[0]] if closed else list(path)
    steps = [math.dist(a, b) for a, b in itertools.pairwise(track)]
    count = max(2, int(sum(steps) / (2.08 * radius_mm)))
    spacing = sum(steps) / (count if closed else count - 1)
    grain = bead(radius_mm, sides=8)
    return merged(grain.moved(*point) for point in _spread(track, steps, spacing, count))


def _spread(track: Sequence[Point], steps: Sequence[float], spacing_mm: float, count: int) -> list[Point]:
    points, done, k = [], 0.0, 0
    for wanted in (spacing_mm * n for n in range(count)):
        while k < len(steps) - 1 and done + steps[k] < wanted:
            done += steps[k]
            k += 1
        share = min(1.0, (wanted - done) / steps[k])
        (ax, ay, az), (bx, by, bz) = track[k], track[k + 1]
        points.append((ax + (bx - ax) * share, ay + (by - ay) * share, az + (bz - az) * share))
    return points
