"""Earrings: drops and studs laid side by side, and hoops that stand."""

import numpy as np

from tasks.domain.painting.arrays import vector
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.jewels.matters import GLASSES
from tasks.domain.painting.jewels.necklace import LYING
from tasks.domain.painting.jewels.ring import Band, band
from tasks.domain.painting.jewels.settings import halo, pronged
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Matter, Part, Piece, Stone, together
from tasks.domain.painting.solids import ball, tube, turn_about


def drops(metal: Metal, pendant: Piece, chance: np.random.Generator) -> Piece:
    """Return two hanging earrings on hooks, laid down side by side."""
    laid = []
    for side in (-1, 1):
        whole = together([_hook(metal), pendant.placed(np.eye(3, dtype=np.float32), vector(0, 0.02, 0))])
        turn = turn_about(1, side * chance.uniform(4, 16)) @ LYING
        lying = whole.placed(turn.astype(np.float32), vector(side * 0.78, 0, -0.35))
        lowest = min(float(part.solid.points[:, 1].min()) for part in lying.parts)
        laid.append(lying.placed(np.eye(3, dtype=np.float32), vector(0, -lowest * 0.8, chance.uniform(-0.12, 0.12))))
    return together(laid)


def studs(metal: Metal, glass: Glass, cut: str, size: float, chance: np.random.Generator, *, haloed: bool) -> Piece:
    """Return two studs that lie on their pins, leant towards the camera."""
    laid = []
    for side in (-1, 1):
        stone = Stone(cut, glass, vector(0, size * 0.9, 0), np.eye(3, dtype=np.float32), size)
        parts = pronged(stone, metal, vector(0, -size * 0.85, 0), thick=0.05)
        pin = np.linspace(0, 1, 6, dtype=np.float32)[:, None] * vector(0, -size * 1.3, 0)
        parts.append(Part(tube((pin + vector(0, size * 0.2, 0)).astype(np.float32), 0.035, sides=8), metal))
        stones = [stone]
        if haloed:
            rail, small = halo(stone, metal, GLASSES["diamond"])
            parts, stones = parts + rail, stones + small
        one = Piece(parts, stones, [stone.coarse])
        laid.append(
            one.standing(yaw_deg=side * chance.uniform(10, 30), lean_deg=52, x=side * size * 1.75, z=side * 0.15)
        )
    return together(laid)


def bead_studs(metal: Metal, matter: Matter, chance: np.random.Generator, *, size: float = 0.5) -> Piece:
    """Return two pearls on pins."""
    laid = []
    for side in (-1, 1):
        pin = np.linspace([0, size * 0.9, 0], [0, size * 1.9, 0], 6).astype(np.float32)
        parts = [Part(ball(vector(0, 0, 0), size, 56), matter), Part(tube(pin, 0.035, sides=8), metal)]
        one = Piece(parts, [], [ball(vector(0, 0, 0), size, 12)])
        laid.append(one.standing(yaw_deg=side * chance.uniform(100, 140), lean_deg=98, x=side * 0.8, z=side * 0.12))
    return together(laid)


def hoops(metal: Metal, chance: np.random.Generator, *, radius: float = 0.95) -> Piece:
    """Return two hoops, one standing and one leant against nothing but the light."""
    shape = Band(0.12, 0.12, 0.12, 0.12, 0.95, radius)
    one = Piece([Part(band(shape), metal)], [], [band(shape, detail=(40, 6))])
    yaw = chance.uniform(22, 40)
    return together([
        one.standing(yaw_deg=yaw, lean_deg=8, x=-0.95, z=0.25),
        one.standing(yaw_deg=-yaw * 0.8, lean_deg=86, x=0.95, z=0.45),
    ])  # fmt: skip


def _hook(metal: Metal) -> Piece:
    turns = np.linspace(-0.35 * np.pi, 1.15 * np.pi, 26, dtype=np.float32)
    bend = np.stack([0 * turns, 0.36 + 0.24 * np.sin(turns), 0.24 * np.cos(turns) - 0.2], axis=1)
    stem = np.linspace([0, -0.02, 0.0], [0, 0.10, 0.02], 6)
    path = np.concatenate([stem, bend]).astype(np.float32)
    path = path[:, [2, 1, 0]]  # the hook's loop lies flat when the earring does
    solid = tube(path, 0.032, sides=8)
    return Piece([Part(solid, metal)], [], [tube(path[::4], 0.04, sides=4)])
