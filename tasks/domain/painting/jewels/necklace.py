"""Necklaces laid down: a chain or a strand in a loose curve on the ground, and a pendant at its lowest point."""

import numpy as np

from tasks.domain.painting.arrays import Floats, vector
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.jewels.chains import cable, snake, strand
from tasks.domain.painting.jewels.settings import bezel
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Matter, Part, Piece, Stone, together
from tasks.domain.painting.solids import turn_about

LYING = turn_about(0, -90)  # what hangs down -y then points to the camera, and what faced it faces up


def necklace(metal: Metal, pendant: Piece | None, path: Floats, *, smooth: bool = False) -> Piece:
    """Return a chain along `path`, with `pendant` at its lowest point."""
    chain = snake(path, metal, thick=0.055) if smooth else cable(path, metal)
    if pendant is None:
        return chain
    lowest = path[path[:, 2].argmax()]
    return together([chain, _laid(pendant, lowest)])


def beads(matter: Matter, path: Floats, chance: np.random.Generator, *, size: float = 0.17) -> Piece:
    """Return a strand of beads along `path`."""
    return strand(path + vector(0, size - 0.06, 0), matter, size=size, chance=chance)


def riviere(metal: Metal, glasses: list[Glass], path: Floats, *, size: float = 0.16) -> Piece:
    """Return a row of stones in bezels along `path`, largest in the middle."""
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    at = 0.0
    parts: list[Part] = []
    stones: list[Stone] = []
    while at < lengths[-1]:
        share = abs(2 * at / lengths[-1] - 1)
        own = size * (1.35 - 0.55 * share)
        place = np.array([np.interp(at, lengths, path[:, axis]) for axis in range(3)], np.float32)
        stone = Stone(
            "round",
            glasses[len(stones) % len(glasses)],
            place + vector(0, own * 0.6, 0),
            np.eye(3, dtype=np.float32),
            own,
        )
        parts += bezel(stone, metal, depth=0.8, thick=0.03)
        stones.append(stone)
        at += own * 2.12
    return Piece(parts, stones, [stone.coarse for stone in stones])


def curve(chance: np.random.Generator, tall: float) -> Floats:
    """Return a loose U with a wave that chance gives it, its ends `tall` times as high as it hangs."""
    along = np.linspace(-1, 1, 400, dtype=np.float32) * np.float32(np.sqrt(tall))
    wave, shift = chance.uniform(-0.22, 0.22, 3), chance.uniform(-0.15, 0.15)
    x = 2.25 * np.tanh(1.25 * along) / np.tanh(1.25) + wave[0] * np.sin(2.6 * along) + shift * along**2
    z = 1.15 - 4.4 * np.abs(along) ** 1.9 + wave[1] * np.sin(3.1 * along + wave[2] * 4)
    return np.stack([x, np.full_like(along, 0.06), z], axis=1).astype(np.float32)


def _laid(pendant: Piece, place: Floats) -> Piece:
    lying = pendant.placed(LYING, vector(0, 0, 0))
    lowest = min(float(part.solid.points[:, 1].min()) for part in lying.parts)
    return lying.placed(np.eye(3, dtype=np.float32), vector(float(place[0]), -lowest * 0.75, float(place[2])))
