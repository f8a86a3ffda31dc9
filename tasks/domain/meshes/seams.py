"""Store a vertex once that several faces share, and twice only where a seam in its looks needs it."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tasks.domain.meshes.model import Part

_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)  # multipliers of splitmix64 and xxHash


def welded_at_seams(part: Part) -> Part:
    """The part with vertices merged that agree in place, texture coordinates and colour, and without unused ones.

    They agree when they do as 32 bit floats, which is how files store them. Order stays that of first use.
    """
    rows = _rows(part)
    used = np.unique(part.faces)
    _, first, group = np.unique(_hashes(rows[used]), return_index=True, return_inverse=True)
    if not np.array_equal(rows[used][first][group], rows[used]):  # two different vertices hash alike: keep all
        first = group = np.arange(len(used))
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    place = np.zeros(len(part.vertices), np.int64)
    place[used] = rank[group]
    kept = used[first[order]]
    return replace(
        part,
        vertices=part.vertices[kept],
        faces=place[part.faces],
        uv=None if part.uv is None else part.uv[kept],
        colours=None if part.colours is None else part.colours[kept],
    )


def _rows(part: Part) -> NDArray[np.uint32]:
    """All that is stored of a vertex as whole numbers, (n, k)."""
    columns = [(part.vertices.astype(np.float32) + np.float32(0)).view(np.uint32)]  # + 0 turns -0 into 0
    if part.uv is not None:
        columns.append((part.uv[:, :2].astype(np.float32) + np.float32(0)).view(np.uint32))
    if part.colours is not None:
        columns.append(np.ascontiguousarray(part.colours, np.uint8).view(np.uint32).reshape(-1, 1))
    return np.concatenate(columns, axis=1)


def _hashes(rows: NDArray[np.uint32]) -> NDArray[np.uint64]:
    hashed = np.zeros(len(rows), np.uint64)
    for column in rows.T:
        hashed = (hashed ^ column) * _ODD[0]
        hashed = (hashed ^ (hashed >> np.uint64(29))) * _ODD[1]
    return hashed
