"""Normals at the corners of faces: smooth over curves, sharp at creases."""

import numpy as np

from tasks.domain.meshes.shells import Floats, Ints

_CREASE = np.cos(np.radians(35))  # faces that meet at more than this stay faceted, as gems and boxes are
_FINE = 100_000  # in meshes of more faces, one is too small to show that a crease was rounded off along it
_NEIGHBOURS = 16  # of each face at a corner; a fan of more is smooth enough with these


def corner_normals(vertices: Floats, faces: Ints) -> Floats:
    """Unit normals (m, 3, 3) at each corner of each face: the mean of those faces there that meet it smoothly.

    Positions that are equal are one place, since files split vertices at seams. Faces weigh by their area.
    """
    a, b, c = vertices[faces].swapaxes(0, 1)
    weighted = np.cross(b - a, c - a)
    places = _places(vertices)[faces]
    if len(faces) > _FINE:
        return _around_places(weighted, np.unique(places, return_inverse=True)[1].reshape(-1, 3))
    return _across_edges(weighted, places)


def _across_edges(weighted: Floats, places: Ints) -> Floats:
    """Compare every face at a place with the ones beside it there."""
    flat = _unit(weighted)
    order = np.argsort(places.ravel(), kind="stable")
    place, face = places.ravel()[order], order // 3
    summed = weighted[face].copy()
    for shift in range(1, min(_NEIGHBOURS, len(face) - 1) + 1):
        one = np.flatnonzero(place[:-shift] == place[shift:])
        if not len(one):
            break
        two = one + shift
        smooth = np.einsum("ij,ij->i", flat[face[one]], flat[face[two]]) > _CREASE
        one, two = one[smooth], two[smooth]
        summed[one] += weighted[face[two]]  # within one shift every corner comes once, so nothing is lost
        summed[two] += weighted[face[one]]
    normals = np.empty_like(summed)
    normals[order] = _unit(summed)
    return normals.reshape(-1, 3, 3)


def _around_places(weighted: Floats, places: Ints) -> Floats:
    """The mean of all faces at a place, but for those that stand apart from it, which keep their own."""
    flat = np.repeat(_unit(weighted), 3, axis=0)
    corners = places.ravel()
    mean = _unit(np.stack([np.bincount(corners, np.repeat(weighted[:, axis], 3)) for axis in range(3)], axis=1))[
        corners
    ]
    apart = np.einsum("ij,ij->i", mean, flat) < _CREASE
    return np.where(apart[:, None], flat, mean).reshape(-1, 3, 3)


def _places(vertices: Floats) -> Ints:
    """A number per vertex that is equal where positions are, within a millionth of the size."""
    low, size = vertices.min(axis=0), max(float(np.ptp(vertices, axis=0).max()), 1e-300)
    x, y, z = np.rint((vertices - low) / size * (1 << 20)).astype(np.int64).T
    return (x << 42) | (y << 21) | z


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
