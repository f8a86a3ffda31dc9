"""Solids: closed, outward, and placed where the axes say."""

import math

import pytest
from ring_kit.solids import Solid, bead, hoop, loft, merged, tube

SQUARE = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)]


def box(side: float = 2.0) -> Solid:
    half = side / 2
    return loft([[(x * half, y * half, z) for x, y in SQUARE] for z in (-half, half)])


@pytest.mark.parametrize("flip", [False, True])
def test_loft_looks_outwards_whatever_the_winding(flip):
    """A loft's volume is positive and exact, however its loops wind."""
    outline = SQUARE[::-1] if flip else SQUARE
    solid = loft([[(x, y, z) for x, y in outline] for z in (0.0, 3.0)])
    assert solid.open_edges == 0
    assert solid.volume_mm3 == pytest.approx(12.0)


def test_loft_refuses_unequal_loops():
    """Loops of different lengths cannot correspond point to point, so they are an error that names the lengths."""
    with pytest.raises(ValueError, match=r"\[3, 4\]"):
        loft([[(0, 0, 0)] * 4, [(0, 0, 1)] * 3])


def test_wire_is_closed_and_domed():
    """A straight wire is a cylinder with two round ends: closed, one radius longer at either end, volume within 3 %."""
    wire = tube([(0, 0, 0), (0, 0, 4)], 0.5, sides=48)
    heights = [z for _, _, z in wire.vertices]
    assert wire.open_edges == 0
    assert (min(heights), max(heights)) == pytest.approx((-0.5, 4.5), abs=1e-3)
    assert wire.volume_mm3 == pytest.approx(math.pi * 0.25 * 4 + 4 / 3 * math.pi * 0.125, rel=0.03)


def test_bent_wire_keeps_its_thickness():
    """Carried frames do not twist or pinch a wire: every circle's points keep the radius asked at that point."""
    path = [(math.cos(t), math.sin(t), 0.3 * t) for t in (k * 0.2 for k in range(30))]
    wire = tube(path, 0.1, sides=12)
    for k, centre in enumerate(path):
        ring = wire.vertices[(3 + k) * 12 : (4 + k) * 12]
        assert [math.dist(point, centre) for point in ring] == pytest.approx([0.1] * 12)
    assert wire.open_edges == 0
    assert wire.volume_mm3 > 0


def test_wire_needs_a_direction():
    """Coinciding points leave a wire without a direction, which is an error and not a broken mesh."""
    with pytest.raises(ValueError, match="coincide"):
        tube([(0, 0, 0), (0, 0, 0)], 0.5)


def test_hoop_follows_its_outline():
    """A round hoop is a torus: closed, and its volume within 2 % of the formula 2 π² R r²."""
    circle = [(3 * math.cos(2 * math.pi * k / 90), 3 * math.sin(2 * math.pi * k / 90)) for k in range(90)]
    ring = hoop(circle, 0.3, 1.0, sides=32)
    assert ring.open_edges == 0
    assert ring.volume_mm3 == pytest.approx(2 * math.pi**2 * 3 * 0.09, rel=0.02)
    assert sum(z for _, _, z in ring.vertices) / len(ring.vertices) == pytest.approx(1.0)


def test_bead_is_a_closed_ball():
    """A bead's points lie on its sphere and its faces look outwards."""
    ball = bead(0.4, sides=24)
    assert [math.dist(point, (0, 0, 0)) for point in ball.vertices] == pytest.approx([0.4] * len(ball.vertices))
    assert ball.open_edges == 0
    assert ball.volume_mm3 == pytest.approx(4 / 3 * math.pi * 0.064, rel=0.06)


def test_merged_adds_volumes():
    """Merging puts shells side by side: volumes add and nothing opens."""
    pair = merged([box(), box().moved(5)])
    assert pair.open_edges == 0
    assert pair.volume_mm3 == pytest.approx(16.0)


@pytest.mark.parametrize(
    ("angle", "place"), [(0, (0, 1, 10)), (90, (10, 1, 0)), (180, (0, 1, -10)), (-90, (-10, 1, 0))]
)
def test_on_ring_stands_at_the_angle(angle, place):
    """0° is the top and positive angles turn towards +x; y is the finger's axis."""
    point = Solid([(0.0, 0.0, 0.0)], []).on_ring(angle, 10, y_mm=1).vertices[0]
    assert point == pytest.approx(place, abs=1e-9)


def test_on_ring_keeps_local_axes():
    """On the ring local z points away from the finger and local y stays along it."""
    local = Solid([(0.0, 0.0, 1.0), (0.0, 1.0, 0.0)], [])
    outward, sideways = local.on_ring(90, 10).vertices
    assert outward == pytest.approx((11, 0, 0), abs=1e-9)
    assert sideways == pytest.approx((10, 1, 0), abs=1e-9)


def test_turned_and_scaled_keep_a_solid_outward():
    """Turning keeps volume, scaling multiplies it, and a factor of 0 or less is refused."""
    assert box().turned("x", 33).turned("z", 71).volume_mm3 == pytest.approx(8)
    assert box().scaled(1, 2, 3).volume_mm3 == pytest.approx(48)
    with pytest.raises(ValueError, match="above 0"):
        box().scaled(1, -1, 1)


def test_open_edges_counts_a_missing_face():
    """A box without its lid has four open edges."""
    solid = box()
    assert Solid(solid.vertices, solid.faces[:-1]).open_edges == 4
