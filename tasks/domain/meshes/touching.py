"""Solids that touch or coincide: welding joins them at edges of four and more faces, which here come apart again."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tasks.domain.meshes.meshlab import Traced
from tasks.domain.meshes.topology import welded

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_SHARED_EDGES = 20_000  # more is no contact between solids
SAME_ANGLE = 1e-6  # radians
_PACKED = 1 << 21  # three numbers below this fit one of 63 bits


def once(mesh: Traced, removed: Counter[str]) -> Traced:
    """Return `mesh` with one of the faces that have the same corners, whichever way they are wound."""
    corners = np.sort(mesh.faces, axis=1)
    size = int(corners.max(initial=0)) + 1
    if size < _PACKED:
        first = np.unique((corners[:, 0] * size + corners[:, 1]) * size + corners[:, 2], return_index=True)[1]
    else:
        first = np.unique(corners, axis=0, return_index=True)[1]
    removed["duplicate faces"] += len(corners) - len(first)
    return mesh if len(first) == len(corners) else mesh.with_faces(np.sort(first))


def walls_gone(mesh: Traced) -> Traced:
    """Return `mesh` without the pairs of faces that lie in one place and face each other."""
    if not len(mesh.faces) or (mesh.meeting.uses % 2).any():  # open, or a face too many: no solids that touch
        return mesh
    corners = np.sort(mesh.faces, axis=1)
    _, place, uses = np.unique(corners, axis=0, return_inverse=True, return_counts=True)
    turn = np.argmin(mesh.faces, axis=1)
    rows = np.arange(len(turn))
    forward = mesh.faces[rows, (turn + 1) % 3] < mesh.faces[rows, (turn + 2) % 3]
    paired = (uses == 2) & (np.bincount(place, forward, len(uses)) == 1)
    return mesh.with_faces(~paired[place])


def twins_gone(mesh: Traced, removed: Counter[str]) -> Traced:
    """Return `mesh` without components that lie, face by face, where another does."""
    label = mesh.label
    if not len(label) or not label.any():
        return mesh
    _, faces = welded(mesh.vertices, mesh.faces)
    _, first, place = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_inverse=True)
    again = label[first[place]] < label
    twin = np.bincount(label, ~again) == 0
    removed["components stored twice"] += int(twin.sum())
    return mesh.with_faces(~twin[label])


def parted(mesh: Traced) -> Traced:
    """Return `mesh` with vertices of its own for every solid, where each edge has as many faces one way as the other.

    The faces around such an edge are paired so that each pair encloses a wedge of material. When an edge does not add
    up, or too many are shared, nothing is done.
    """
    meeting = mesh.meeting
    shared = int((meeting.uses > 2).sum())
    if not 0 < shared <= 4 * MAX_SHARED_EDGES or meeting.balance.any():
        return mesh
    start, end = mesh.faces.ravel(), np.roll(mesh.faces, -1, axis=1).ravel()
    low, high = np.minimum(start, end), np.maximum(start, end)
    forward = start == low
    order = np.lexsort((_angles(mesh, low, high, forward), high, low))
    changes = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    runs = np.flatnonzero(np.r_[True, changes, True])
    plain = np.diff(runs) == 2
    pairs = [np.stack([runs[:-1][plain], runs[:-1][plain] + 1], axis=1)]
    pairs += [_wedges(forward[order[a:b]]) + a for a, b in zip(runs[:-1][~plain], runs[1:][~plain], strict=True)]
    one, two = order[np.concatenate(pairs)].T
    return _with_own_vertices(mesh, one, two)


def _angles(mesh: Traced, low: Ints, high: Ints, forward: NDArray[np.bool_]) -> Floats:
    """The angle of each side's face around its edge, of which only the order counts; a face that ends comes first."""
    axis = mesh.vertices[high] - mesh.vertices[low]
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), np.finfo(float).tiny)
    across = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis), axis=1)])
    third = np.roll(mesh.faces, -2, axis=1).ravel()
    outwards = mesh.vertices[third] - mesh.vertices[low]
    angle = np.arctan2((outwards * np.cross(axis, across)).sum(axis=1), (outwards * across).sum(axis=1))
    rounded: Floats = np.rint(angle / SAME_ANGLE) - 0.25 * forward
    return rounded


def _wedges(forward: NDArray[np.bool_]) -> Ints:
    """Match faces in order of angle like brackets: one that runs backward opens a wedge, one that runs forward ends."""
    depth = np.cumsum(np.where(forward, -1, 1))
    first = int(np.argmin(depth)) + 1
    opened: list[int] = []
    pairs = []
    for place in (np.arange(len(forward)) + first) % len(forward):
        if forward[place]:
            pairs.append((opened.pop(), int(place)))
        else:
            opened.append(int(place))
    return np.array(pairs, np.int64)


def _with_own_vertices(mesh: Traced, one: Ints, two: Ints) -> Traced:
    """Corners stay one vertex only where paired sides `one` and `two`, which run against each other, join them."""
    after_one, after_two = (side - side % 3 + (side + 1) % 3 for side in (one, two))
    links = np.r_[one, after_one], np.r_[after_two, two]
    graph = coo_matrix((np.ones(len(links[0]), bool), links), (mesh.faces.size, mesh.faces.size))
    corner = connected_components(graph, directed=False)[1]
    _, first, faces = np.unique(corner, return_index=True, return_inverse=True)
    origin = mesh.faces.ravel()[first]
    return Traced(mesh.vertices[origin], faces.reshape(-1, 3), mesh.vertex_source[origin], mesh.face_source)
