"""A model in memory: named parts with their geometry, and what they look like."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from trimesh.visual.material import PBRMaterial

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Part:
    """One primitive with its node's transform baked in."""

    name: str
    vertices: Floats  # (n, 3) in metres, glTF axes: y up
    faces: Ints  # (m, 3), wound outwards
    uv: Floats | None = None  # (n, 2), v upwards as trimesh has it
    colours: Bytes | None = None  # (n, 4) RGBA
    material: PBRMaterial | None = None

    @property
    def has_looks(self) -> bool:
        """Tell whether its vertices have texture coordinates or colours."""
        return self.uv is not None or self.colours is not None


@dataclass(frozen=True)
class Model:
    """All parts of a file, and what the file says of itself in glTF's `extras`."""

    parts: tuple[Part, ...]
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def bounds(self) -> Floats:
        """Return the least and the greatest corner, (2, 3) in metres, of all vertices that a face uses."""
        used = np.concatenate([part.vertices[_used(part)] for part in self.parts])
        return np.stack([used.min(axis=0), used.max(axis=0)])

    @property
    def extents(self) -> Floats:
        """Return the lengths along glTF x, y, z in metres, (3,)."""
        low, high = self.bounds
        extents: Floats = high - low
        return extents

    @property
    def triangles(self) -> int:
        """Return how many faces there are in all."""
        return sum(len(part.faces) for part in self.parts)


def _used(part: Part) -> NDArray[np.bool_]:
    """Tell of each vertex whether a face has it; a mask, since sorting all corners takes ten times as long."""
    used = np.zeros(len(part.vertices), bool)
    used[part.faces] = True
    return used
