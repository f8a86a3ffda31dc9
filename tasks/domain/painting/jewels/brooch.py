"""Brooches and tiaras: petals of stones about a middle, and a crown of points."""

import numpy as np

from tasks.domain.painting.arrays import vector
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.jewels.settings import bezel, pronged
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Matter, Part, Piece, Stone, together
from tasks.domain.painting.solids import ball, facing, joined, tube, turn_about

TIARA_RADIUS = 1.9


def flower(metal: Metal, glass: Glass, side: Glass, bead: Matter | None, chance: np.random.Generator) -> Piece:
    """Return a flower that lies flat: five or six petals of pear-shaped stones about a middle, with leaves of metal."""
    count, turn = int(chance.integers(5, 8)), chance.uniform(0, 360)
    parts, stones = [], []
    for number in range(count):
        angle = np.radians(turn + 360 * number / count)
        out = vector(np.cos(angle), 0, -np.sin(angle))
        lie = turn_about(1, float(np.degrees(angle))) @ turn_about(2, 14)
        stone = Stone("marquise", glass, out * 0.72 + vector(0, 0.36, 0), lie.astype(np.float32), 0.42)
        parts += bezel(stone, metal, depth=0.5, thick=0.04)
        stones.append(stone)
        between = angle + np.pi / count
        small = Stone(
            "round",
            side,
            vector(np.cos(between) * 0.86, 0.22, -np.sin(between) * 0.86),
            np.eye(3, dtype=np.float32),
            0.11,
        )
        parts += bezel(small, metal, depth=0.9, thick=0.03)
        stones.append(small)
    middle = Piece([Part(ball(vector(0, 0.46, 0), 0.28, 40), bead)], [], []) if bead else _middle(metal, side)
    coarse = [ball(vector(0, 0.2, 0), np.array([0.5, 0.2, 0.5], np.float32), 12), *(stone.coarse for stone in stones)]
    whole = together([Piece(parts, stones, coarse), middle])
    return whole.standing()


def _middle(metal: Metal, glass: Glass) -> Piece:
    stone = Stone("round", glass, vector(0, 0.50, 0), np.eye(3, dtype=np.float32), 0.27)
    return Piece(pronged(stone, metal, vector(0, -0.3, 0), thick=0.04), [stone], [])


def tiara(metal: Metal, glasses: list[Glass]) -> Piece:
    """Return a half crown of points, each ending in a stone, highest in front."""
    parts, stones, coarse = [], [], []
    turns = np.radians(np.linspace(-112, 112, 90)).astype(np.float32)
    for height, thick in ((0.06, 0.055), (0.30, 0.04)):
        rail = np.stack(
            [np.sin(turns) * TIARA_RADIUS, np.full_like(turns, height), np.cos(turns) * TIARA_RADIUS], axis=1
        )
        parts.append(Part(tube(rail, thick, sides=10), metal))
        coarse.append(tube(rail[::3], thick, sides=4))
    spikes = []
    for number, angle in enumerate(np.radians(np.linspace(-96, 96, 17))):
        out = vector(np.sin(angle), 0, np.cos(angle))
        tall = (0.45 + 1.05 * np.cos(angle * 0.92) ** 2) * (1.0 if number % 2 == 0 else 0.62)
        size = 0.09 + 0.10 * np.cos(angle * 0.9) ** 2 * (number % 2 == 0)
        foot, tip = out * TIARA_RADIUS + vector(0, 0.06, 0), out * (TIARA_RADIUS + 0.05) + vector(0, tall, 0)
        spikes.append(tube(np.linspace(foot, tip, 7).astype(np.float32), np.linspace(0.04, 0.025, 7), sides=8))
        stone = Stone("round", glasses[number % len(glasses)], tip + vector(0, size, 0), facing(out, lift_deg=8), size)
        parts += bezel(stone, metal, depth=0.6, thick=0.03)
        low = Stone(
            "round", glasses[0], out * (TIARA_RADIUS + 0.06) + vector(0, 0.18, 0), facing(out, lift_deg=5), 0.085
        )
        stones += [stone, low]
        coarse.append(stone.coarse)
    parts.append(Part(joined(spikes), metal))
    coarse.append(joined(spikes))
    return Piece(parts, stones, coarse).standing(z=-0.9)
