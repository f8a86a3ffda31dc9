"""The facets of every cut, as planes: brilliants, step cuts and the princess."""

import itertools
import math
from dataclasses import dataclass

from .facets import Facet, facet_through, sloped_facet
from .outlines import Outline, Span
from .solids import Point, Point2


@dataclass(frozen=True)
class Proportions:
    """Of a cut, as shares of the stone's width: table, crown height, girdle, pavilion depth; and length to width."""

    table: float
    crown: float
    girdle: float
    pavilion: float
    ratio: float = 1.0


# Round: Tolkowsky, Diamond Design (1919), chapter IV, with today's wider table (GIA's excellent grade: table 52-62 %,
# crown 31.5-36.5°, pavilion 40.6-41.8°). Other cuts: the total depth, table and length-to-width ratio that retailers'
# fancy-shape guides call very good: depth 58-64 % (round-ended), 65-70 % (step, cushion), 68-75 % (princess).
PROPORTIONS = {
    "round": Proportions(0.56, 0.150, 0.030, 0.430),
    "oval": Proportions(0.56, 0.150, 0.030, 0.440, 1.4),
    "cushion": Proportions(0.58, 0.160, 0.040, 0.480, 1.1),
    "pear": Proportions(0.56, 0.155, 0.035, 0.445, 1.55),
    "marquise": Proportions(0.56, 0.155, 0.035, 0.440, 2.0),
    "heart": Proportions(0.56, 0.150, 0.040, 0.435),
    "princess": Proportions(0.70, 0.110, 0.030, 0.590),
    "emerald": Proportions(0.62, 0.140, 0.030, 0.480, 1.4),
    "asscher": Proportions(0.58, 0.155, 0.030, 0.485),
    "baguette": Proportions(0.66, 0.110, 0.040, 0.440, 1.6),
    "cabochon": Proportions(0.0, 0.400, 0.030, 0.130, 1.3),
    "pearl": Proportions(0.0, 0.495, 0.010, 0.495),
}
# A step cut's profile from girdle to table and from girdle to keel, as (share of the way in, share of the height).
CROWN_STEPS = ((0.0, 0.0), (0.22, 0.40), (0.56, 0.74), (1.0, 1.0))
PAVILION_STEPS = ((0.0, 0.0), (0.20, 0.34), (0.54, 0.70), (1.0, 1.0))
# A princess's profile at the middle of a side, as (share of the half width, share of the height).
PRINCESS_CROWN_KNEE = (0.88, 0.60)
PRINCESS_PAVILION = ((1.0, 0.0), (0.80, 0.36), (0.48, 0.70), (0.0, 1.0))
STAR_HEIGHT = 0.60  # of the crown: where stars, mains and halves of a brilliant meet (star length about 50 %)
HALF_DEPTH = 0.77  # of the pavilion: lower halves reach this far towards the culet (GIA's lower half length)


@dataclass(frozen=True)
class Rough:
    """A stone before it is cut: its outline and heights in mm, and the table as a share of the width."""

    cut: str
    outline: Outline
    length_mm: float
    width_mm: float
    crown_mm: float
    girdle_mm: float
    pavilion_mm: float
    table: float


def facets_of(rough: Rough) -> list[Facet]:
    """The crown's and pavilion's facets on the side y ≥ 0, and those that cross it."""
    if rough.cut in ("emerald", "asscher", "baguette"):
        return _step_facets(rough)
    return _princess_facets(rough) if rough.cut == "princess" else _brilliant_facets(rough)


def _brilliant_facets(rough: Rough) -> list[Facet]:
    """Mains where the outline's spans meet, stars and halves between them, on crown and pavilion."""
    outline = rough.outline
    mains = [(span(0.0), _normal(span, 0.0)) for span in outline.spans]
    mains.append((outline.spans[-1](1.0), _normal(outline.spans[-1], 1.0)))
    mains[0] = (mains[0][0], (1.0, 0.0))
    if rough.cut != "heart":
        mains[-1] = (mains[-1][0], (-1.0, 0.0))
    crown = _Side(rough, 1.0, rough.crown_mm, 1.0 - rough.table, STAR_HEIGHT)
    pavilion = _Side(rough, -1.0, rough.pavilion_mm, 1.0, HALF_DEPTH)
    facets = [side.main(*main) for side in (crown, pavilion) for main in mains]
    for span, here, there in zip(outline.spans, mains, mains[1:], strict=False):
        facets += [half for side in (crown, pavilion) for half in side.halves(span, here, there)]
        facets.append(crown.star(here, there))
    return facets


@dataclass(frozen=True)
class _Side:
    """The crown (`up` 1) or pavilion (-1) of a brilliant, whose mains move in by the share `inset` over its height."""

    rough: Rough
    up: float
    height_mm: float
    inset: float
    meet: float  # share of the height where halves end

    @property
    def inside(self) -> Point:
        return (self.rough.outline.culet_x_mm, 0.0, 0.0)

    def main(self, at: Point2, normal: Point2) -> Facet:
        support = normal[0] * (at[0] - self.rough.outline.culet_x_mm) + normal[1] * at[1]
        facet = sloped_facet(at, normal, self.rough.girdle_mm / 2, self.inset * support, self.height_mm)
        return facet if self.up > 0 else Facet(facet.nx, facet.ny, -facet.nz, facet.reach_mm)

    def halves(self, span: Span, here: tuple[Point2, Point2], there: tuple[Point2, Point2]) -> list[Facet]:
        tip, middle = self.tip(here, there), self.lifted(span(0.5), 0.0)
        return [facet_through(tip, middle, self.lifted(end[0], 0.0), self.inside) for end in (here, there)]

    def star(self, here: tuple[Point2, Point2], there: tuple[Point2, Point2]) -> Facet:
        ends = [self.lifted(end[0], 1.0) for end in (here, there)]
        return facet_through(self.tip(here, there), *ends, self.inside)

    def tip(self, here: tuple[Point2, Point2], there: tuple[Point2, Point2]) -> Point:
        """Where two neighbouring mains, their halves and their star meet."""
        return self.lifted(_meeting(here, there), self.meet)

    def lifted(self, at: Point2, share: float) -> Point:
        """A point of the girdle's plane, carried along the mains by a share of the height."""
        shrink, axis = 1.0 - self.inset * share, self.rough.outline.culet_x_mm
        z_mm = self.up * (self.rough.girdle_mm / 2 + share * self.height_mm)
        return (axis + (at[0] - axis) * shrink, at[1] * shrink, z_mm)


def _step_facets(rough: Rough) -> list[Facet]:
    """Rows of facets parallel to the girdle; the pavilion's long sides meet in a keel."""
    half_mm = rough.width_mm / 2
    facets = []
    for span in rough.outline.spans:
        normal = _normal(span, 0.5)
        facets += _steps(rough, span(0.0), normal, CROWN_STEPS, (1.0 - rough.table) * half_mm, rough.crown_mm)
        deep = _steps(rough, span(0.0), normal, PAVILION_STEPS, half_mm, rough.pavilion_mm)
        facets += [Facet(facet.nx, facet.ny, -facet.nz, facet.reach_mm) for facet in deep]
    return facets


def _steps(
    rough: Rough, at: Point2, normal: Point2, profile: tuple[Point2, ...], inset_mm: float, height_mm: float
) -> list[Facet]:
    facets = []
    for (inset, height), (inset_next, height_next) in itertools.pairwise(profile):
        start = (at[0] - normal[0] * inset * inset_mm, at[1] - normal[1] * inset * inset_mm)
        z_mm = rough.girdle_mm / 2 + height * height_mm
        facets.append(
            sloped_facet(start, normal, z_mm, (inset_next - inset) * inset_mm, (height_next - height) * height_mm)
        )
    return facets


def _princess_facets(rough: Rough) -> list[Facet]:
    """Chevrons that fan out from the four corners down to the culet, and a crown of kites and stars."""
    facets = []
    for corner in ((1.0, 1.0), (-1.0, 1.0)):
        for side in ((corner[0], 0.0), (0.0, 1.0)):
            facets += [_princess_facet(rough, -1.0, *points) for points in _chevrons(corner, side)]
            facets += [_princess_facet(rough, 1.0, *points) for points in _kites(corner, side, rough.table)]
    return facets


def _chevrons(corner: Point2, side: Point2) -> list[tuple[Point, Point, Point]]:
    """Fans of a pavilion's quarter, in shares of half length, half width and depth."""
    nodes = [(side[0] * share, side[1] * share, depth) for share, depth in PRINCESS_PAVILION]
    return [((*corner, 0.0), here, there) for here, there in itertools.pairwise(nodes)]


def _kites(corner: Point2, side: Point2, table: float) -> list[tuple[Point, Point, Point]]:
    share, height = PRINCESS_CROWN_KNEE
    knee = (side[0] * share, side[1] * share, height)
    tip = (corner[0] * table, corner[1] * table, 1.0)
    beside = (side[0] * table, side[1] * table, 1.0)
    return [((*corner, 0.0), (*side, 0.0), knee), ((*corner, 0.0), knee, tip), (knee, tip, beside)]


def _princess_facet(rough: Rough, up: float, *points: Point) -> Facet:
    height_mm = rough.crown_mm if up > 0 else rough.pavilion_mm
    placed = [
        (x * rough.length_mm / 2, y * rough.width_mm / 2, up * (rough.girdle_mm / 2 + z * height_mm))
        for x, y, z in points
    ]
    return facet_through(*placed, (0.0, 0.0, 0.0))


def _normal(span: Span, t: float) -> Point2:
    """The outward direction across a span at `t`, of length 1."""
    step = 1e-5
    (ax, ay), (bx, by) = span(t - step), span(t + step)
    length = math.hypot(bx - ax, by - ay)
    return ((by - ay) / length, (ax - bx) / length)


def _meeting(here: tuple[Point2, Point2], there: tuple[Point2, Point2]) -> Point2:
    """Where the tangents at two points of the girdle cross."""
    (a, n), (b, m) = here, there
    reach_a, reach_b = n[0] * a[0] + n[1] * a[1], m[0] * b[0] + m[1] * b[1]
    det = n[0] * m[1] - n[1] * m[0]
    return ((reach_a * m[1] - reach_b * n[1]) / det, (n[0] * reach_b - m[0] * reach_a) / det)
