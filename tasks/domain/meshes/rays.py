"""Rays by the hundred thousand against triangles, through Embree."""

from dataclasses import dataclass

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from tasks.domain.meshes.shells import Bools, Floats, Ints

_SIZE = 100.0  # Embree counts in float32: whatever its unit, a model is brought to this size, about the origin


@dataclass(frozen=True)
class Hits:
    """Per ray: the first face met, -1 for none; how far away; where in it, as shares of its second and third corner."""

    faces: Ints
    distances: Floats
    second: Floats
    third: Floats


class Rays:
    """A mesh of vertices (n, 3) and faces (m, 3), ready for rays in the same unit."""

    def __init__(self, vertices: Floats, faces: Ints) -> None:
        corners = vertices[faces.ravel()]
        low, high = corners.min(axis=0), corners.max(axis=0)
        self.size = float((high - low).max()) or 1.0
        self._centre = (low + high) / 2
        self._scale = _SIZE / self.size
        self._scene = EmbreeScene()
        TriangleMesh(scene=self._scene, vertices=self._inside(vertices), indices=faces.astype(np.int32))

    def first(self, origins: Floats, directions: Floats) -> Hits:
        """What each ray meets first; origins and unit directions are (n, 3)."""
        found = self._scene.run(self._inside(origins), directions.astype(np.float32), output=True)
        faces = found["primID"].astype(np.int64)
        return Hits(
            faces,
            found["tfar"].astype(np.float64) / self._scale,
            found["u"].astype(np.float64),
            found["v"].astype(np.float64),
        )

    def blocked(self, origins: Floats, directions: Floats, reach: float) -> Bools:
        """Whether each ray meets anything within `reach`."""
        dists = np.full(len(origins), reach * self._scale, np.float32)
        found = self._scene.run(self._inside(origins), directions.astype(np.float32), dists, query="OCCLUDED")
        return np.asarray(found == 0)

    def _inside(self, points: Floats) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return ((points - self._centre) * self._scale).astype(np.float32)
