"""Rows of stones: evenly spaced, clear of one another, inside their arc, and seated in a real groove."""

import math
from dataclasses import replace

import pytest
from ring_kit.bands import Shank, band
from ring_kit.gems import Gem
from ring_kit.rows import FLOOR_MM, Row, seat_for, set_row

ROUND = Gem("round", 1.4, 1.4)
ROWS = {
    "channel round": Row("channel", Gem("round", 2.0, 2.0), 120),
    "channel baguette": Row("channel", Gem("baguette", 2.6, 1.5), 150),
    "channel princess, full": Row("channel", Gem("princess", 2.0, 2.0), 360),
    "pave": Row("pave", ROUND, 180),
    "pave, full": Row("pave", ROUND, 360),
    "eternity": Row("eternity", Gem("round", 2.4, 2.4), 180),
    "eternity, full": Row("eternity", Gem("round", 2.4, 2.4), 360),
    "eternity oval, full": Row("eternity", Gem("oval", 4.0, 3.0), 360),
    "eternity emerald, full": Row("eternity", Gem("emerald", 3.0, 2.2), 360),
}


def lay(row: Row, width_mm: float = 3.2, **changes):
    """The row on a shank that is as large as it needs."""
    seat = seat_for(row, width_mm)
    width, thickness = max(width_mm, seat.width_mm), max(1.8, seat.depth_mm + FLOOR_MM)
    shank = Shank(17.3, width, 1.8, None, "comfort", width, thickness, row_deg=row.coverage_deg)
    return set_row(seat, row.coverage_deg, replace(shank, **changes))


def wedge(solid) -> tuple[float, float]:
    """Lowest and highest angle of a stone about the finger's axis, unwrapped about its middle."""
    x, z = (sum(point[k] for point in solid.vertices) / len(solid.vertices) for k in (0, 2))
    middle = math.degrees(math.atan2(x, z))
    turns = [(math.degrees(math.atan2(px, pz)) - middle + 180) % 360 - 180 + middle for px, _, pz in solid.vertices]
    return min(turns), max(turns)


@pytest.fixture(params=list(ROWS))
def laid(request):
    return lay(ROWS[request.param])


def test_stones_clear_one_another(laid):
    """Neighbours stay at least 0.05 mm apart: each fills its own wedge about the finger, with room between wedges."""
    wedges = sorted(wedge(gem) for gem in laid.gems())
    ends = [*wedges[1:], (wedges[0][0] + 360, 0)] if len(laid.groove.arcs) == 1 else wedges[1:]
    gaps = [after[0] - before[1] for before, after in zip(wedges, ends, strict=False)]
    lowest = 17.3 / 2 + FLOOR_MM
    assert min(gaps) > math.degrees(0.05 / (lowest + 2))
    inside = gaps[: len(wedges) - 1]
    assert max(inside) - min(inside) < 0.01


def test_grooved_band_is_closed(laid):
    """Cutting the groove into the section leaves the body closed, with the finger hole untouched."""
    body = band(laid.track.shank, laid.groove)
    assert body.open_edges == 0
    assert body.volume_mm3 > 0
    assert min(math.hypot(x, z) for x, _, z in body.vertices) == pytest.approx(8.65, abs=1e-9)


def test_floor_under_culets(laid):
    """At least 0.5 mm of metal and air lies between a culet and the finger."""
    assert min(math.hypot(x, z) for gem in laid.gems() for x, _, z in gem.vertices) > 8.65 + 0.5


def test_groove_ends_with_its_stones(laid):
    """The groove reaches less than half a millimetre beyond the first and last stone."""
    if laid.groove.inside_mm(0.0, 1.0) == math.inf:
        assert len(laid.gaps_deg) == len(laid.stones_deg)
        return
    wedges = [wedge(gem) for gem in laid.gems()]
    (start, end), radius = laid.groove.arcs[0], laid.track.radius_mm(0)
    assert 0 <= math.radians(min(low for low, _ in wedges) - start) * radius + 0.5 <= 1.0
    assert 0 <= math.radians(end - max(high for _, high in wedges)) * radius + 0.5 <= 1.0


def test_row_stays_within_its_coverage():
    """Stones fill the arc asked, to within one stone, and never pass it."""
    row = ROWS["channel baguette"]
    laid = lay(row)
    low, high = min(wedge(gem)[0] for gem in laid.gems()), max(wedge(gem)[1] for gem in laid.gems())
    pitch = math.degrees(laid.pitch_mm / laid.track.radius_mm(0))
    assert row.coverage_deg - 1.1 * pitch < high - low <= row.coverage_deg


@pytest.mark.parametrize("coverage", [150, 360])
@pytest.mark.parametrize("rise", [0.0, 1.6])
def test_head_gap_is_kept_free(coverage, rise):
    """No stone comes within the head's gap, on plain and on raised shoulders, and both sides mirror each other."""
    laid = lay(Row("pave", ROUND, coverage), head_gap_mm=7.0, shoulder_rise_mm=rise)
    near = [x for gem in laid.gems() for x, _, z in gem.vertices if z > 0]
    assert min(abs(x) for x in near) > 3.4
    turns = [(angle + 180) % 360 - 180 for angle in laid.stones_deg]
    right, left = sorted(t for t in turns if 0 < t < 179), sorted(-t for t in turns if -179 < t < 0)
    assert right
    assert right == pytest.approx(left, abs=0.01)


def test_pave_fills_the_width():
    """A wide band carries up to three rows, a narrow one a single row."""
    row = Row("pave", ROUND, 120)
    assert [len(seat_for(row, width).centres_mm) for width in (2.3, 3.9, 5.4, 9.0)] == [1, 2, 3, 3]


def test_long_stones_lie_across_when_they_fit():
    """A baguette lies across a wide band and along a narrow one."""
    row = ROWS["channel baguette"]
    assert seat_for(row, 4.0).turned
    assert not seat_for(row, 2.8).turned


def test_too_long_a_stone_is_refused():
    """An arc that cannot hold one stone is an error that names the stone's size."""
    with pytest.raises(ValueError, match=r"no stone of 4\.00 mm"):
        lay(Row("channel", Gem("baguette", 4.0, 2.0), 60), head_gap_mm=9.0)


@pytest.mark.parametrize(("changes", "word"), [({"kind": "flush"}, "kind"), ({"coverage_deg": 400}, "coverage_deg")])
def test_row_names_what_is_wrong(changes, word):
    """A wrong kind or coverage is an error that names the argument."""
    with pytest.raises(ValueError, match=word):
        Row(**{"kind": "pave", "gem": ROUND, **changes})
