"""Arrays that tell how the faces of a mesh hang together: welding, edges, components and what they enclose."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

EQUAL = 1e-6  # of the diagonal: positions this close are one vertex that the file stores several times
CLOSE = 1e-5  # of the diagonal: vertices of open edges this close were meant to be one
FLOAT32_STEP = 1.2e-7  # relative distance between neighbouring float32 numbers, as files store them
_CELLS = 1 << 20  # three coordinates packed into one 63-bit key
EMPTY = 1e-4  # of its diagonal: a closed component thinner than this on average encloses nothing


@dataclass(frozen=True)
class Sides:
    """Per face side, (m, 3): how many sides share its edge, and how many more of them run one way than the other."""

    uses: Ints
    balance: Ints

    @property
    def open(self) -> Bools:
        """Return which sides have no neighbour, (m, 3)."""
        return self.uses == 1

    @property
    def sound(self) -> Bools:
        """Return which sides have exactly one neighbour, wound the same way, (m, 3)."""
        return (self.uses == 2) & (self.balance == 0)


def sides(faces: Ints) -> Sides:
    """Return how the sides of `faces` (m, 3) meet; side i runs from corner i to corner i + 1."""
    start, end = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    forward = start < end
    keys = np.where(forward, start, end) * (int(faces.max(initial=0)) + 1) + np.where(forward, end, start)
    _, edge, uses = np.unique(keys, return_inverse=True, return_counts=True)
    balance = np.abs(np.bincount(edge, np.where(forward, 1.0, -1.0), len(uses))).astype(np.int64)
    return Sides(uses[edge].reshape(-1, 3), balance[edge].reshape(-1, 3))


def compacted(faces: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the vertices of 0..count-1 that `faces` (m, 3) use, and the faces in their numbers."""
    there = np.zeros(count, bool)
    there[faces] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[faces]


def diagonal(vertices: Floats) -> float:
    """Return the length of the bounding box's diagonal."""
    if not len(vertices):
        return 0.0
    return float(np.linalg.norm([np.ptp(axis) for axis in vertices.T]))  # ten times as fast as along rows of three


def welded(vertices: Floats, faces: Ints) -> tuple[Ints, Ints]:
    """Tell which vertices are one: the numbers of those that stand for all (k,), and the faces in these terms (m, 3).

    Equal positions are one vertex everywhere; close ones only along open edges.
    """
    step = FLOAT32_STEP * float(np.abs(vertices).max(initial=0.0))
    size = diagonal(vertices)
    cell = max(EQUAL * size, step, size / (_CELLS - 1), np.finfo(float).tiny)
    x, y, z = np.rint((vertices - vertices.min(axis=0)) / cell).astype(np.int64).T
    _, kept, inverse = np.unique((x * _CELLS + y) * _CELLS + z, return_index=True, return_inverse=True)
    faces = inverse[faces]
    joined = _joined(vertices[kept], faces, max(CLOSE * size, 4 * step))
    return kept, joined[faces]


def _joined(vertices: Floats, faces: Ints, reach: float) -> Ints:
    """Return per vertex the one that it becomes: those on open edges join those within `reach`."""
    become = np.arange(len(vertices))
    whole = faces[proper(faces)]
    rim = np.unique(whole[sides(whole).open])
    if len(rim) < 2:
        return become
    tree = cKDTree(vertices[rim])
    near = tree.query(vertices[rim], k=min(4, len(rim)), distance_upper_bound=reach)[1]
    one, column = np.nonzero(near[:, 1:] < len(rim))
    two = near[one, column + 1]
    links = coo_matrix((np.ones(len(one), bool), (one, two)), (len(rim), len(rim)))
    label = connected_components(links, directed=False)[1]
    first = np.full(label.max() + 1, len(vertices), np.int64)
    np.minimum.at(first, label, rim)
    become[rim] = first[label]
    return become


def proper(faces: Ints) -> Bools:
    """Return which faces have three distinct corners, (m,)."""
    return (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])


def labels(faces: Ints) -> Ints:
    """Return the component of each face, (m,) in 0..k-1: faces that share a vertex are of one."""
    if not len(faces):
        return np.zeros(0, np.int64)
    a, b, c = faces.T
    size = int(faces.max()) + 1
    links = coo_matrix((np.ones(2 * len(faces), bool), (np.r_[a, b], np.r_[b, c])), (size, size))
    return np.unique(connected_components(links, directed=False)[1][a], return_inverse=True)[1]


def area_vectors(vertices: Floats, faces: Ints) -> Floats:
    """Return per face its normal, as long as its area, (m, 3)."""
    a, b, c = vertices[faces].swapaxes(0, 1)
    half: Floats = np.cross(b - a, c - a) / 2
    return half


@dataclass(frozen=True)
class Components:
    """Measures of connected components, each (k,): faces, open sides, diagonal, area, and signed volume.

    `low` and `high` (k, 3) are the corners of their boxes. `missing` is the area of the flat caps that would close a
    component, over the area that is there: 0 when closed, 0.5 for half a ball, 1 for a flat sheet.
    """

    label: Ints  # of each face, (m,)
    faces: Ints
    open: Ints
    unsound: Ints
    low: Floats
    high: Floats
    area: Floats
    missing: Floats
    volume: Floats

    @property
    def diagonal(self) -> Floats:
        """Return the diagonals of their boxes."""
        return np.asarray(np.linalg.norm(self.high - self.low, axis=1), np.float64)

    @property
    def closed(self) -> Bools:
        """Tell where every edge has exactly two faces, wound alike."""
        return self.unsound == 0

    @property
    def hollow(self) -> Bools:
        """Tell where the volume, spread over the area, is too thin to be any."""
        return 2 * np.abs(self.volume) <= EMPTY * self.diagonal * self.area


def components(vertices: Floats, faces: Ints, meeting: Sides, label: Ints) -> Components:
    """Measure the connected components of a mesh with at least one face; `label` (m,) tells them apart."""
    count = int(label.max()) + 1
    vectors = area_vectors(vertices, faces)
    area = np.bincount(label, np.linalg.norm(vectors, axis=1), count).astype(np.float64)
    total = np.stack([np.bincount(label, axis, count) for axis in vectors.T], axis=1)
    low, high = _boxes(vertices, faces, label)
    a = vertices[faces[:, 0]] - low[label]  # from a corner nearby, for the sake of precision
    return Components(
        label,
        np.bincount(label, minlength=count),
        np.bincount(label, meeting.open.sum(axis=1), count).astype(np.int64),
        np.bincount(label, (~meeting.sound).sum(axis=1), count).astype(np.int64),
        low,
        high,
        area,
        np.linalg.norm(total, axis=1) / np.maximum(area, np.finfo(float).tiny),
        np.bincount(label, np.einsum("ij,ij->i", a, vectors), count) / 3,
    )


def _boxes(vertices: Floats, faces: Ints, label: Ints) -> tuple[Floats, Floats]:
    count = int(label.max()) + 1
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    for corner in range(3):
        points = vertices[faces[:, corner]]
        for axis in range(3):
            np.minimum.at(low[:, axis], label, points[:, axis])
            np.maximum.at(high[:, axis], label, points[:, axis])
    return low, high


def watertight(vertices: Floats, faces: Ints) -> bool:
    """Tell whether every edge has exactly two faces, wound alike, and some volume is enclosed.

    `vertices` (n, 3) may repeat positions, as along texture seams: equal ones count as one.
    """
    if not len(faces):
        return False
    kept, faces = welded(vertices, faces)
    faces = faces[proper(faces)]
    if not len(faces) or not sides(faces).sound.all():
        return False
    return not components(vertices[kept], faces, sides(faces), labels(faces)).hollow.all()
