"""Metal: volume, weight, bodies, and shells that are open, empty or inside out."""

import numpy as np
import pytest
from trimesh import Trimesh

from tasks.domain.rings.proof import prove
from tests.domain.rings_proof import bodies


def test_volume_and_weight_of_a_torus_are_those_of_the_formula():
    """Volume and weight of a torus lie within 0.5 % of 2·π²·R·r² and its weight in 18k gold."""
    proof = prove(bodies.glb({"shank": bodies.torus()}))

    exact_mm3 = bodies.torus_volume_mm3()
    assert proof.metal_volume_mm3 == pytest.approx(exact_mm3, rel=0.005)
    assert proof.weights_g["18k yellow gold"] == pytest.approx(exact_mm3 * 15.58e-3, rel=0.005)
    assert proof.metal_bodies == 1
    assert proof.sound


def test_a_ring_turned_inside_out_weighs_the_same_and_is_told():
    """An inverted shell has negative volume, is a finding, and does not change the weight."""
    inverted = bodies.torus()
    inverted.invert()
    proof = prove(bodies.glb({"shank": inverted}))

    assert proof.parts[0].inverted
    assert proof.parts[0].volume_mm3 == pytest.approx(-bodies.torus_volume_mm3(), rel=0.005)
    assert proof.metal_volume_mm3 == pytest.approx(bodies.torus_volume_mm3(), rel=0.005)
    assert proof.findings == ["shank: inside out."]


def test_faces_wound_both_ways_are_told_and_still_measured():
    """Random flips make winding inconsistent; the volume is that of the shell once its faces agree."""
    shank = bodies.torus()
    flip = np.random.default_rng(5).random(len(shank.faces)) < 0.4
    mixed = Trimesh(shank.vertices, np.where(flip[:, None], shank.faces[:, ::-1], shank.faces), process=False)
    proof = prove(bodies.glb({"shank": mixed}))

    assert not proof.parts[0].winding_consistent
    assert proof.metal_volume_mm3 == pytest.approx(bodies.torus_volume_mm3(), rel=0.005)
    assert proof.findings == ["shank: wound inconsistently."]


def test_overlapping_parts_are_weighed_once():
    """The union counts shared volume once: a ring given twice weighs as one, in one body."""
    proof = prove(bodies.glb({"shank": bodies.torus(), "band": bodies.torus()}))

    assert proof.metal_volume_mm3 == pytest.approx(bodies.torus_volume_mm3(), rel=0.005)
    assert proof.metal_bodies == 1


def test_loose_metal_is_counted_and_named():
    """A part that touches nothing is a second body, and the finding names it."""
    bead = bodies.block((-1, 14, -1), (1, 16, 1))
    proof = prove(bodies.glb({"shank": bodies.torus(), "bead": bead}))

    assert proof.metal_bodies == 2
    assert any("2 separate bodies" in text and "bead" in text for text in proof.findings)


def test_an_open_shell_encloses_nothing():
    """A shank with a face missing is not watertight; its weight is left out, and the proof says so."""
    shank = bodies.torus()
    proof = prove(bodies.glb({"shank": bodies.cut(shank, np.arange(len(shank.faces)) != 100)}))

    assert not proof.parts[0].watertight
    assert proof.metal_volume_mm3 == 0
    assert proof.metal_bodies == 0
    assert "shank: not closed (open edges)." in proof.findings
    assert any("leaves out" in text for text in proof.warnings)


def test_a_sheet_with_two_sides_is_no_body():
    """A surface doubled back on itself is closed in form, but without volume."""
    strip = bodies.cut(bodies.torus(), bodies.torus().triangles_center[:, 2] > 0)
    sheet = Trimesh(strip.vertices, np.vstack([strip.faces, strip.faces[:, ::-1]]), process=False)
    proof = prove(bodies.glb({"shank": sheet}))

    assert "shank: closed but without volume." in proof.findings


def test_a_hollow_weighs_less_and_is_no_fault():
    """The inner wall of a hollow faces inwards; it is taken off the weight and is not called inside out."""
    core = bodies.torus(bodies.INNER_RADIUS_MM + 0.4, 0.5)
    core.invert()
    outer = bodies.torus()
    hollow = Trimesh(
        np.vstack([outer.vertices, core.vertices]),
        np.vstack([outer.faces, core.faces + len(outer.vertices)]),
        process=False,
    )
    proof = prove(bodies.glb({"shank": hollow}))

    expected = bodies.torus_volume_mm3() - bodies.torus_volume_mm3(bodies.INNER_RADIUS_MM + 0.4, 0.5)
    assert proof.metal_volume_mm3 == pytest.approx(expected, rel=0.005)
    assert proof.sound


def test_split_vertices_are_welded():
    """A mesh stored triangle by triangle, as flat shading is, is as closed as the welded one."""
    soup = bodies.torus()
    corners = soup.vertices[soup.faces].reshape(-1, 3)
    proof = prove(bodies.glb({"shank": Trimesh(corners, np.arange(len(corners)).reshape(-1, 3), process=False)}))

    assert proof.parts[0].watertight
    assert proof.sound


def test_faces_without_area_are_counted():
    """Triangles that repeat a corner are degenerate; a few are a warning, not a fault."""
    shank = bodies.torus()
    flat = np.repeat(shank.faces[:5, :1], 3, axis=1)
    proof = prove(bodies.glb({"shank": Trimesh(shank.vertices, np.vstack([shank.faces, flat]), process=False)}))

    assert proof.degenerate_faces == 5
    assert proof.sound


@pytest.mark.parametrize(("wire_mm", "sound"), [(0.45, True), (0.3, False)])
def test_a_thin_shank_is_told(wire_mm, sound):
    """Under 1 mm a shank is called thin, under 0.7 mm another build should mend it."""
    proof = prove(bodies.glb({"shank": bodies.torus(wire_mm=wire_mm)}))

    assert proof.shank_thickness_mm == pytest.approx(2 * wire_mm, abs=0.02)
    assert any("thick at its thinnest" in text for text in proof.warnings)
    assert proof.sound is sound
