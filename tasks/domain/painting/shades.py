"""What the parts of a piece look like: metal that mirrors the room, and matter that scatters its light."""

import numpy as np

from tasks.domain.painting.arrays import Floats, dot, mix, unit, vector
from tasks.domain.painting.metals import Metal, mirrored, shaded, tint
from tasks.domain.painting.pieces import Hollow, Matter, Part
from tasks.domain.painting.surroundings import Room

GATHERED = 0.46  # of what the blurred room shows: its boxes are blurred beyond their size
DIFFUSE = 1.1  # roughness at which the room is blurred to what a matt surface gathers


def shade(part: Part, points: Floats, normals: Floats, ways: Floats, room: Room) -> Floats:
    """Return the light that samples of `part` send back along `ways`, which come from the eye."""
    if isinstance(part.matter, Matter):
        return _scattered(part.matter, normals, ways, room)
    light = shaded(part.matter, ways, normals, room)
    if part.hollow is None:
        return light
    return _mirrored_within(part.matter, part.hollow, points, normals, ways, light, room)


def _scattered(matter: Matter, normals: Floats, ways: Floats, room: Room) -> Floats:
    facing = np.clip(-dot(ways, normals), 0, 1)[:, None]
    share = matter.mirrored + (1 - matter.mirrored) * (1 - facing) ** 5
    gathered = room.light(normals, DIFFUSE) * GATHERED
    colour = matter.colour
    if matter.lustre:
        turning = np.cos(2 * np.pi * (facing * 1.3 + vector(0, 0.33, 0.67)))
        colour = colour * (1 + matter.lustre * turning * (1 - facing))
    mirrors = room.light(mirrored(ways, normals), matter.roughness)
    return np.asarray(gathered * colour * (1 - share) + mirrors * share, np.float32)


def _mirrored_within(
    metal: Metal, hollow: Hollow, points: Floats, normals: Floats, ways: Floats, light: Floats, room: Room
) -> Floats:
    """Where the inside of a band mirrors the inside of the band: what that mirrors in its turn."""
    from_centre = points - hollow.centre
    across = from_centre - dot(from_centre, hollow.axis)[:, None] * hollow.axis
    inner = np.nonzero(dot(across, normals) < -0.15)[0]
    back = unit(mirrored(ways[inner], normals[inner]))
    way = back - dot(back, hollow.axis)[:, None] * hollow.axis
    reach = -2 * dot(across[inner], way) / np.maximum(dot(way, way), 1e-6)
    met = from_centre[inner] + back * reach[:, None]
    along = np.abs(dot(met, hollow.axis))
    meets = (reach > 0.02) & (along < hollow.half_width)
    inner, back, met = inner[meets], back[meets], met[meets]
    inward = -unit(met - dot(met, hollow.axis)[:, None] * hollow.axis)
    again = shaded(metal, back, inward, room) * tint(metal, ways[inner], normals[inner])
    found = light.copy()
    found[inner] = mix(again, light[inner], 0.12)
    return found
