"""The proof of a mesh, on shapes whose answers are known."""

import numpy as np
import pytest
import trimesh

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.proving import prove
from tasks.domain.meshes.thin_walls import LIMIT_MM


def part_of(mesh: trimesh.Trimesh, name: str = "body") -> Part:
    """A part from a mesh in mm, z up, as people think of prints."""
    points = np.asarray(mesh.vertices, np.float64) / 1000
    return Part(name, points @ np.array([[1, 0, 0], [0, 0, -1], [0, 1, 0]]), np.asarray(mesh.faces, np.int64))


def model_of(*meshes: trimesh.Trimesh) -> Model:
    return Model(tuple(part_of(mesh, f"part {number}") for number, mesh in enumerate(meshes)))


def box(*extents: float, at=(0, 0, 0)) -> trimesh.Trimesh:
    mesh = trimesh.creation.box(extents)
    mesh.apply_translation(at)
    return mesh


def joined(*meshes: trimesh.Trimesh) -> trimesh.Trimesh:
    return trimesh.util.concatenate(meshes)


def inverted(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    mesh = mesh.copy()
    mesh.invert()
    return mesh


def ball(radius: float, subdivisions: int = 4) -> trimesh.Trimesh:
    return trimesh.creation.icosphere(subdivisions, radius)


def test_a_cuboid():
    """Everything that is known of a 10 × 20 × 30 mm cuboid."""
    proof = prove(model_of(box(10, 20, 30)))
    assert (proof.watertight, proof.manifold, proof.bodies, proof.triangles, proof.vertices) == (True, True, 1, 12, 8)
    assert proof.volume_mm3 == pytest.approx(6000)
    assert proof.area_mm2 == pytest.approx(2 * (200 + 300 + 600))
    assert proof.extents_mm == pytest.approx((10, 20, 30))
    assert proof.wall.thinnest_mm == pytest.approx(10, abs=0.001)
    assert proof.wall.thin_share == 0
    assert (proof.overhang_share, proof.printable, proof.reasons, proof.remarks) == (0, True, [], [])


def test_split_vertices_are_welded():
    """A file that repeats every vertex, as glTF does at seams, is as watertight as one that does not."""
    mesh = box(10, 20, 30)
    soup = Part("soup", part_of(mesh).vertices[mesh.faces].reshape(-1, 3), np.arange(36).reshape(-1, 3))
    assert prove(Model((soup,))) == prove(model_of(mesh))


def test_a_ball():
    """Through the centre of a ball it is as thick as its diameter, and an eighth of π rules its overhang."""
    proof = prove(model_of(ball(10)))
    assert proof.wall.thinnest_mm == pytest.approx(20, abs=0.1)
    cap, resting = (1 - np.cos(np.radians(45))) / 2, 0.2 / 20
    assert proof.overhang_share == pytest.approx(cap - resting, abs=0.01)
    assert proof.printable


@pytest.mark.parametrize("wall_mm", [1.0, 0.5])
def test_a_hollow_ball(wall_mm):
    """The cavity is no body; the wall is found within the stated error; too thin is a reason, with the number in it."""
    hollow = joined(ball(10), inverted(ball(10 - wall_mm)))
    proof = prove(model_of(hollow))
    assert (proof.watertight, proof.manifold, proof.bodies) == (True, True, 1)
    assert proof.volume_mm3 == pytest.approx(ball(10).volume - ball(10 - wall_mm).volume, rel=1e-4)
    assert abs(proof.wall.thinnest_mm - wall_mm) <= proof.wall.error_mm
    assert np.linalg.norm(proof.wall.at_mm) == pytest.approx(10, abs=wall_mm + 0.1)
    assert proof.printable == (wall_mm > LIMIT_MM)
    assert proof.wall.thin_share == pytest.approx(0 if proof.printable else 1, abs=0.01)
    assert all("0.5" in reason and "0.8 mm" in reason for reason in proof.reasons)


def test_a_cavity_given_as_a_part_of_its_own_is_inside_out():
    """A part is a solid of its own: wound inwards it is turned before it is measured, and said."""
    proof = prove(model_of(ball(10), inverted(ball(2))))
    assert "inside out" in proof.reasons[0]


def test_a_torus():
    """The tube of a torus is as thick as its minor diameter, everywhere but for the facets."""
    proof = prove(model_of(trimesh.creation.torus(10, 1.5, major_sections=96, minor_sections=48)))
    assert proof.wall.thinnest_mm == pytest.approx(3, abs=0.05)
    assert proof.volume_mm3 == pytest.approx(2 * np.pi**2 * 10 * 1.5**2, rel=0.01)
    assert proof.printable


def test_a_thin_plate():
    """A plate of 0.3 mm is thin wherever it is seen from above and below."""
    proof = prove(model_of(box(30, 20, 0.3)))
    assert proof.wall.thinnest_mm == pytest.approx(0.3, abs=1e-3)
    assert proof.wall.thin_share == pytest.approx(1200 / proof.area_mm2, abs=0.001)
    assert "0.30 mm" in proof.reasons[0]


def test_a_slot_in_a_block_is_found_where_it_is():
    """A block milled down to 0.5 mm in one place: the place is told, in print axes."""
    block = trimesh.boolean.difference([box(20, 20, 10), box(4, 4, 10, at=(5, -5, 0.5))], engine="manifold")
    proof = prove(model_of(block))
    assert proof.wall.thinnest_mm == pytest.approx(0.5, abs=1e-3)
    x, y, z = proof.wall.at_mm
    assert abs(x - 5) <= 2.001
    assert abs(y + 5) <= 2.001
    assert min(abs(z + 5), abs(z + 4.5)) < 1e-6
    assert proof.wall.thin_share == pytest.approx(32 / proof.area_mm2, rel=0.05)


def test_sharp_corners_are_no_thin_walls():
    """Rays near an edge of 60° meet its other side at once; that is a corner, not a wall."""
    rounded_off = trimesh.boolean.difference(
        [trimesh.creation.cone(10, 17.3, sections=64), box(9, 9, 9, at=(0, 0, 16))]
    )
    proof = prove(model_of(rounded_off))
    assert proof.wall.thinnest_mm == pytest.approx(11.5, abs=0.01)
    assert proof.printable


def test_a_solid_without_opposite_surfaces_has_no_walls():
    """No two sides of a cone face each other, so that there is nothing whose thickness could be told."""
    proof = prove(model_of(trimesh.creation.cone(10, 17.3, sections=64)))
    assert (proof.wall, proof.printable) == (None, True)
    assert "no walls" in proof.remarks[0]


def test_a_knife_edge_is_a_remark_or_a_reason():
    """A wedge of 10° is thinner than the limit for a good way: that is a wall too thin."""
    wedge = trimesh.convex.convex_hull([[0, 0, 0], [20, 0, 0], [20, 0, 3.5], [0, 10, 0], [20, 10, 0], [20, 10, 3.5]])
    assert "of the surface is thinner" in prove(model_of(wedge)).reasons[0]


def test_an_open_box():
    """Without a lid there is no inside: no volume, no wall, and the reason comes first."""
    mesh = box(10, 10, 10)
    mesh.update_faces(mesh.face_normals[:, 2] < 0.5)
    proof = prove(model_of(mesh))
    assert (proof.watertight, proof.manifold, proof.bodies, proof.volume_mm3, proof.wall) == (False, False, 0, 0, None)
    assert not proof.printable
    assert proof.reasons[0].startswith("not watertight: 1 shell with holes")


@pytest.mark.parametrize("split", [True, False])
def test_two_cuboids(split):
    """Two bodies, whether in one part or in two, are counted and remarked on, and can be printed."""
    meshes = box(10, 10, 10), box(5, 5, 5, at=(20, 0, 0))
    proof = prove(model_of(*meshes) if split else model_of(joined(*meshes)))
    assert (proof.bodies, proof.printable) == (2, True)
    assert proof.volume_mm3 == pytest.approx(1125)
    assert "2 separate bodies" in proof.remarks[0]


def test_bodies_that_run_into_each_other_are_as_thick_as_both():
    """A plate of 0.5 mm sunk into a block is no thin wall, and what is hidden inside is not measured."""
    proof = prove(model_of(box(20, 20, 10), box(10, 10, 0.5, at=(0, 0, 4.9))))
    assert proof.wall.thinnest_mm > LIMIT_MM
    assert any("run into each other" in remark for remark in proof.remarks)


def test_a_part_that_is_inside_out():
    """It is measured as if turned, but said to be unprintable; its volume is negative, as the file has it."""
    proof = prove(model_of(inverted(box(10, 20, 30))))
    assert (proof.watertight, proof.manifold, proof.bodies) == (True, True, 1)
    assert proof.volume_mm3 == pytest.approx(-6000)
    assert proof.wall.thinnest_mm == pytest.approx(10, abs=0.001)
    assert proof.reasons == ["1 shell inside out: slicers take that for a hole"]


def test_a_face_that_looks_in():
    """One flipped face: closed, but no solid."""
    mesh = box(10, 10, 10)
    mesh.faces[3] = mesh.faces[3][::-1]
    proof = prove(model_of(mesh))
    assert (proof.watertight, proof.manifold, proof.printable, proof.wall) == (True, False, False, None)
    assert "neighbours" in proof.reasons[0]


def test_cuboids_that_share_an_edge():
    """Four faces at one edge are an even number, but two solids in one."""
    proof = prove(model_of(joined(box(10, 10, 10), box(10, 10, 10, at=(10, 10, 0)))))
    assert (proof.watertight, proof.printable) == (False, False)
    assert "more than two faces" in proof.reasons[0]


def test_a_table_overhangs_below_its_top():
    """The underside of the top hangs, but for the leg; the foot rests on the bed."""
    leg, top = box(4, 4, 20, at=(0, 0, 10)), box(20, 20, 2, at=(0, 0, 21))
    table = trimesh.boolean.union([leg, top], engine="manifold")
    proof = prove(model_of(table))
    assert proof.overhang_share == pytest.approx((400 - 16) / proof.area_mm2)
    assert any("needs supports" in remark for remark in proof.remarks)


@pytest.mark.parametrize(("side", "word"), [(400.0, "larger"), (1.5, "smaller")])
def test_sizes_that_printers_do_not_take_are_remarked_on(side, word):
    """Too large for common beds, too small to come out: said, but no verdict."""
    proof = prove(model_of(box(side, side, side)))
    assert proof.printable
    assert word in proof.remarks[-1]


def test_two_proofs_of_one_model_are_equal():
    """The samples are always the same."""
    assert prove(model_of(ball(3))) == prove(model_of(ball(3)))


@pytest.mark.parametrize("model", [Model(()), Model((Part("bad", np.full((3, 3), np.nan), np.array([[0, 1, 2]])),))])
def test_nothing_to_prove(model):
    """No triangles, or none with a place, is the caller's mistake."""
    with pytest.raises(InvalidInput):
        prove(model)


def test_faces_without_area_are_no_body():
    """A model whose faces all collapse can still be told about."""
    proof = prove(Model((Part("dust", np.zeros((3, 3)), np.array([[0, 1, 2]])),)))
    assert (proof.watertight, proof.printable, proof.bodies) == (False, False, 0)
    assert proof.reasons
