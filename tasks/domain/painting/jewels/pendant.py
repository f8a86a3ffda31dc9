"""Pendants: a stone, a pearl or a medal under a bail. They hang from the origin in the plane z = 0, down along -y."""

import numpy as np

from tasks.domain.painting.arrays import vector
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.jewels.ring import clear
from tasks.domain.painting.jewels.settings import bezel, halo, pronged
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Matter, Part, Piece, Stone
from tasks.domain.painting.solids import Solid, ball, tube, turn_about, turned

BAIL = 0.17


def stone_pendant(metal: Metal, glass: Glass, cut: str, size: float, *, held: str = "bezel") -> Piece:
    """Return a stone that hangs on a bail, its long side upright."""
    facing = turn_about(0, 90) @ turn_about(1, 90)
    drop = BAIL * 1.6 + size * (1.25 if held == "halo" else 1.06)
    stone = Stone(cut, glass, vector(0, -drop, size * 0.5), facing, size)
    parts, stones = [*_bail(metal)], [stone]
    if held == "bezel":
        parts += bezel(stone, metal, depth=0.6)
    else:
        parts += pronged(stone, metal, vector(0, -size * 0.72, 0), thick=0.045)
    if held == "halo":
        rail, small = halo(stone, metal, clear())
        parts, stones = parts + rail, stones + small
    return Piece(parts, stones, [stone.coarse])


def bead_pendant(metal: Metal, matter: Matter, size: float) -> Piece:
    """Return a pearl, or another bead, in a cap under a bail."""
    centre = vector(0, -BAIL * 1.6 - size * 1.08, size * 0.5)
    cap = turned(np.array([(0.02, 0.13), (0.10, 0.12), (0.34, 0.02), (0.46, -0.09)], np.float32) * size * 1.2, 24)
    cap = cap.placed(np.eye(3, dtype=np.float32), centre + vector(0, size * 0.96, 0))
    parts = [*_bail(metal), Part(ball(centre, size, 48), matter), Part(cap, metal)]
    return Piece(parts, [], [ball(centre, size, 10)])


def medal(metal: Metal, size: float) -> Piece:
    """Return a round medal with a raised rim and a domed middle."""
    profile = [(0.001, 0.085), (0.25, 0.075), (0.42, 0.05), (0.5, 0.02), (0.56, 0.018), (0.78, 0.018), (0.82, 0.055),
               (0.88, 0.085), (0.95, 0.085), (1.0, 0.05), (1.0, -0.04), (0.9, -0.06), (0.001, -0.06)]  # fmt: skip
    disc = turned(np.array(profile, np.float32) * size, 72)
    placed = disc.placed(turn_about(0, 90), vector(0, -BAIL * 1.6 - size, 0.06))
    return Piece([*_bail(metal), Part(placed, metal)], [], [_coarse_medal(size)])


def _coarse_medal(size: float) -> Solid:
    return ball(vector(0, -BAIL * 1.6 - size, 0.06), np.array([size, size, 0.08], np.float32), 16)


def _bail(metal: Metal) -> list[Part]:
    turns = np.linspace(0, 2 * np.pi, 22, endpoint=False, dtype=np.float32)
    loop = np.stack([0 * turns, np.sin(turns) * BAIL - BAIL * 0.55, np.cos(turns) * BAIL * 0.62], axis=1)
    return [Part(tube(loop.astype(np.float32), 0.045 + 0.03 * (np.sin(turns) > 0), closed=True, sides=10), metal)]
