"""Weld a triangle soup by position and tell its shells apart: closed or open, wound one way, inside out, empty."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WELD_MM = 1e-4  # glTF splits vertices at every crease, and stores metres as float32: 2e-6 mm on a ring
SLIVER_MM = 1e-5  # a face lower than the precision of its corners has no direction
EMPTY_THICKNESS_MM = 2e-3  # a shell whose volume is spread thinner than this over its area encloses nothing
MAX_HOLLOWS = 20  # only the largest shells of a surface are asked whether they hold a cavity
_CELLS = 1 << 21  # three coordinates packed into one 63-bit key


@dataclass(frozen=True)
class Surface:
    """Welded triangles: vertices (n, 3) in mm, faces (m, 3) with three distinct corners, `shell` (m,) in 0..k-1."""

    vertices: Floats
    faces: Ints
    shell: Ints
    degenerate: int  # faces without area, including those that welding collapsed

    @cached_property
    def triangles(self) -> Floats:
        """Corner positions, (m, 3, 3)."""
        return self.vertices[self.faces]

    @cached_property
    def count(self) -> int:
        """The number of shells."""
        return int(self.shell.max()) + 1 if len(self.shell) else 0

    @cached_property
    def faces_of(self) -> list[Ints]:
        """The faces of each shell."""
        order = np.argsort(self.shell, kind="stable")
        ends = np.cumsum(np.bincount(self.shell, minlength=self.count))
        return np.split(self.faces[order], ends[:-1])

    @cached_property
    def areas(self) -> Floats:
        """mm² per shell."""
        a, b, c = self.triangles.swapaxes(0, 1)
        doubled = np.linalg.norm(np.cross(b - a, c - a), axis=1)
        return np.bincount(self.shell, doubled, self.count).astype(np.float64) / 2

    @cached_property
    def volumes(self) -> Floats:
        """Signed mm³ per shell, by the divergence theorem; only closed shells have a true one."""
        a, b, c = (self.triangles - self.vertices.mean(axis=0)).swapaxes(0, 1)
        sixfold = np.einsum("ij,ij->i", a, np.cross(b, c))
        return np.bincount(self.shell, sixfold, self.count).astype(np.float64) / 6

    @cached_property
    def closed(self) -> Bools:
        """Per shell: every edge is shared by an even number of faces."""
        return self._free_of(self._edges.uses % 2 == 1)

    @cached_property
    def consistent(self) -> Bools:
        """Per shell: no edge is used twice in the same direction."""
        edges = self._edges
        return self._free_of(
            (edges.uses % 2 == 0) & (edges.balance != 0) | (edges.uses % 2 == 1) & (abs(edges.balance) != 1)
        )

    @cached_property
    def empty(self) -> Bools:
        """Per shell: closed in form, but enclosing no volume, such as a sheet with two sides."""
        return 2 * np.abs(self.volumes) < EMPTY_THICKNESS_MM * self.areas

    @property
    def edges(self) -> Ints:
        """Vertex pairs, each undirected edge once, (k, 2)."""
        return self._edges.ends

    @cached_property
    def _edges(self) -> "_Edges":
        return _edges(self.faces, len(self.vertices))

    def _free_of(self, bad_edge: Bools) -> Bools:
        bad_face = bad_edge[self._edges.of_side].reshape(3, -1).any(axis=0)
        return np.bincount(self.shell, bad_face, self.count) == 0


@dataclass(frozen=True)
class _Edges:
    """Undirected edges: the vertices they join (k, 2), how often used, and forward minus backward uses.

    `of_side` is the edge of each face side, (3 * m,).
    """

    ends: Ints
    uses: Ints
    balance: Ints
    of_side: Ints


def _edges(faces: Ints, vertex_count: int) -> _Edges:
    start, end = faces.T.ravel(), np.roll(faces, -1, axis=1).T.ravel()
    forward = start < end
    keys = np.where(forward, start * vertex_count + end, end * vertex_count + start)
    keys, of_side, uses = np.unique(keys, return_inverse=True, return_counts=True)
    balance = np.bincount(of_side, np.where(forward, 1, -1), len(uses)).astype(np.int64)
    return _Edges(np.stack(np.divmod(keys, vertex_count), axis=1), uses, balance, of_side)


def survey(vertices: Floats, faces: Ints) -> Surface:
    """Weld equal positions, drop what collapses, and label connected shells."""
    vertices, faces = _welded(vertices, faces)
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    collapsed = len(faces) - int(whole.sum())
    faces = faces[whole]
    return Surface(vertices, faces, _shell_of(faces, len(vertices)), collapsed + _slivers(vertices[faces]))


def _welded(vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    low, extent = vertices.min(axis=0), np.ptp(vertices, axis=0).max()
    cell_mm = max(WELD_MM, extent / (_CELLS - 1))
    x, y, z = np.rint((vertices - low) / cell_mm).astype(np.int64).T
    _, first, inverse = np.unique((x * _CELLS + y) * _CELLS + z, return_index=True, return_inverse=True)
    return vertices[first], inverse[faces]


def _slivers(triangles: Floats) -> int:
    a, b, c = triangles.swapaxes(0, 1)
    longest = np.sqrt(np.max([((b - a) ** 2).sum(1), ((c - b) ** 2).sum(1), ((a - c) ** 2).sum(1)], axis=0))
    return int((np.linalg.norm(np.cross(b - a, c - a), axis=1) < SLIVER_MM * longest).sum())


def _shell_of(faces: Ints, vertex_count: int) -> Ints:
    if not len(faces):
        return np.zeros(0, dtype=np.int64)
    a, b, c = faces.T
    links = coo_matrix((np.ones(2 * len(faces), bool), (np.r_[a, b], np.r_[b, c])), (vertex_count, vertex_count))
    labels = connected_components(links, directed=False)[1]
    return np.unique(labels[a], return_inverse=True)[1]


def shell_surfaces(surface: Surface) -> list[Surface]:
    """Each shell as a surface of its own."""
    return [_part_of(surface, faces) for faces in surface.faces_of]


def _part_of(surface: Surface, faces: Ints) -> Surface:
    used, compact = np.unique(faces, return_inverse=True)
    return Surface(surface.vertices[used], compact.reshape(-1, 3), np.zeros(len(faces), np.int64), 0)


def outward(surface: Surface) -> list[tuple[Floats, Ints]]:
    """The closed shells with volume as (vertices, faces), each wound outwards however it was written.

    Cavities, which lie inside another shell of the same surface, are left out: see `cavity_volume`.
    """
    usable = surface.closed & ~surface.empty | surface.closed & ~surface.consistent
    shells = []
    for index in np.flatnonzero(usable & ~cavities(surface)):
        faces = surface.faces_of[index]
        if not surface.consistent[index]:
            faces = _wound_alike(faces, len(surface.vertices))
        used, compact = np.unique(faces, return_inverse=True)
        shells.append(_facing_out(surface.vertices[used], compact.reshape(-1, 3)))
    return shells


def _facing_out(vertices: Floats, faces: Ints) -> tuple[Floats, Ints]:
    a, b, c = (vertices[faces] - vertices.mean(axis=0)).swapaxes(0, 1)
    volume = np.einsum("ij,ij->i", a, np.cross(b, c)).sum()
    return vertices, faces if volume > 0 else faces[:, ::-1]


def _wound_alike(faces: Ints, vertex_count: int) -> Ints:
    """Flip faces so that neighbours across two-sided edges agree, spreading out from the first face."""
    edges = _edges(faces, vertex_count)
    order = np.argsort(edges.of_side, kind="stable")
    starts = np.searchsorted(edges.of_side[order], np.flatnonzero(edges.uses == 2))
    one, two = order[starts] % len(faces), order[starts + 1] % len(faces)
    disagree = edges.balance[edges.uses == 2] != 0
    weights = np.where(disagree, 2, 1)
    graph = coo_matrix((np.r_[weights, weights], (np.r_[one, two], np.r_[two, one])), (len(faces),) * 2).tocsr()
    _, parent = breadth_first_order(graph, 0)
    parent = np.where(parent < 0, np.arange(len(faces)), parent)
    flip = np.asarray(graph[np.arange(len(faces)), parent]).ravel() == 2
    while (parent != parent[parent]).any():  # pointer doubling: log2(depth) rounds
        flip, parent = flip ^ flip[parent], parent[parent]
    return np.where(flip[:, None], faces[:, ::-1], faces)


def cavities(surface: Surface) -> Bools:
    """Per shell: wound inwards and lying inside a shell wound outwards, as a hollow's inner wall is."""
    found = np.zeros(surface.count, bool)
    sound = surface.closed & surface.consistent & ~surface.empty
    hulls = np.flatnonzero(sound & (surface.volumes > 0))
    hulls = hulls[np.argsort(-surface.volumes[hulls])][:MAX_HOLLOWS]
    for index in np.flatnonzero(sound & (surface.volumes < 0)):
        point = surface.vertices[surface.faces_of[index][0]].mean(axis=0)
        found[index] = any(_encloses(surface.vertices[surface.faces_of[hull]], point) for hull in hulls)
    return found


def _encloses(triangles: Floats, point: Floats) -> bool:
    """Winding number by the solid angles of van Oosterom and Strackee (1983)."""
    if (point < triangles.min(axis=(0, 1))).any() or (point > triangles.max(axis=(0, 1))).any():
        return False
    a, b, c = (triangles - point).swapaxes(0, 1)
    la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    top = np.einsum("ij,ij->i", a, np.cross(b, c))
    bottom = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
    return bool(np.arctan2(top, bottom).sum() > np.pi)  # half of the full solid angle's 2 * pi
