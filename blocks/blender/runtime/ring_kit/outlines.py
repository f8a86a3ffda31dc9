"""The girdle outlines of the cuts, as the half with y ≥ 0; every cut is symmetric about its length.

An outline is a chain of spans that runs from the +x end over +y to the -x end, in units of half the stone's length
and half its width, so that both lie between -1 and 1. A brilliant's main facets stand where its spans meet.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .solids import Point2

Span = Callable[[float], Point2]  # from 0..1 to a point


@dataclass(frozen=True)
class Outline:
    """A stone's girdle in millimetres: its spans, and where on the x axis its culet stands."""

    spans: tuple[Span, ...]
    culet_x_mm: float

    def half(self, segments: int) -> list[Point2]:
        """segments + 1 points from the +x end to the -x end, evenly spread; every span's ends are among them."""
        points = [self.spans[0](0.0)]
        for span, count in zip(self.spans, self.shares(segments), strict=True):
            points += [span((k + 1) / count) for k in range(count)]
        return points

    def shares(self, segments: int) -> list[int]:
        """How many of `segments` fall to each span: by length, and at least one."""
        if segments < len(self.spans):
            raise ValueError(f"points must be at least {2 * len(self.spans)} on this outline, got {2 * segments}")
        lengths = [_length(span) for span in self.spans]
        ideal = [segments * length / sum(lengths) for length in lengths]
        counts = [max(1, math.floor(count)) for count in ideal]
        while sum(counts) != segments:
            step = 1 if sum(counts) < segments else -1
            open_spans = [k for k in range(len(counts)) if step > 0 or counts[k] > 1]
            counts[max(open_spans, key=lambda k: step * (ideal[k] - counts[k]))] += step
        return counts


def outline_of(cut: str, length_mm: float, width_mm: float) -> Outline:
    """The outline of a stone of `cut`, in millimetres, centred on its bounding box."""
    spans, culet = SHAPES[cut](length_mm / width_mm)
    scaled = tuple(_scaled(span, length_mm / 2, width_mm / 2) for span in spans)
    return Outline(scaled, culet * length_mm / 2)


def _oval(_: float) -> tuple[list[Span], float]:
    return [_arc((0.0, 0.0), 1.0, 45.0 * k, 45.0 * (k + 1)) for k in range(4)], 0.0


def _cushion(_: float) -> tuple[list[Span], float]:
    return [_superellipse(3.6, 45.0 * k, 45.0 * (k + 1)) for k in range(4)], 0.0


def _rectangle(_: float) -> tuple[list[Span], float]:
    return _lines([(1.0, 0.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, 0.0)]), 0.0


def _octagon(corner: float) -> Callable[[float], tuple[list[Span], float]]:
    """A rectangle whose corners are cut off at 45°, by `corner` of the width."""

    def spans(ratio: float) -> tuple[list[Span], float]:
        x, y = 1.0 - 2 * corner / ratio, 1.0 - 2 * corner
        return _lines([(1.0, 0.0), (1.0, y), (x, 1.0), (-x, 1.0), (-1.0, y), (-1.0, 0.0)]), 0.0

    return spans


def _marquise(ratio: float) -> tuple[list[Span], float]:
    """Two circular arcs that meet in points."""
    radius = (ratio**2 + 1.0) / 2.0
    reach = math.degrees(math.asin(ratio / radius))
    whole = _scaled(_arc((0.0, 1.0 - radius), radius, 90.0 - reach, 90.0 + reach), 1.0 / ratio, 1.0)
    return [_piece(whole, k / 4, (k + 1) / 4) for k in range(4)], 0.0


def _pear(ratio: float) -> tuple[list[Span], float]:
    """A half circle, and an arc on either side that leaves it without a bend and ends in the point."""
    tip = (2 * ratio - 1.0, 0.0)
    side = _arc_to(tip, (0.0, 0.0), 1.0, 90.0)
    chain = [_piece(side, 0.0, 0.5), _piece(side, 0.5, 1.0)]
    chain += [_arc((0.0, 0.0), 1.0, start, start + 45.0) for start in (90.0, 135.0)]
    shift = 1.0 - ratio
    return [_scaled(_shifted(span, shift), 1.0 / ratio, 1.0) for span in chain], shift / ratio


def _heart(_: float) -> tuple[list[Span], float]:
    """Two round lobes that meet in the cleft, and a nearly straight side from each to the point."""
    radius, bend_deg = 0.56, 58.0
    lobe = (radius - 1.0, 1.0 - radius)
    side = _arc_to((1.0, 0.0), lobe, radius, bend_deg)
    cleft_deg = 180.0 + math.degrees(math.asin(lobe[1] / radius))
    turn = (cleft_deg - bend_deg) / 3
    chain = [_piece(side, 0.0, 0.5), _piece(side, 0.5, 1.0)]
    chain += [_arc(lobe, radius, bend_deg + turn * k, bend_deg + turn * (k + 1)) for k in range(3)]
    return chain, -0.12


SHAPES: dict[str, Callable[[float], tuple[list[Span], float]]] = {
    "round": _oval,
    "oval": _oval,
    "cushion": _cushion,
    "princess": _rectangle,
    "baguette": _rectangle,
    "emerald": _octagon(0.14),
    "asscher": _octagon(0.22),
    "marquise": _marquise,
    "pear": _pear,
    "heart": _heart,
    "cabochon": _oval,
    "pearl": _oval,
}


def _arc(centre: Point2, radius: float, start_deg: float, end_deg: float) -> Span:
    def span(t: float) -> Point2:
        turn = math.radians(start_deg + (end_deg - start_deg) * t)
        return (centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn))

    return span


def _arc_to(tip: Point2, centre: Point2, radius: float, bend_deg: float) -> Span:
    """The arc from `tip` that runs without a bend into the circle where that faces `bend_deg`."""
    ux, uy = math.cos(math.radians(bend_deg)), math.sin(math.radians(bend_deg))
    vx, vy = tip[0] - centre[0], tip[1] - centre[1]
    along = vx * ux + vy * uy
    wide = (vx**2 + vy**2 + radius**2 - 2 * radius * along) / (2 * (radius - along))
    middle = (centre[0] + ux * (radius - wide), centre[1] + uy * (radius - wide))
    return _arc(middle, wide, math.degrees(math.atan2(tip[1] - middle[1], tip[0] - middle[0])), bend_deg)


def _superellipse(power: float, start_deg: float, end_deg: float) -> Span:
    """|x|^power + |y|^power = 1, by the direction from the centre."""

    def span(t: float) -> Point2:
        turn = math.radians(start_deg + (end_deg - start_deg) * t)
        c, s = math.cos(turn), math.sin(turn)
        reach = (abs(c) ** power + abs(s) ** power) ** (-1.0 / power)
        return (reach * c, reach * s)

    return span


def _lines(corners: Sequence[Point2]) -> list[Span]:
    return [_line(a, b) for a, b in itertools.pairwise(corners)]


def _line(a: Point2, b: Point2) -> Span:
    return lambda t: (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)


def _piece(span: Span, start: float, end: float) -> Span:
    return lambda t: span(start + (end - start) * t)


def _shifted(span: Span, x: float) -> Span:
    return lambda t: (span(t)[0] + x, span(t)[1])


def _scaled(span: Span, x: float, y: float) -> Span:
    return lambda t: (span(t)[0] * x, span(t)[1] * y)


def _length(span: Span, steps: int = 16) -> float:
    points = [span(k / steps) for k in range(steps + 1)]
    return sum(math.dist(a, b) for a, b in itertools.pairwise(points))
