"""How stones are held: prongs, bezels, halos of small stones, and rows of them."""

import numpy as np

from tasks.domain.painting.arrays import Floats, unit, vector
from tasks.domain.painting.facets import girdle
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Part, Stone
from tasks.domain.painting.solids import grid, joined, tube


def rim(cut: str, size: float, count: int, start_deg: float = 0) -> Floats:
    """Return points (N × 3) around a stone's girdle."""
    turns = np.radians(start_deg) + np.linspace(0, 2 * np.pi, count, endpoint=False)
    return girdle(cut, turns) * np.float32(size)


def pronged(stone: Stone, metal: Metal, foot: Floats, *, count: int = 4, thick: float = 0.055) -> list[Part]:
    """Return prongs from `foot` (in the stone's frame) over the girdle, and a gallery rail that joins them."""
    size = stone.size
    prongs = []
    for corner in rim(stone.cut, size, count, 45):
        way = unit(corner)
        path = np.stack([
            foot + way * size * 0.25, foot * 0.55 + corner * 0.62, corner * 0.99 + vector(0, -0.16 * size, 0),
            corner * 1.05 + vector(0, 0.02 * size, 0), corner * 1.00 + vector(0, 0.11 * size, 0),
            corner * 0.90 + vector(0, 0.17 * size, 0),
        ])  # fmt: skip
        radii = thick * np.array([0.9, 0.9, 1.0, 1.05, 1.0, 0.35])
        prongs.append(tube(_smoothed(path), np.interp(np.linspace(0, 5, 16), np.arange(6), radii), sides=8))
    rail = rim(stone.cut, size * 0.66, 40) + foot * 0.42
    prongs.append(tube(rail.astype(np.float32), thick * 0.75, closed=True, sides=8))
    return [Part(joined(prongs).placed(stone.turn, stone.centre), metal)]


def bezel(stone: Stone, metal: Metal, *, depth: float = 0.55, thick: float = 0.075) -> list[Part]:
    """Return a collar of metal about the stone."""
    edge = rim(stone.cut, stone.size, 72)
    outward = unit(edge)
    profile = [(0.0, -depth), (0.6, -depth * 0.9), (1.0, 0.0), (0.85, 0.09), (0.35, 0.13), (-0.25, 0.10), (-0.2, 0.0)]
    rows = [edge + outward * thick * out + vector(0, stone.size * up, 0) for out, up in reversed(profile)]
    surface = grid(np.stack(rows, axis=0).astype(np.float32), wrap_rows=False, wrap_columns=True)
    return [Part(surface.placed(stone.turn, stone.centre), metal)]


def halo(stone: Stone, metal: Metal, glass: Glass, *, small: float = 0.105) -> tuple[list[Part], list[Stone]]:
    """Return a ring of small stones about a large one, and the metal that they sit in."""
    reach = stone.size + small * 1.15
    around = rim(stone.cut, reach, 240)
    length = np.cumsum(np.linalg.norm(np.roll(around, -1, 0) - around, axis=1))
    count = max(10, round(float(length[-1]) / (2.15 * small)))
    places = around[np.searchsorted(length, np.arange(count) * length[-1] / count)] + vector(0, -0.02, 0)
    stones = [
        Stone("round", glass, (stone.turn @ place + stone.centre).astype(np.float32), stone.turn, small)
        for place in places
    ]
    rail = rim(stone.cut, reach, 64) + vector(0, -0.10, 0)
    return [
        Part(tube(rail.astype(np.float32), small * 1.02, closed=True, sides=12).placed(stone.turn, stone.centre), metal)
    ], stones


def _smoothed(path: Floats) -> Floats:
    """Sixteen points of a curve through six."""
    at, known = np.linspace(0, len(path) - 1, 16), np.arange(len(path))
    return np.stack([np.interp(at, known, path[:, axis]) for axis in range(3)], axis=1).astype(np.float32)
