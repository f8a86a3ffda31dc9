"""Chains and strands along a curve on the ground or in the air."""

import numpy as np

from tasks.domain.painting.arrays import Floats, unit
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Matter, Part, Piece
from tasks.domain.painting.solids import Solid, ball, joined, tube

LINK_POINTS, LINK_SIDES = 12, 6


def evenly(path: Floats, step: float) -> Floats:
    """Return points of the curve through `path` (N × 3) that lie `step` apart."""
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = np.arange(0, lengths[-1], step)
    return np.stack([np.interp(at, lengths, path[:, axis]) for axis in range(3)], axis=1).astype(np.float32)


def cable(path: Floats, metal: Metal, *, link: float = 0.15, thick: float = 0.027) -> Piece:
    """Return a chain of oval links, every other one turned, along `path`; `link` is a link's length."""
    places = evenly(path, link * 0.72)
    ahead = unit(np.gradient(places, axis=0))
    links = [
        _link(place, way, link, thick, number % 2)
        for number, (place, way) in enumerate(zip(places, ahead, strict=True))
    ]
    return Piece([Part(joined(links), metal)], [], [_coarse(path, thick * 2.0)])


def snake(path: Floats, metal: Metal, *, thick: float = 0.05) -> Piece:
    """Return a smooth round chain with fine ribs."""
    places = evenly(path, thick * 0.5)
    ribs = thick * (1 + 0.10 * np.cos(np.arange(len(places)) * np.pi))
    return Piece([Part(tube(places, ribs, sides=10), metal)], [], [_coarse(path, thick)])


def strand(path: Floats, matter: Matter, *, size: float = 0.14, chance: np.random.Generator) -> Piece:
    """Return beads along `path`, largest in the middle."""
    places = evenly(path, size * 2.02)
    share = np.abs(np.linspace(-1, 1, len(places)))
    sizes = size * (1 - 0.12 * share) * chance.uniform(0.985, 1.0, len(places))
    beads = [ball(place, float(radius), 20) for place, radius in zip(places, sizes, strict=True)]
    return Piece([Part(joined(beads), matter)], [], [joined([ball(place, size * 0.95, 8) for place in places])])


def _link(place: Floats, way: Floats, length: float, thick: float, upright: int) -> Solid:
    aside = unit(np.cross(way, np.array([0, 1, 0.01], np.float32)))
    over = np.cross(aside, way).astype(np.float32)
    wide = (aside * 0.45 + over * 0.89) if upright else (aside * 0.94 - over * 0.34)
    turns = np.linspace(0, 2 * np.pi, LINK_POINTS, endpoint=False, dtype=np.float32)[:, None]
    loop = place + way * np.cos(turns) * length * 0.5 + wide * np.sin(turns) * length * 0.30
    return tube(loop.astype(np.float32), thick, closed=True, sides=LINK_SIDES)


def _coarse(path: Floats, thick: float) -> Solid:
    step = max(1, len(path) // 60)
    return tube(path[::step], thick, sides=4)
