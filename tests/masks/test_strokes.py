"""Strokes of the brush: their area, their order, and that nothing else is touched."""

import math
import time

import numpy as np
import pytest

from tasks.domain.masks.strokes import Stroke, paint


def blank(height: int = 300, width: int = 400) -> np.ndarray:
    return np.zeros((height, width), np.uint8)


def area(mask: np.ndarray) -> float:
    """Pixels covered, a half-covered one counting half."""
    return float(mask.sum()) / 255


@pytest.mark.parametrize("radius", [5.0, 10.0, 20.3, 60.0])
def test_one_place_makes_a_disc(radius: float) -> None:
    """The disc's area is πr² within 4 %, wherever between pixels its middle lies, and that is where it lies."""
    for x, y in ((200.0, 150.0), (200.37, 150.81)):
        painted = paint(blank(), [Stroke([(x, y)], "add", radius)])
        assert area(painted) == pytest.approx(math.pi * radius**2, rel=0.04)
        rows, columns = np.mgrid[0:300, 0:400] + 0.5
        assert float((columns * painted).sum() / painted.sum()) == pytest.approx(x, abs=0.15)
        assert float((rows * painted).sum() / painted.sum()) == pytest.approx(y, abs=0.15)


@pytest.mark.parametrize("end", [(300.0, 100.0), (300.0, 250.0), (100.5, 250.0)])
@pytest.mark.parametrize("radius", [6.0, 20.0])
def test_two_places_make_a_capsule(end: tuple[float, float], radius: float) -> None:
    """A straight stroke has round ends: its area is πr² + 2rl within 2 %."""
    start = (100.5, 100.0)
    painted = paint(blank(), [Stroke([start, end], "add", radius)])
    assert area(painted) == pytest.approx(math.pi * radius**2 + 2 * radius * math.dist(start, end), rel=0.02)


def test_edges_are_soft() -> None:
    """The rim has pixels between black and white, and only the rim."""
    painted = paint(blank(), [Stroke([(200, 150)], "add", 40)])
    between = (painted > 0) & (painted < 255)
    rows, columns = np.nonzero(between)
    away = np.hypot(columns + 0.5 - 200, rows + 0.5 - 150)
    assert 100 < len(away) < 600
    assert np.abs(away - 40).max() < 1.6


def test_strokes_are_applied_in_order() -> None:
    """What is added and then removed is gone; what is removed and then added is there."""
    add, remove = Stroke([(200, 150)], "add", 30), Stroke([(200, 150)], "remove", 34)
    assert not paint(blank(), [add, remove]).any()
    assert np.array_equal(paint(blank(), [remove, add]), paint(blank(), [add]))


def test_adding_never_darkens_and_removing_never_brightens() -> None:
    """Add is the larger of mask and brush, remove is mask × (1 − brush), at every pixel of any mask."""
    mask = np.random.default_rng(0).integers(0, 256, (300, 400), dtype=np.uint8)
    way = [(50.0, 60.0), (180.0, 220.0), (330.0, 90.0)]
    brush = paint(blank(), [Stroke(way, "add", 25)])
    assert np.array_equal(paint(mask, [Stroke(way, "add", 25)]), np.maximum(mask, brush))
    removed = paint(mask, [Stroke(way, "remove", 25)]).astype(float)
    assert np.abs(removed - mask * (1 - brush / 255.0)).max() <= 0.51


def test_the_given_mask_is_left_alone() -> None:
    """The result is a new mask; without strokes it is an equal one."""
    mask = blank()
    painted = paint(mask, [Stroke([(10, 10)], "add", 5)])
    assert painted.any()
    assert not mask.any()
    assert np.array_equal(paint(painted, []), painted)


def test_a_stroke_may_leave_the_mask() -> None:
    """At the edge half a disc is painted, a stroke wholly outside paints nothing, one across paints what is inside."""
    assert area(paint(blank(), [Stroke([(0, 150)], "add", 40)])) == pytest.approx(math.pi * 800, rel=0.02)
    assert not paint(blank(), [Stroke([(-90, 150), (-60, 20)], "add", 40)]).any()
    across = paint(blank(), [Stroke([(-1e9, 150), (1e9, 150)], "add", 10)])
    assert area(across) == pytest.approx(400 * 20, rel=0.02)


def test_a_small_stroke_on_a_large_mask_costs_little() -> None:
    """Twenty dabs on the canvas of 2000 × 2667 cost no more than 0.1 s of CPU: only their surroundings are touched."""
    mask = blank(2667, 2000)
    dabs = [Stroke([(100.0 * i, 120.0 * i), (100.0 * i + 60, 120.0 * i)], "add", 20) for i in range(20)]
    paint(mask, dabs)
    started = time.process_time()
    paint(mask, dabs)
    assert time.process_time() - started < 0.1
