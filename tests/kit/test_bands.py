"""Bodies of shanks: closed, exact inside, comfortable, and of the size asked."""

import itertools
import math

import pytest
from ring_kit.bands import Shank, band
from ring_kit.sections import PROFILES, inner_line, outer_line
from ring_kit.shoulders import arch, tip

DIAMETER_MM = 17.3


def plain(**changes) -> Shank:
    asked = {"width_mm": 2.4, "thickness_mm": 1.8, "profile": "comfort", "top_width_mm": 2.4, "top_thickness_mm": 1.8}
    return Shank(DIAMETER_MM, metal=None, **{**asked, **changes})


SHANKS = {
    **{profile: plain(profile=profile) for profile in PROFILES},
    **{f"slender {profile}": plain(profile=profile, width_mm=1.4, top_width_mm=1.2) for profile in PROFILES},
    "wide": plain(width_mm=8, top_width_mm=12),
    "thick top": plain(top_thickness_mm=3.2, top_width_mm=4),
    "open": plain(opening_mm=6, top_thickness_mm=3),
    **{f"split {profile}": plain(shoulders="split", profile=profile, top_width_mm=6) for profile in PROFILES},
    "raised": plain(shoulder_rise_mm=1.7, head_gap_mm=6.5),
}


@pytest.fixture(params=list(SHANKS))
def made(request):
    return SHANKS[request.param]


def test_band_is_one_closed_outward_body(made):
    """Whatever the profile, taper and shoulders, the body is closed and encloses a positive volume."""
    body = band(made)
    assert body.open_edges == 0
    assert body.volume_mm3 > 0


def test_finger_hole_is_exact(made):
    """No point comes nearer to the axis than the inner radius, and mid-width points lie on it within 0.01 mm."""
    body = band(made)
    radii = [(math.hypot(x, z), y) for x, y, z in body.vertices]
    assert min(radius for radius, _ in radii) == pytest.approx(DIAMETER_MM / 2, abs=1e-9)
    middle = min(radius for radius, y in radii if abs(y) < 1e-9)
    assert middle == pytest.approx(DIAMETER_MM / 2, abs=0.01)


def test_band_is_as_wide_and_thick_as_asked(made):
    """At the bottom, width and thickness are those asked, to 0.01 mm."""
    bottom = [point for point in band(made).vertices if abs(math.atan2(point[0], -point[2])) < 1e-6]
    assert 2 * max(y for _, y, _ in bottom) == pytest.approx(made.width_mm, abs=0.01)
    assert max(math.hypot(x, z) for x, _, z in bottom) == pytest.approx(made.outer_radius_mm(180), abs=0.01)


@pytest.mark.parametrize("profile", PROFILES)
def test_edges_are_rounded(profile):
    """No corner of a section turns by more than 50°, so that every edge catches light and none cuts."""
    half = inner_line(profile, 1.3, 1.8)[1:] + outer_line(profile, 1.3, 1.8)
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(half) if math.dist(a, b) > 1e-6]
    turns = [
        abs(math.degrees(math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1])))
        for a, b in itertools.pairwise(steps)
    ]
    assert max(turns) < 50


def test_comfort_fit_rises_at_its_edges():
    """A comfort fit touches the finger at mid-width and stands off at its edges; the others lie flat between edges."""
    assert inner_line("comfort", 1.5, 1.8)[5][1] > 0.1
    assert inner_line("flat", 1.5, 1.8)[5][1] == 0


def test_split_parts_only_on_the_shoulders():
    """A split shank is whole at the bottom and under the head, and open on either shoulder."""
    split = SHANKS["split comfort"]
    assert split.slit_mm_at(180) == split.slit_mm_at(0) == split.slit_mm_at(360) == 0
    assert split.slit_mm_at(35) == split.slit_mm_at(-35) == split.slit_mm_at(325) > 0.5


def test_opening_is_as_wide_as_asked():
    """The open shank's end faces are parallel planes, the asked distance apart."""
    body = band(SHANKS["open"])
    top = [x for x, _, z in body.vertices if z > 0]
    assert min(x for x in top if x > 0) == pytest.approx(3.0)
    assert max(x for x in top if x < 0) == pytest.approx(-3.0)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("gap", [0.0, 4.0, 9.0, 17.0])
def test_arches_grow_out_of_the_band(profile, gap):
    """A cathedral arch is closed, starts within the band's metal, and ends beside the head, over the band."""
    made = plain(profile=profile, shoulders="cathedral", head_gap_mm=gap)
    wire = arch(made, 1)
    assert wire.open_edges == 0
    assert wire.volume_mm3 > 0
    foot = wire.vertices[: len(wire.vertices) // 21]
    assert all(math.hypot(x, z) < made.outer_radius_mm(180) for x, _, z in foot)
    x, z = tip(gap, made.outer_radius_mm(0))
    assert made.outer_radius_mm(0) + 1.1 <= math.hypot(x, z) <= made.outer_radius_mm(0) + 2.3
    assert min(math.dist((x, z), (point[0], point[2])) for point in wire.vertices) < 0.7
    assert min(position for position, _, _ in wire.vertices) == pytest.approx(x, abs=1.2)
