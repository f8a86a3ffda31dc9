"""Rays that go on from surface to surface, counting how deep they are inside closed shells wound outwards."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tasks.domain.meshes.rays import Rays
from tasks.domain.meshes.shells import Floats, Ints

_STEP = 1e-5  # of the size: how far behind a surface a ray goes on; below this two surfaces are one
_MAX_CROSSINGS = 64  # per ray; what is nested more deeply counts as it stands then


@dataclass(frozen=True)
class Solids:
    """Closed shells, wound so that normals (m, 3) point out of the material."""

    vertices: Floats
    faces: Ints
    normals: Floats
    rays: Rays

    @property
    def step(self) -> float:
        """How far from a surface a ray has to start so as not to meet it again."""
        return self.rays.size * _STEP


def solids(vertices: Floats, faces: Ints) -> Solids:
    """Prepare closed shells; faces without area keep a normal of zero, and rays pass through them."""
    a, b, c = vertices[faces].swapaxes(0, 1)
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    normals = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    return Solids(vertices, faces, normals, Rays(vertices, faces))


def way_out(solids: Solids, origins: Floats, directions: Floats) -> tuple[Floats, Floats, Ints]:
    """Per ray that starts inside one body: how far until it is outside of all, the cosine there, and its true depth.

    A ray that enters further bodies on its way goes on. The depth is what it leaves more often than it enters on the
    whole way to infinity: where it is not 1, the start lies in several bodies, or a crossing was missed.
    """
    distances, cosines = np.full(len(origins), np.inf), np.zeros(len(origins))
    depth = np.zeros(len(origins), np.int64)
    for rays, _, travelled, facing in _surfaces_met(solids, origins, directions):
        depth[rays] += np.sign(facing).astype(np.int64)
        out = (depth[rays] >= 1) & np.isinf(distances[rays])
        distances[rays[out]], cosines[rays[out]] = travelled[out], facing[out]
    return distances, cosines, depth


def depths(solids: Solids, points: Floats, directions: Floats, own: Ints | None = None) -> Ints:
    """In how many bodies each point lies, as a ray from it finds by what it leaves and enters on its way to infinity.

    `own` (m,) says for each face which ray looks through it, -1 for none.
    """
    depth = np.zeros(len(points), np.int64)
    for rays, faces, _, facing in _surfaces_met(solids, points, directions):
        left = np.sign(facing).astype(np.int64)
        depth[rays] += left if own is None else np.where(own[faces] == rays, 0, left)
    return depth


def _surfaces_met(solids: Solids, origins: Floats, directions: Floats) -> Iterator[tuple[Ints, Ints, Floats, Floats]]:
    """Round after round: the rays that met something, which face, how far out, and the cosine (above 0: leaving)."""
    rays, travelled = np.arange(len(origins)), np.zeros(len(origins))
    for _ in range(_MAX_CROSSINGS):
        hits = solids.rays.first(origins[rays] + travelled[rays, None] * directions[rays], directions[rays])
        met = hits.faces >= 0
        rays, faces = rays[met], hits.faces[met]
        if not len(rays):
            return
        travelled[rays] += hits.distances[met]
        yield rays, faces, travelled[rays], np.einsum("ij,ij->i", solids.normals[faces], directions[rays])
        travelled[rays] += solids.step
