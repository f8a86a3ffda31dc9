"""Bracelets: bangles and cuffs, tennis bracelets, chains and strands, lying in a ring on the ground."""

import numpy as np

from tasks.domain.painting.arrays import Floats, vector
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.jewels.chains import cable, strand
from tasks.domain.painting.jewels.ring import Band, band
from tasks.domain.painting.jewels.settings import bezel
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Hollow, Matter, Part, Piece, Stone
from tasks.domain.painting.solids import facing

RADIUS = 1.6


def bangle(metal: Metal, *, half_width: float = 0.24) -> Piece:
    """Return a bangle that lies flat."""
    shape = Band(half_width, 0.11, half_width, 0.11, 0.75, RADIUS)
    hollow = Hollow(vector(0, 0, 0), vector(0, 0, 1), RADIUS, half_width)
    return Piece([Part(band(shape), metal, hollow)], [], [band(shape, detail=(56, 6))]).standing(lean_deg=90)


def tennis(metal: Metal, glasses: list[Glass], *, size: float = 0.165) -> Piece:
    """Return a row of stones in a ring, which look outward and up."""
    count = int(2 * np.pi * RADIUS / (size * 2.15))
    parts, stones = [], []
    for number in range(count):
        angle = 2 * np.pi * number / count
        out = vector(np.sin(angle), 0, np.cos(angle))
        turn = facing(out, lift_deg=38)
        stone = Stone("round", glasses[number % len(glasses)], out * RADIUS + vector(0, size * 1.05, 0), turn, size)
        parts += bezel(stone, metal, depth=0.85, thick=0.035)
        stones.append(stone)
    return Piece(parts, stones, [stone.coarse for stone in stones])


def chain_bracelet(metal: Metal) -> Piece:
    """Return a chain of large links in a ring."""
    return cable(_ring(0.10), metal, link=0.42, thick=0.062)


def bead_bracelet(matter: Matter, chance: np.random.Generator, *, size: float = 0.21) -> Piece:
    """Return a strand of beads in a ring."""
    return strand(_ring(size), matter, size=size, chance=chance)


def _ring(height: float) -> Floats:
    turns = np.linspace(0, 2 * np.pi, 220, dtype=np.float32)
    return np.stack([np.sin(turns) * RADIUS, np.full_like(turns, height), np.cos(turns) * RADIUS], axis=1)
