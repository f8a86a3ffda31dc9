"""Height maps of triangles, without a renderer: what of one surface another hides."""

import numpy as np

from tasks.domain.meshes.shells import Bools, Floats, Ints

_CHUNK = 1 << 21  # cells looked at together, so that memory stays small however many triangles overlap


def heights(triangles: Floats, low: Floats, high: Floats, cells: int) -> Floats:
    """Highest z of the triangles at each cell centre of a square grid from `low` to `high`; -inf where there are none.

    Each triangle is spread over the cells of its own box, and cells whose centre lies outside of it are dropped.
    """
    highest = np.full((cells, cells), -np.inf)
    flat = (triangles[:, :, :2] - low) / np.maximum((high - low) / cells, 1e-9) - 0.5  # centres are whole numbers
    first = np.clip(np.ceil(flat.min(axis=1)), 0, cells).astype(np.int64)
    last = np.clip(np.floor(flat.max(axis=1)), -1, cells - 1).astype(np.int64)
    width = np.maximum(last - first + 1, 0)
    ends = np.cumsum(width.prod(axis=1))
    for chunk in np.split(
        np.arange(len(triangles)), np.searchsorted(ends, range(_CHUNK, int(ends[-1:].sum()), _CHUNK))
    ):
        owner, column, row = _cells(chunk, first, width)
        z, inside = _height_at(flat, triangles[:, :, 2], owner, column, row)
        np.maximum.at(highest, (column[inside], row[inside]), z[inside])
    return highest


def _cells(chunk: Ints, first: Ints, width: Ints) -> tuple[Ints, Ints, Ints]:
    """All cells in the boxes of the triangles of `chunk`: triangle, column and row of each."""
    area = width[chunk].prod(axis=1)
    owner = np.repeat(chunk, area)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(area) - area, area)
    across, along = np.divmod(rank, np.maximum(width[owner, 1], 1))
    return owner, first[owner, 0] + across, first[owner, 1] + along


def _height_at(flat: Floats, z: Floats, owner: Ints, column: Ints, row: Ints) -> tuple[Floats, Bools]:
    """Interpolated height of triangle `owner` at a cell, and whether the cell lies inside the triangle."""
    a, b, c = flat.swapaxes(0, 1)
    (ux, uy), (vx, vy) = (b - a).T, (c - a).T
    area = ux * vy - uy * vx
    upright = np.abs(area) < 1e-12
    area = np.where(upright, 1.0, area)[owner]
    px, py = column - a[owner, 0], row - a[owner, 1]
    second = (px * vy[owner] - py * vx[owner]) / area
    third = (ux[owner] * py - uy[owner] * px) / area
    inside = (second >= 0) & (third >= 0) & (second + third <= 1) & ~upright[owner]
    za, zb, zc = z.T
    return za[owner] + second * (zb - za)[owner] + third * (zc - za)[owner], inside
