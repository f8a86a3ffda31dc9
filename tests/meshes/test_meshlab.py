"""MeshLab behind arrays: its filters are there, and what comes out knows where it came from."""

import numpy as np
import trimesh

from tasks.domain.meshes import meshlab
from tasks.domain.meshes.meshlab import NEW, Traced
from tests.meshes.defects import ball, cube, joined


def traced(vertices: np.ndarray, faces: np.ndarray) -> Traced:
    return Traced(vertices, faces, np.arange(len(vertices)) + 1000, np.arange(len(faces)) + 2000)


def test_every_filter_that_is_used_is_there():
    """A MeshLab whose plugins vanished for want of a system library would be found here."""
    meshlab.check_filters()
    assert meshlab.version()


def test_closing_traces_old_faces_and_marks_new_ones():
    """After closing, each old face and vertex carries its number; only the cap's faces are new."""
    vertices, faces = ball()
    closed = meshlab.closed(traced(vertices, faces[4:]), avoid_intersections=True)
    assert trimesh.Trimesh(closed.vertices, closed.faces).is_watertight
    new = closed.face_source == NEW
    assert new.sum() == 4
    assert np.array_equal(closed.faces[~new], faces[4:][closed.face_source[~new] - 2000])
    assert np.array_equal(closed.vertices, vertices[closed.vertex_source - 1000])


def test_repeats_are_counted_by_kind():
    """Duplicate and zero-area faces go, and are counted apart."""
    vertices, faces = cube()
    a, b, _ = faces[0]
    vertices = np.concatenate([vertices, [(vertices[a] + vertices[b]) / 2]])
    faces = np.concatenate([faces, faces[:7], [[a, len(vertices) - 1, b]]])
    mesh, counts = meshlab.manifold(traced(vertices, faces))
    assert len(mesh.faces) == len(faces) - 8
    assert counts == {"duplicate faces": 7, "zero-area faces": 1}


def test_a_pinched_vertex_is_split_and_both_know_their_source():
    """Two balls that share one vertex get one each, in the same place, from the same source."""
    vertices, faces = joined(ball(), ball(at=(0, 0, 2)))
    kept, number = np.unique(vertices.round(9), axis=0, return_inverse=True)
    mesh, counts = meshlab.manifold(traced(kept, number[faces]))
    assert counts == {"split vertices": 1}
    assert len(mesh.vertices) == len(kept) + 1
    assert np.array_equal(mesh.vertices, kept[mesh.vertex_source - 1000])


def test_nothing_comes_of_nothing():
    """A mesh without faces passes through."""
    empty = traced(np.zeros((0, 3)), np.zeros((0, 3), int))
    assert meshlab.closed(empty, avoid_intersections=False) is empty
