"""Domed stones, cabochons and pearls: rings of the girdle's outline that close towards the top and the back."""

import itertools
import math
from collections.abc import Sequence

from .caps import fan_capped
from .facets import Facet, facet_through
from .solids import Point, Point2, Solid, loft

DOMED_CUTS = frozenset({"cabochon", "pearl"})
LATITUDES_DEG = (*range(0, 80, 10), 78, 84, 88)  # dense at the pole, where a highlight shows every ring
# A cabochon's back, from girdle to base, as (share of the outline, share of the depth): a small bevel, a slight belly.
CABOCHON_BACK = ((1.0, 0.0), (0.94, 0.40), (0.84, 0.72), (0.60, 0.92), (0.20, 1.0))

Ring = tuple[float, float]  # share of the girdle's outline, height in mm


def dome_rings(cut: str, crown_mm: float, girdle_mm: float, pavilion_mm: float) -> list[Ring]:
    """The rings of a domed stone from its back to its top; crown, and a pearl's back, are half ellipsoids."""
    dome = [(math.cos(turn), math.sin(turn) / _TOP) for turn in map(math.radians, LATITUDES_DEG)]
    back: Sequence[Ring] = CABOCHON_BACK if cut == "cabochon" else dome
    under = [(share, -girdle_mm / 2 - depth * pavilion_mm) for share, depth in reversed(back)]
    return under + [(share, girdle_mm / 2 + height * crown_mm) for share, height in dome]


_TOP = math.sin(math.radians(LATITUDES_DEG[-1]))  # so that the last ring lies at the full height


def dome_solid(outline: Sequence[Point2], rings: Sequence[Ring]) -> Solid:
    """The closed stone over a whole girdle outline."""
    return fan_capped(fan_capped(loft([_placed(outline, ring) for ring in rings])), first=True)


def dome_facets(half_outline: Sequence[Point2], rings: Sequence[Ring]) -> list[Facet]:
    """The planes of the faces of `dome_solid` on the side y ≥ 0, but for the girdle's and the two ends'."""
    facets = []
    for here, there in itertools.pairwise(rings):
        if here[0] == there[0]:
            continue
        lower, upper = _placed(half_outline, here), _placed(half_outline, there)
        facets += [facet_through(lower[k], lower[k + 1], upper[k], (0.0, 0.0, 0.0)) for k in range(len(lower) - 1)]
    return facets


def _placed(outline: Sequence[Point2], ring: Ring) -> list[Point]:
    share, z_mm = ring
    return [(share * x, share * y, z_mm) for x, y in outline]
