"""Bring texture coordinates, colours and materials back to a repaired mesh, from the faces that its faces came from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.domain.meshes.meshlab import Traced
from tasks.domain.meshes.model import Part
from tasks.domain.meshes.topology import compacted, labels

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


USUAL_PERCENT = 99
UNUSUAL = 2.0


@dataclass(frozen=True)
class Gathered:
    """Several parts as one mesh: vertices (n, 3), faces (m, 3), and the part that each vertex is of (n,)."""

    parts: tuple[Part, ...]
    vertices: Floats
    faces: Ints
    owner: Ints
    first: Ints  # the number of each part's first vertex


def gathered(parts: Sequence[Part]) -> Gathered:
    """Lay the vertices and faces of `parts` (at least one) end to end."""
    sizes = [len(part.vertices) for part in parts]
    first = np.cumsum([0, *sizes[:-1]])
    faces = [part.faces.astype(np.int64) + start for part, start in zip(parts, first, strict=True)]
    return Gathered(
        tuple(parts),
        np.concatenate([part.vertices for part in parts]),
        np.concatenate(faces),
        np.repeat(np.arange(len(parts)), sizes),
        first,
    )


def dressed(mesh: Traced, source: Gathered) -> list[Part]:
    """Return the parts of `source` with the geometry of `mesh`, which was made from it.

    A corner looks as the same corner of its original face did, so a texture's seams stay where they were. A face that
    closes a hole continues its neighbours; where these lie on different pieces of the texture it takes one texel.
    """
    if len(source.parts) == 1 and not source.parts[0].has_looks:
        return [_plain(mesh, source.parts[0], mesh.faces)]
    corners = _corner_sources(mesh, source)
    owner = source.owner[corners[:, 0]]
    return [_part(mesh, source, index, owner == index, corners) for index in range(len(source.parts))]


def _corner_sources(mesh: Traced, source: Gathered) -> Ints:
    """Return the vertex of `source` that each corner's looks come from, (m, 3); one face's are all of one part."""
    corners = mesh.vertex_source[mesh.faces]
    known = np.flatnonzero(mesh.face_source >= 0)
    corners[known] = _matched(mesh.vertices[mesh.faces[known]], source, source.faces[mesh.face_source[known]])
    caps = np.flatnonzero(mesh.face_source < 0)
    if len(caps):
        looks = mesh.vertex_source.copy()
        looks[mesh.faces[known]] = corners[known]
        corners[caps] = looks[mesh.faces[caps]]
        across = caps[_crosses_texture(corners[caps], source)]
        corners[across] = corners[across, :1]
    return corners


def _crosses_texture(corners: Ints, source: Gathered) -> NDArray[np.bool_]:
    """Tell which faces, of these vertices of `source` (k, 3), reach from one piece of the texture to another.

    They join pieces that no face joins, or stretch the texture beyond what faces do that come with it.
    """
    island = np.zeros(len(source.vertices), np.int64)
    island[source.faces] = labels(source.faces)[:, None]
    crosses: NDArray[np.bool_] = (island[corners] != island[corners[:, :1]]).any(axis=1)
    if all(part.uv is not None for part in source.parts):
        uv = np.concatenate([part.uv for part in source.parts if part.uv is not None])
        usual = np.percentile(_stretch(source.faces, source.vertices, uv), USUAL_PERCENT)
        crosses |= _stretch(corners, source.vertices, uv) > UNUSUAL * usual
    return crosses


def _stretch(faces: Ints, vertices: Floats, uv: Floats) -> Floats:
    """The longest side in the texture over the longest in space, per face."""
    in_texture, in_space = (
        np.max([((at[faces[:, i]] - at[faces[:, i - 1]]) ** 2).sum(axis=1) for i in range(3)], axis=0)
        for at in (uv, vertices)
    )
    ratio: Floats = np.sqrt(in_texture / np.maximum(in_space, np.finfo(float).tiny))
    return ratio


def _matched(triangles: Floats, source: Gathered, originals: Ints) -> Ints:
    """Return for each corner of `triangles` (k, 3, 3) the nearest of its original face's corners (k, 3)."""
    matched = np.empty_like(originals)
    for corner in range(3):
        distances = [
            ((triangles[:, corner] - source.vertices[originals[:, other]]) ** 2).sum(axis=1) for other in range(3)
        ]
        matched[:, corner] = originals[np.arange(len(originals)), np.argmin(distances, axis=0)]
    return matched


def _part(mesh: Traced, source: Gathered, index: int, mine: NDArray[np.bool_], corners: Ints) -> Part:
    before = source.parts[index]
    if not before.has_looks:
        return _plain(mesh, before, mesh.faces[mine])
    size = len(source.vertices)
    keys, faces = np.unique(mesh.faces[mine] * size + corners[mine], return_inverse=True)
    vertex, look = np.divmod(keys, size)
    look -= source.first[index]
    return Part(
        before.name,
        mesh.vertices[vertex],
        faces.reshape(-1, 3),
        None if before.uv is None else before.uv[look],
        None if before.colours is None else before.colours[look],
        before.material,
    )


def _plain(mesh: Traced, before: Part, faces: Ints) -> Part:
    """The part with these faces of `mesh`, of which nothing but the material is to be kept."""
    used, compact = compacted(faces, len(mesh.vertices))
    return Part(before.name, mesh.vertices[used], compact, material=before.material)
