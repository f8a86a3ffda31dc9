"""Normalising: centred, longest side 1, and the way back."""

import numpy as np
import pytest
import trimesh

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.normalising import normalised
from tests.mesh_sizes.models import box, painted_box, part_of, ring_with_gem


def test_centred_and_longest_side_one():
    """Wherever and however large a model is, its box ends up centred with a longest side of one unit."""
    model = normalised(Model((box(30, 15, 24, at=(100, -7, 3)),)))
    assert model.bounds == pytest.approx(np.array([[-0.5, -0.25, -0.4], [0.5, 0.25, 0.4]]))


def test_parts_keep_their_places_to_each_other():
    """All parts move and grow together: proportions between them stay."""
    before, after = ring_with_gem(), normalised(ring_with_gem())
    grown = after.extents / before.extents
    assert grown == pytest.approx(np.full(3, grown[0]))
    gaps = [model.parts[1].vertices.mean(axis=0) - model.parts[0].vertices.mean(axis=0) for model in (before, after)]
    assert gaps[1] == pytest.approx(gaps[0] * grown[0])


def test_the_way_back_is_recorded():
    """source = normalised / scale - offset gives every vertex back, and the source's extents are noted."""
    before = Model((box(0.02, 0.013, 0.008, at=(1.5, 2, -3)),), {"maker": "a test"})
    after = normalised(before)
    note = after.extras["normalization"]
    assert after.parts[0].vertices / note["scale"] - note["offset"] == pytest.approx(before.parts[0].vertices)
    assert note["source_extents"] == pytest.approx([0.02, 0.013, 0.008])
    assert after.extras["maker"] == "a test"


def test_twice_is_once():
    """A normalised model is not moved or scaled again."""
    once = normalised(ring_with_gem())
    assert normalised(once).bounds == pytest.approx(once.bounds)


def test_looks_are_untouched():
    """Texture coordinates, colours and materials are those of the source."""
    source = painted_box()
    (part,) = normalised(Model((source,))).parts
    assert part.uv is source.uv
    assert part.material is source.material
    assert part.name == "painted"


def _flat() -> Model:
    return Model((Part("sheet", np.array([[0.0, 0, 0], [1, 0, 0], [0, 0, 1]]), np.array([[0, 1, 2]])),))


def _endless() -> Model:
    mesh = trimesh.creation.box()
    vertices = np.array(mesh.vertices)
    vertices[0, 1] = np.nan
    return Model((Part("bad", vertices, part_of(mesh).faces),))


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (Model(()), "no triangles"),
        (Model((Part("dust", np.zeros((4, 3)), np.zeros((0, 3), np.int64)),)), "no triangles"),
        (_flat(), "flat"),
        (Model((Part("point", np.ones((3, 3)), np.array([[0, 1, 2]])),)), "flat"),
        (_endless(), "finite"),
    ],
)
def test_what_has_no_size_is_refused(model, problem):
    """A model that is empty, flat or not finite is the caller's mistake, named as such."""
    with pytest.raises(InvalidInput, match=problem) as caught:
        normalised(model)
    assert caught.value.field == "model"
