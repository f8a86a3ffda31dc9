"""Which way closed components face: outwards, but for cavities, whose walls face into the hollow."""

import numpy as np
from numpy.typing import NDArray

from tasks.domain.meshes.topology import Components

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

MAX_HULLS = 20  # only the largest components are asked what lies inside them
MAX_SOLID_ANGLES = 20_000_000  # triangles looked at in all, about two seconds; beyond, nothing counts as inside


def to_flip(vertices: Floats, faces: Ints, found: Components) -> Bools:
    """Tell which faces (m,) must be turned so that every closed component encloses its volume from outside.

    A component inside another keeps its winding relative to that one: opposite is a cavity, alike is a solid of its
    own. So a whole model that is inside out comes right, cavities included. Open components stay as they are.
    """
    solid = found.closed & ~found.hollow
    signs = np.where(found.volume < 0, -1, 1)
    wanted = np.ones(len(signs), np.int64)
    if len(np.unique(signs[solid])) == 2:
        wanted = _wanted(vertices, faces, found, signs, solid)
    flipped: Bools = (solid & (signs != wanted))[found.label]
    return flipped


def _wanted(vertices: Floats, faces: Ints, found: Components, signs: Ints, solid: Bools) -> Ints:
    """Return the sign that each component's volume should have, from the outermost inwards."""
    wanted = np.ones(len(signs), np.int64)
    order = np.flatnonzero(solid)[np.argsort(-np.abs(found.volume[solid]), kind="stable")]
    first = {int(label): int(face) for label, face in zip(*np.unique(found.label, return_index=True), strict=True)}
    hulls: list[int] = []  # from large to small, so the last that encloses is the nearest
    left = MAX_SOLID_ANGLES
    for inner in order:
        point = vertices[faces[first[int(inner)]]].mean(axis=0)
        for hull in reversed(hulls):
            if (point < found.low[hull]).any() or (point > found.high[hull]).any() or left < found.faces[hull]:
                continue
            left -= int(found.faces[hull])
            if _encloses(vertices[faces[found.label == hull]], point):
                wanted[inner] = signs[inner] * signs[hull] * wanted[hull]
                break
        if len(hulls) < MAX_HULLS:
            hulls.append(int(inner))
    return wanted


def _encloses(triangles: Floats, point: Floats) -> bool:
    """Winding number by the solid angles of van Oosterom and Strackee (1983), either way round."""
    a, b, c = (triangles - point).swapaxes(0, 1)
    la, lb, lc = (np.linalg.norm(side, axis=1) for side in (a, b, c))
    top = np.einsum("ij,ij->i", a, np.cross(b, c))
    bottom = la * lb * lc + (a * b).sum(1) * lc + (b * c).sum(1) * la + (c * a).sum(1) * lb
    return bool(np.abs(np.arctan2(top, bottom).sum()) > np.pi)  # half of the full solid angle's 2 * pi
