"""Rims of holes: how many there are, and caps for those too long for MeshLab's ear cutting."""

import numpy as np
from numpy.typing import NDArray

from tasks.domain.meshes.meshlab import NEW, Traced
from tasks.domain.meshes.topology import labels

Ints = NDArray[np.int64]


def count_rims(mesh: Traced) -> int:
    """Return the number of connected runs of open edges."""
    return int(_rim_of(_open_edges(mesh)).max(initial=-1)) + 1


def with_long_rims_closed(mesh: Traced, longer_than: int) -> Traced:
    """Close rims of more edges than that with a strip of triangles that zigzags across; rims that branch stay open.

    The time is proportional to the edges. A flat rim gets a flat cap, which overlaps itself where the rim bends in.
    """
    edges = _open_edges(mesh)
    rim = _rim_of(edges)
    long = np.flatnonzero(np.bincount(rim) > longer_than)
    caps = [_zigzag(loop) for loop in (_loop(edges[rim == one]) for one in long) if loop is not None]
    if not caps:
        return mesh
    faces = np.concatenate([mesh.faces, *caps])
    source = np.concatenate([mesh.face_source, np.full(len(faces) - len(mesh.faces), NEW)])
    return Traced(mesh.vertices, faces, mesh.vertex_source, source)


def _open_edges(mesh: Traced) -> Ints:
    """Start and end of each open side, (k, 2)."""
    free = mesh.meeting.open
    return np.stack([mesh.faces[free], np.roll(mesh.faces, -1, axis=1)[free]], axis=1)


def _rim_of(edges: Ints) -> Ints:
    return labels(edges[:, [0, 1, 0]])


def _loop(edges: Ints) -> Ints | None:
    """The vertices of one rim in the order in which a cap runs along it; None when it branches."""
    after = {int(end): int(start) for start, end in edges}  # a cap's sides run against those of the mesh
    if len(after) != len(edges) or after.keys() != set(after.values()):
        return None
    loop = [int(edges[0, 1])]
    while len(loop) < len(edges):
        loop.append(after[loop[-1]])
    return np.array(loop, np.int64)


def _zigzag(loop: Ints) -> Ints:
    """Triangles over a loop of n vertices, (n - 2, 3): from both ends towards the middle."""
    count = len(loop)
    step = np.arange(count - 2)
    low, high = (step + 1) // 2, count - 1 - step // 2
    third = np.where(step % 2 == 0, low + 1, high - 1)
    return loop[np.stack([high, low, third], axis=1)]
