"""The finger hole: its size on whole, cut-away, open, coarse, turned and wrongly scaled rings."""

import numpy as np
import pytest
import trimesh

from tasks.domain.rings.proof import prove
from tests.domain.rings_proof import bodies

DIAMETER_MM = 2 * bodies.INNER_RADIUS_MM


@pytest.mark.parametrize("radius_mm", [6.2, 7.93, 8.65, 9.9, 11.4])
def test_inner_diameter_of_rings_of_all_sizes(radius_mm):
    """The inner diameter of a finely tessellated ring is measured to 0.02 mm."""
    proof = prove(bodies.glb({"shank": bodies.torus(radius_mm)}))

    assert proof.finger is not None
    assert proof.finger.inner_diameter_mm == pytest.approx(2 * radius_mm, abs=0.02)
    assert not proof.open_inside


def test_sizes_of_a_us_seven():
    """17.3 mm is US 7, UK N½ and 54.3 in ISO 8653."""
    finger = prove(bodies.glb({"shank": bodies.torus()})).finger

    assert finger is not None
    assert (finger.us, finger.uk, finger.iso) == (7.0, "N½", 54.3)


def test_a_coarse_ring_is_as_wide_as_its_flats():
    """A finger fits inside the flats of a 16-sided band, not on its corners."""
    proof = prove(bodies.glb({"shank": bodies.pipe(bodies.INNER_RADIUS_MM, 10.5, 3, sections=16)}))

    assert proof.finger is not None
    assert proof.finger.inner_diameter_mm == pytest.approx(DIAMETER_MM * np.cos(np.pi / 16), abs=0.02)


def test_a_head_does_not_shift_the_hole():
    """The hole is found in the shank, however high the head stands."""
    finger = prove(bodies.glb(bodies.solitaire())).finger

    assert finger is not None
    assert finger.inner_diameter_mm == pytest.approx(DIAMETER_MM, abs=0.02)


def test_an_inside_cut_away_under_the_head_is_sized_by_the_rest():
    """Cutting the inside back over 60 degrees leaves the size and is told as open inside."""
    wall = bodies.pipe(bodies.INNER_RADIUS_MM, 11.5, 3)
    groove = bodies.pipe(bodies.INNER_RADIUS_MM - 1, 10.9, 4)
    proof = prove(bodies.glb({"shank": wall.difference(groove.intersection(_wedge(60)))}))

    assert proof.finger is not None
    assert proof.finger.inner_diameter_mm == pytest.approx(DIAMETER_MM, abs=0.02)
    assert proof.open_inside
    assert proof.sound


def test_an_open_shank_is_sized_by_its_arc():
    """A tension ring's shank, open over 30 degrees, still has a finger hole."""
    proof = prove(bodies.glb({"shank": bodies.pipe(bodies.INNER_RADIUS_MM, 11, 3).difference(_wedge(30))}))

    assert proof.finger is not None
    assert proof.finger.inner_diameter_mm == pytest.approx(DIAMETER_MM, abs=0.02)
    assert proof.open_inside


def test_tall_ends_of_an_open_shank_do_not_hide_the_hole():
    """The room beside a high head is wider than the finger hole, but has metal on two sides only."""
    ends = {f"head_{x}": bodies.block((x - 1, 9, -2), (x + 1, 27, 2)) for x in (-4, 4)}
    proof = prove(bodies.glb({"shank": bodies.pipe(bodies.INNER_RADIUS_MM, 11, 3).difference(_wedge(30)), **ends}))

    assert proof.finger is not None
    assert proof.finger.inner_diameter_mm == pytest.approx(DIAMETER_MM, abs=0.02)


@pytest.mark.parametrize("turn", [[1, 0, 0], [0, 1, 0], [1, 1, 0]])
def test_a_ring_that_lies_is_measured_too(turn):
    """The finger's axis may be any axis; other than glTF z it is told."""
    matrix = trimesh.transformations.rotation_matrix(np.pi / 2, turn)
    proof = prove(bodies.glb({name: body.apply_transform(matrix) for name, body in bodies.solitaire().items()}))

    assert proof.finger is not None
    assert proof.finger.inner_diameter_mm == pytest.approx(DIAMETER_MM, abs=0.05)
    assert any("finger does not go along" in text for text in proof.warnings)
    assert proof.sound


def test_a_ring_far_from_the_origin_is_measured_too():
    """Where the ring stands in its scene does not matter."""
    shank = bodies.torus()
    shank.apply_translation([40, -25, 7])
    finger = prove(bodies.glb({"shank": shank})).finger

    assert finger is not None
    assert finger.inner_diameter_mm == pytest.approx(DIAMETER_MM, abs=0.02)


@pytest.mark.parametrize(("scale", "unit"), [(1.0, "millimetres"), (0.1, "centimetres")])
def test_a_file_in_the_wrong_unit_is_measured_and_told(scale, unit):
    """Millimetres written as glTF units make a ring of 20 metres: measured as meant, and a finding."""
    proof = prove(bodies.glb({"shank": bodies.torus()}, scale=scale))

    assert proof.finger is not None
    assert proof.finger.inner_diameter_mm == pytest.approx(DIAMETER_MM, abs=0.02)
    assert unit in proof.findings[0]


def test_a_lump_has_no_finger_hole():
    """A body without a hole has no size, and that comes first among the findings."""
    proof = prove(bodies.glb({"shank": bodies.block((-10, -10, -2), (10, 10, 2))}))

    assert proof.finger is None
    assert "No finger hole" in proof.findings[0]


def _wedge(angle_deg: float):
    """A slice of cake around the top of the ring, from the finger's axis outwards."""
    edge = np.radians(np.linspace(90 - angle_deg / 2, 90 + angle_deg / 2, 9))
    rim = [(20 * np.cos(angle), 20 * np.sin(angle)) for angle in edge]
    return trimesh.Trimesh([(x, y, z) for z in (-5, 5) for x, y in [(0, 0), *rim]]).convex_hull
