"""Metal: what it mirrors, in its own colour, and what a ring's inside mirrors of itself."""

from dataclasses import dataclass

import numpy as np

from tasks.domain.painting.arrays import Floats, dot, vector
from tasks.domain.painting.surroundings import Room


@dataclass(frozen=True)
class Metal:
    """Colour that it mirrors straight on, and how rough it is."""

    name: str
    colour: Floats
    roughness: float = 0.03


METALS = {
    metal.name: metal
    for metal in (
        Metal("yellow gold", vector(1.0, 0.66, 0.22)),
        Metal("rose gold", vector(0.98, 0.55, 0.40)),
        Metal("white gold", vector(0.86, 0.83, 0.77)),
        Metal("silver", vector(0.96, 0.95, 0.93)),
        Metal("platinum", vector(0.78, 0.78, 0.78)),
        Metal("copper", vector(0.93, 0.42, 0.25)),
        Metal("bronze", vector(0.72, 0.46, 0.22), 0.08),
        Metal("brass", vector(0.86, 0.68, 0.30)),
        Metal("titanium", vector(0.48, 0.46, 0.45), 0.10),
        Metal("black metal", vector(0.10, 0.10, 0.11), 0.06),
    )
}


def mirrored(ways: Floats, normals: Floats) -> Floats:
    """Return where rays that go along `ways` go on after a mirror."""
    return np.asarray(ways - 2 * dot(ways, normals)[:, None] * normals, np.float32)


def shaded(metal: Metal, ways: Floats, normals: Floats, room: Room) -> Floats:
    """Return the light that comes back along `ways` (from the eye) from metal with those normals."""
    light = room.light(mirrored(ways, normals), metal.roughness)
    return light * tint(metal, ways, normals)


def tint(metal: Metal, ways: Floats, normals: Floats) -> Floats:
    """Return what share of each colour the metal mirrors: its own, and at a grazing angle all of it."""
    grazing = (1 - np.clip(-dot(ways, normals), 0, 1)) ** 5
    return np.asarray(metal.colour + (1 - metal.colour) * (0.85 * grazing[:, None]), np.float32)
