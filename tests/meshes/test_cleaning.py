"""Cleaning: each defect of the corpus ends watertight, or with the reason why it cannot be."""

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from trimesh.visual.material import PBRMaterial

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.cleaning import clean
from tasks.domain.meshes.model import Model, Part
from tests.meshes.defects import DEFECTS, Defect, ball, ring, sphere_with_seam


def whole(model) -> trimesh.Trimesh:
    """All parts as one mesh, equal positions merged within each component but not where components touch."""
    meshes = [trimesh.Trimesh(part.vertices, part.faces, process=False) for part in model.parts]
    return trimesh.util.concatenate(meshes)


def merged(mesh: trimesh.Trimesh) -> trimesh.Trimesh:
    mesh = mesh.copy()
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    return mesh


@pytest.mark.parametrize("case", DEFECTS.values(), ids=lambda case: case.name)
def test_every_defect_ends_watertight_or_with_a_reason(case: Defect):
    """What can be mended is mended, strictly and to the true volume; of the rest the reason is told."""
    if case.reason == "holds no solid":
        with pytest.raises(InvalidInput, match=case.reason):
            clean(case.build())
        return
    model, report = clean(case.build())
    if case.reason:
        assert not report.watertight
        assert case.reason in "; ".join(part.reason for part in report.parts)
        return
    assert [part.reason for part in report.parts] == [""] * len(model.parts)
    assert report.watertight
    mesh = whole(model)
    tight = mesh if mesh.is_watertight else merged(mesh)
    assert tight.is_watertight
    assert tight.is_winding_consistent
    if case.volume is not None:
        assert tight.volume == pytest.approx(case.volume, rel=case.within)


def test_the_corpus_has_at_least_forty_defects():
    """The corpus is as large as was asked for."""
    assert len(DEFECTS) >= 40


def test_a_closed_part_stays_as_it_is():
    """What was watertight keeps every vertex, face and texture coordinate, seams included."""
    globe = sphere_with_seam()
    model, report = clean(Model((globe,)))
    (part,) = model.parts
    assert (report.parts[0].watertight_before, report.parts[0].watertight_after, report.parts[0].removed) == (
        True,
        True,
        {"unused vertices": 2},
    )
    assert np.allclose(part.vertices[part.faces], globe.vertices[globe.faces], rtol=0, atol=1e-15)
    assert np.array_equal(part.uv[part.faces], globe.uv[globe.faces])


def test_texture_seams_stay_sharp_where_holes_are_closed():
    """Old faces keep their texels corner by corner, and no cap stretches across the texture."""
    globe = sphere_with_seam()
    centre = globe.vertices[globe.faces].mean(axis=1)
    holed = replace(globe, faces=globe.faces[centre @ [1, 0.2, 0] <= 0.97])
    (part,) = clean(Model((holed,)))[0].parts
    looks = {tuple(points.ravel()): uv for points, uv in corners(holed)}
    caps = 0
    for points, uv in corners(part):
        before = looks.get(tuple(points.ravel()))
        caps += before is None
        assert np.ptp(uv[:, 0]) < 0.5
        assert before is None or np.array_equal(uv, before)
    assert caps == len(part.faces) - len(holed.faces) > 0


def corners(part: Part):
    """Each face's three points and texture coordinates, from its least point on."""
    for face in part.faces:
        points, uv = part.vertices[face].round(6) + 0.0, part.uv[face]
        first = min(range(3), key=lambda corner: tuple(points[corner]))
        yield np.roll(points, -first, axis=0), np.roll(uv, -first, axis=0)


def test_colours_stay_with_their_places():
    """Each vertex that is left has the colour that it had."""
    before = DEFECTS["vertex colours, and holes"].build().parts[0]
    (part,) = clean(Model((before,)))[0].parts
    colour_at = {tuple(point): tuple(colour) for point, colour in zip(before.vertices, before.colours, strict=True)}
    assert all(
        colour_at[tuple(point)] == tuple(colour) for point, colour in zip(part.vertices, part.colours, strict=True)
    )


def test_one_solid_in_two_materials_stays_two_parts():
    """Parts that are open towards each other are one solid: cleaned together, no wall between, names and looks kept."""
    vertices, faces = ball()
    upper = vertices[faces].mean(axis=1)[:, 2] > 0
    silver, gold = PBRMaterial(name="silver"), PBRMaterial(name="gold")
    holed = np.delete(faces[upper], [3], axis=0)
    model, report = clean(
        Model((Part("upper", vertices, holed, material=silver), Part("lower", vertices, faces[~upper], material=gold)))
    )
    assert [(part.name, part.material.name) for part in model.parts] == [("upper", "silver"), ("lower", "gold")]
    assert [len(part.faces) for part in model.parts] == [upper.sum(), (~upper).sum()]
    assert report.watertight


def test_small_parts_go_only_when_asked():
    """A closed gem of a twentieth is kept by default, and dropped, with its reason, when small parts are unwanted."""
    gem = Part("gem", *ball(2, radius=0.03, at=(1.4, 0, 0)))
    model = Model((Part("ring", *ring()), gem))
    assert [part.name for part in clean(model)[0].parts] == ["ring", "gem"]
    kept, report = clean(model, keep_small_parts=False)
    assert [part.name for part in kept.parts] == ["ring"]
    assert report.dropped == ["gem: no triangle is left after removing 1 small components"]


def test_the_report_counts_what_was_done():
    """Holes, rounds and removals are counted under their names."""
    fins = clean(DEFECTS["fins"].build())[1].parts[0]
    assert fins.removed == {"fins": fins.triangles_before - fins.triangles_after}
    holes = clean(DEFECTS["many small holes"].build())[1].parts[0]
    assert (holes.watertight_before, holes.closed_holes, holes.rounds) == (
        False,
        13,
        1,
    )  # two of the fourteen meet in a vertex


def test_extras_stay():
    """What a file says of itself is no business of the cleaner."""
    assert clean(Model((Part("ring", *ring()),), {"maker": "A"}))[0].extras == {"maker": "A"}
