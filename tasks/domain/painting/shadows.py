"""What a piece keeps from the ground: a soft shadow of the key light, and the dark where it touches."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, unit, vector
from tasks.domain.painting.rasters import outline
from tasks.domain.painting.solids import Solid, joined

SIDE_PX = 288
KEY_RAYS, DOME_RAYS = 12, 18


@dataclass(frozen=True)
class Shadows:
    """How much of the key and of the light all around is kept from the ground's square `reach` about `middle`."""

    key: Floats
    dome: Floats
    middle: Floats
    reach: float

    def at(self, across: Floats, away: Floats) -> tuple[Floats, Floats]:
        """Return both for places on the ground (H × W)."""
        columns = ((across - self.middle[0]) / self.reach + 1) * SIDE_PX / 2 - 0.5
        rows = ((away - self.middle[2]) / self.reach + 1) * SIDE_PX / 2 - 0.5
        columns, rows = (np.clip(line, -2, SIDE_PX + 2).astype(np.float32) for line in (columns, rows))
        found = [cv2.remap(shade, columns, rows, cv2.INTER_LINEAR) for shade in (self.key, self.dome)]
        return np.asarray(found[0], np.float32), np.asarray(found[1], np.float32)


def shadows(solids: Sequence[Solid], towards: Floats, spread: float, middle: Floats, reach: float) -> Shadows:
    """Return the shadows of `solids` on the ground y = 0 under a key light `towards` which is `spread` wide."""
    points = joined(solids).points

    def fallen(way: Floats) -> Floats:
        height = np.maximum(points[:, 1:2], 0)
        ground = points[:, ::2] - way[::2] / max(way[1], 0.12) * height
        return ((ground - middle[::2]) / reach + 1) * SIDE_PX / 2

    key = outline(solids, [fallen(way) for way in _disc(towards, spread, KEY_RAYS)], SIDE_PX)
    dome = outline(solids, [fallen(way) for way in _disc(vector(0, 1, 0), 1.3, DOME_RAYS)], SIDE_PX)
    return Shadows(cv2.GaussianBlur(key, (0, 0), 1.6), cv2.GaussianBlur(dome, (0, 0), 3.0), middle, reach)


def _disc(middle: Floats, spread: float, count: int) -> list[Floats]:
    """Directions evenly over a disc about `middle`, after a sunflower."""
    aside = unit(np.cross(middle, vector(0.3, 0.1, 0.95)))
    over = np.cross(aside, middle)
    found = []
    for number in range(count):
        away, turn = spread * np.sqrt((number + 0.5) / count), number * 2.399963
        found.append(unit(middle + away * (np.cos(turn) * aside + np.sin(turn) * over)))
    return found
