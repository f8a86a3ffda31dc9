"""How a still life is lit: the key that throws the shadow, light from all around, and boxes that metal mirrors."""

from dataclasses import dataclass, replace

import numpy as np

from tasks.domain.painting.arrays import Floats, unit, vector
from tasks.domain.painting.surroundings import Box, Room


@dataclass(frozen=True)
class Rig:
    """`towards` is the way to the key light; `key` and `around` are light on a white sheet; `spread` softens shadows.

    `room` is what metal mirrors; `sparkle`, what stones see, has more small lights, as jewellers hang for them.
    """

    towards: Floats
    key: Floats
    around: Floats
    spread: float
    room: Room
    sparkle: Room
    exposure: float = 1.0


@dataclass(frozen=True)
class Look:
    """What distinguishes a rig: colours of key and fill, their strengths, and how hard the key is."""

    key_colour: Floats
    fill_colour: Floats
    key: float = 0.62
    fill: float = 0.30
    dark: float = 1.0
    spread: float = 0.22
    elevation_deg: tuple[float, float] = (38, 55)
    exposure: float = 1.0


SPARKS = 38
BOX_SHARE, BEHIND_SHARE = 0.72, 0.15  # of the large boxes' light that stones are given: the rest is sparks
WHITE, WARM, COOL = vector(1, 0.985, 0.96), vector(1.0, 0.72, 0.42), vector(0.72, 0.86, 1.0)
LOOKS = {
    "soft": Look(WHITE, vector(0.97, 0.98, 1.0)),
    "bright": Look(WHITE, WHITE, key=0.60, fill=0.50, spread=0.4, exposure=1.12),
    "dramatic": Look(vector(1, 0.96, 0.9), vector(0.8, 0.88, 1.0), key=1.05, fill=0.13, dark=0.48, spread=0.10),
    "golden": Look(
        vector(1.0, 0.70, 0.38),
        vector(0.72, 0.66, 0.72),
        key=1.05,
        fill=0.26,
        dark=0.8,
        spread=0.12,
        elevation_deg=(20, 30),
    ),
    "candle": Look(
        vector(1.0, 0.62, 0.28),
        vector(0.86, 0.55, 0.34),
        key=1.15,
        fill=0.26,
        dark=0.75,
        spread=0.16,
        elevation_deg=(26, 38),
    ),
    "night": Look(
        vector(0.60, 0.74, 1.0), vector(0.26, 0.36, 0.66), key=0.52, fill=0.16, dark=0.8, spread=0.18, exposure=0.8
    ),
    "cool": Look(vector(0.90, 0.96, 1.0), COOL, key=0.60, fill=0.34),
}


def rig(look: Look, floor: Floats, backdrop: Floats, chance: np.random.Generator) -> Rig:
    """Return the rig for a floor and a backdrop of those colours, its key on the left or the right."""
    side = float(chance.choice([-1.0, 1.0]))
    azimuth = side * chance.uniform(48, 78)
    elevation = chance.uniform(*look.elevation_deg)
    level, angle = np.cos(np.radians(elevation)), np.radians(azimuth)
    towards = unit(vector(np.sin(angle) * level, np.sin(np.radians(elevation)), 0.10 - np.cos(angle) * level * 0.4))
    room = _room(look, floor, backdrop, side, azimuth, elevation)
    key, fill = look.key * look.key_colour, look.fill * look.fill_colour
    return Rig(towards, key, fill, look.spread, room, _sparkle(look, room, chance), look.exposure)


def _sparkle(look: Look, room: Room, chance: np.random.Generator) -> Room:
    """The room with a bright ceiling towards the camera and small lights all over it."""
    dark = max(look.dark, 0.55)
    boxes = [replace(box, light=box.light * _share(box)) for box in room.boxes]
    boxes.append(Box(180, 40, 0.45, 0.30, 0.4 * dark * look.fill_colour, 0.3))
    for _ in range(SPARKS):
        azimuth, elevation = chance.uniform(-180, 180), chance.uniform(12, 80)
        boxes.append(Box(azimuth, elevation, 0.05, 0.05, chance.uniform(4, 15) * look.key_colour, 0.03))
    return Room(
        room.above * 0.45 + 0.05 * look.fill_colour,
        room.horizon * 0.8 + 0.10 * look.key_colour,
        room.below * 0.7,
        boxes,
    )


def _share(box: Box) -> float:
    """Boxes behind the camera would only veil a stone's table."""
    return BEHIND_SHARE if abs(box.azimuth_deg) > 120 else BOX_SHARE


def _room(look: Look, floor: Floats, backdrop: Floats, side: float, azimuth: float, elevation: float) -> Room:
    """Boxes on both sides, above and behind the camera; the floor from below, the backdrop all around."""
    key, fill, dark = look.key_colour, look.fill_colour, look.dark
    boxes = [
        Box(azimuth, elevation, 0.55, 0.75, 5.2 * key * max(look.key, 0.4)),
        Box(-side * 82, 22, 0.16, 0.95, 3.4 * fill * dark),
        Box(side * 150, 58, 0.65, 0.40, 2.6 * fill * dark),
        Box(-side * 150, 25, 0.30, 0.55, 1.7 * key * dark),
        Box(0, 74, 0.50, 0.35, 2.4 * fill * dark),
        Box(side * 12, 8, 0.16, 0.55, -0.16 * vector(1, 1, 1) * dark, 0.10),
    ]
    lit = (look.key * 0.5 + look.fill) * 0.9
    above = 0.30 * fill * dark + 0.10 * backdrop
    return Room(above, (0.10 + 0.35 * backdrop) * dark * fill, floor * lit * vector(1, 1, 1) * key, boxes)
