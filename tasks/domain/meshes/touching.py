"""Solids that touch or coincide: welding joins them at edges of four and more faces, which here come apart again."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tasks.domain.meshes.meshlab import Traced
from tasks.domain.meshes.topology import labels, sides, welded

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MAX_SHARED_EDGES = 20_000  # more is no contact between solids
SAME_ANGLE = 1e-6  # radians


def walls_gone(mesh: Traced) -> Traced:
    """Return `mesh` without the pairs of faces that lie in one place and face each other."""
    corners = np.sort(mesh.faces, axis=1)
    if not len(corners):
        return mesh
    _, place, uses = np.unique(corners, axis=0, return_inverse=True, return_counts=True)
    turn = np.argmin(mesh.faces, axis=1)
    rows = np.arange(len(turn))
    forward = mesh.faces[rows, (turn + 1) % 3] < mesh.faces[rows, (turn + 2) % 3]
    paired = (uses == 2) & (np.bincount(place, forward, len(uses)) == 1)
    return mesh.with_faces(~paired[place])


def twins_gone(mesh: Traced, removed: Counter[str]) -> Traced:
    """Return `mesh` without components that lie, face by face, where another does."""
    label = labels(mesh.faces)
    if not len(label) or not label.any():
        return mesh
    _, faces = welded(mesh.vertices, mesh.faces)
    _, first, place = np.unique(np.sort(faces, axis=1), axis=0, return_index=True, return_inverse=True)
    again = label[first[place]] < label
    twin = np.bincount(label, ~again) == 0
    removed["components stored twice"] += int(twin.sum())
    return mesh.with_faces(~twin[label])


def parted(mesh: Traced) -> Traced:
    """Give every solid vertices of its own, where each edge has as many faces one way as the other.

    The faces around such an edge are paired so that each pair encloses a wedge of material. Components with an edge
    that does not add up are left as they are.
    """
    meeting = sides(mesh.faces)
    label = labels(mesh.faces)
    torn = np.bincount(label, (meeting.balance != 0).any(axis=1)) > 0
    crowded = (meeting.uses > 2) & ~torn[label][:, None]
    if not 0 < crowded.sum() <= 4 * MAX_SHARED_EDGES:
        return mesh
    start, end = mesh.faces, np.roll(mesh.faces, -1, axis=1)
    whole = np.flatnonzero(~torn[label])
    side = (3 * whole[:, None] + np.arange(3)).ravel()
    low, high = np.minimum(start, end).ravel()[side], np.maximum(start, end).ravel()[side]
    order = np.lexsort((_angles(mesh, side, low, high), high, low))
    runs = np.flatnonzero(np.r_[True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0), True])
    forward = (start.ravel()[side] == low)[order]
    plain = np.diff(runs) == 2
    pairs = [np.stack([runs[:-1][plain], runs[:-1][plain] + 1], axis=1)]
    pairs += [_wedges(forward[a:b]) + a for a, b in zip(runs[:-1][~plain], runs[1:][~plain], strict=True)]
    one, two = side[order[np.concatenate(pairs)]].T
    return _with_own_vertices(mesh, one, two)


def _angles(mesh: Traced, side: Ints, low: Ints, high: Ints) -> Floats:
    """The angle of each side's face around its edge, of which only the order counts; a face that ends comes first."""
    axis = mesh.vertices[high] - mesh.vertices[low]
    axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), np.finfo(float).tiny)
    across = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis), axis=1)])
    third = mesh.faces.ravel()[side - side % 3 + (side + 2) % 3]
    outwards = mesh.vertices[third] - mesh.vertices[low]
    angle = np.arctan2((outwards * np.cross(axis, across)).sum(axis=1), (outwards * across).sum(axis=1))
    forward = mesh.faces.ravel()[side] == low
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
    """Corners stay one vertex only where paired sides join them."""
    count = mesh.faces.size
    after_one, after_two = (side - side % 3 + (side + 1) % 3 for side in (one, two))
    alike = mesh.faces.ravel()[one] == mesh.faces.ravel()[two]  # both run the same way: corners meet crosswise or not
    joined = np.r_[np.where(alike, two, after_two), np.where(alike, after_two, two)]
    torn = np.setdiff1d(np.arange(count), np.r_[one, two])
    anchor = np.full(int(mesh.faces.max()) + 1, -1, np.int64)
    anchor[mesh.faces.ravel()[torn]] = torn
    links = np.r_[one, after_one, torn], np.r_[joined, anchor[mesh.faces.ravel()[torn]]]
    graph = coo_matrix((np.ones(len(links[0]), bool), links), (count, count))
    corner = connected_components(graph, directed=False)[1]
    _, first, faces = np.unique(corner, return_index=True, return_inverse=True)
    origin = mesh.faces.ravel()[first]
    return Traced(mesh.vertices[origin], faces.reshape(-1, 3), mesh.vertex_source[origin], mesh.face_source)
