"""Gems: closed, convex facets, the trade's sizes and weights, and outlines that bound the stone."""

import math

import pytest
from ring_kit.cuts import PROPORTIONS
from ring_kit.gems import Gem

ONE_CARAT_MM = {  # trade charts' millimetres of a one carat diamond
    "round": (6.5, 6.5),
    "princess": (5.5, 5.5),
    "emerald": (7.0, 5.0),
    "asscher": (5.6, 5.6),
    "oval": (7.9, 5.8),
    "cushion": (5.9, 5.9),
    "pear": (8.6, 5.6),
    "marquise": (10.4, 5.2),
    "heart": (6.7, 6.7),
}
SIZES = [(cut, scale) for cut in PROPORTIONS for scale in (1.2, 5.0, 11.0)]


def shape(cut: str, length_mm: float) -> Gem:
    return Gem(cut, length_mm)


@pytest.mark.parametrize(("cut", "length_mm"), SIZES)
def test_every_gem_is_closed_and_of_its_stated_size(cut, length_mm):
    """A gem is closed and outward, its box is length × width × depth, and z = 0 is the middle of its girdle."""
    gem = shape(cut, length_mm)
    solid = gem.solid()
    low, high = ([pick(p[axis] for p in solid.vertices) for axis in range(3)] for pick in (min, max))
    assert solid.open_edges == 0
    assert solid.volume_mm3 > 0
    assert [high[0] - low[0], high[1] - low[1]] == pytest.approx(
        [gem.length_mm, gem.width_mm], rel=0.02 if length_mm < 2 else 0.004
    )
    assert [high[2], -low[2]] == pytest.approx(
        [gem.girdle_mm / 2 + gem.crown_mm, gem.girdle_mm / 2 + gem.pavilion_mm], abs=1e-3
    )


@pytest.mark.parametrize(("cut", "length_mm"), SIZES)
def test_every_facet_is_flat(cut, length_mm):
    """All corners of a facet lie in one plane, to a thousandth of a micrometre per millimetre of stone."""
    solid = shape(cut, length_mm).solid()
    for face in solid.faces:
        points = [solid.vertices[index] for index in face]
        normal = newell(points)
        reach = [sum(n * v for n, v in zip(normal, point, strict=True)) for point in points]
        assert max(reach) - min(reach) < 1e-5 * length_mm


@pytest.mark.parametrize("cut", ONE_CARAT_MM)
def test_a_carat_has_the_size_that_the_trade_gives_it(cut):
    """A diamond of a trade chart's size for one carat weighs within 15 % of it (emerald charts differ most)."""
    assert Gem(cut, *ONE_CARAT_MM[cut]).carats == pytest.approx(1.0, rel=0.15)


@pytest.mark.parametrize("cut", PROPORTIONS)
def test_an_outline_grows_by_its_offset_and_shrinks_with_the_pavilion(cut):
    """The girdle's outline holds the stone, and lower ones are smaller, point by point from the culet's axis."""
    gem = shape(cut, 6.0)
    lower = [gem.level_outline(-gem.girdle_mm / 2 - share * gem.pavilion_mm) for share in (0.3, 0.6)]
    away = [[math.hypot(x - gem.culet_x_mm, y) for x, y in loop] for loop in (gem.outline(0.5), gem.outline(), *lower)]
    for k in range(64):
        reaches = [loop[k] for loop in away]
        assert reaches == sorted(reaches, reverse=True)
        assert reaches[0] - reaches[1] >= 0.5 - 1e-6


def test_a_heart_has_a_cleft():
    """On its axis the heart is shorter on the lobes' side than the lobes are."""
    outline = Gem("heart", 6.0).outline()
    assert outline[0] == pytest.approx((3.0, 0.0), abs=0.02)
    assert outline[32][0] > min(x for x, _ in outline) + 0.4


def test_what_no_gem_can_be_is_refused():
    """An unknown cut or a size outside the limits is a ValueError that says so."""
    with pytest.raises(ValueError, match="unknown cut"):
        Gem("trillion", 6.0)
    with pytest.raises(ValueError, match="30 mm"):
        Gem("round", 40.0)


def newell(points: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """The unit normal of a polygon."""
    total = [0.0, 0.0, 0.0]
    for a, b in zip(points, points[1:] + points[:1], strict=True):
        total[0] += (a[1] - b[1]) * (a[2] + b[2])
        total[1] += (a[2] - b[2]) * (a[0] + b[0])
        total[2] += (a[0] - b[0]) * (a[1] + b[1])
    length = math.hypot(*total)
    return total[0] / length, total[1] / length, total[2] / length
