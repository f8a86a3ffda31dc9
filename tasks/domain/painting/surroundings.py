"""The room around a still life, as light from every direction: what metal mirrors and stones break.

Lights are soft boxes, as photographers hang them. The room is unfolded onto a square (an octahedron's eight faces),
once for each sharpness that is asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, Ints, dot, mix, smooth_step, unit, vector

SIDE_PX = 288
WIDE_PX = 1024  # OpenCV looks up pictures, not lists


@dataclass(frozen=True)
class Box:
    """A soft box: where its middle is, its half width and height as tangents, its light, and how soft its edge is."""

    azimuth_deg: float
    elevation_deg: float
    half_width: float
    half_height: float
    light: Floats
    edge: float = 0.08


class Light(Protocol):
    """Where light comes from, for whoever follows a ray."""

    @property
    def horizon(self) -> Floats:
        """The light from the level."""

    def light(self, directions: Floats, roughness: float = 0.0) -> Floats:
        """Return the light that comes from `directions` (N × 3)."""


@dataclass(frozen=True)
class Room:
    """Light from above, from the horizon and from below, and the boxes. Azimuth 0 is behind the camera's target."""

    above: Floats
    horizon: Floats
    below: Floats
    boxes: Sequence[Box]
    _unfolded: dict[float, Floats] = field(default_factory=dict, compare=False)

    def light(self, directions: Floats, roughness: float = 0.0) -> Floats:
        """Return the light that comes from `directions` (N × 3), blurred as a rough surface does."""
        if roughness not in self._unfolded:
            self._unfolded[roughness] = self._at(_folded(), roughness).reshape(SIDE_PX, SIDE_PX, 3)
        return _looked_up(self._unfolded[roughness], directions)

    def _at(self, directions: Floats, roughness: float) -> Floats:
        height = directions[:, 1]
        softness = 0.12 + roughness
        upper = mix(self.horizon, self.above, smooth_step(0, 0.9, height)[:, None])
        light = mix(self.below, upper, smooth_step(-softness, softness, height)[:, None])
        for box in self.boxes:
            met, share = _share(box, directions, roughness)
            light[met] += share[:, None] * box.light
        return np.maximum(light, 0)


def _share(box: Box, directions: Floats, roughness: float) -> tuple[Ints, Floats]:
    """Which directions may meet the box, and how much of it each of these does."""
    azimuth, elevation = np.radians(box.azimuth_deg), np.radians(box.elevation_deg)
    level = np.cos(elevation)
    middle = vector(np.sin(azimuth) * level, np.sin(elevation), -np.cos(azimuth) * level)
    across = vector(np.cos(azimuth), 0, np.sin(azimuth))
    upward = np.cross(across, middle).astype(np.float32)
    edge = box.edge + roughness
    ahead = dot(directions, middle)
    corner = 1 + (box.half_width + edge) ** 2 + (box.half_height + edge) ** 2
    (met,) = np.nonzero(ahead > 1 / np.sqrt(corner))
    near, distance = directions[met], ahead[met]
    aside, over = np.abs(dot(near, across)) / distance, np.abs(dot(near, upward)) / distance
    share = smooth_step(box.half_width + edge, box.half_width - edge, aside)
    return met, np.asarray(share * smooth_step(box.half_height + edge, box.half_height - edge, over), np.float32)


def _folded() -> Floats:
    """The directions of the square's pixels."""
    line = (np.arange(SIDE_PX, dtype=np.float32) + 0.5) / SIDE_PX * 2 - 1
    across, down = np.meshgrid(line, line)
    height = 1 - np.abs(across) - np.abs(down)
    under = height < 0
    folded_across = np.where(under, (1 - np.abs(down)) * np.sign(across), across)
    folded_down = np.where(under, (1 - np.abs(across)) * np.sign(down), down)
    return unit(np.stack([folded_across, height, folded_down], axis=2).reshape(-1, 3).astype(np.float32))


def _looked_up(square: Floats, directions: Floats) -> Floats:
    x, y, z = directions.T
    length = np.abs(x) + np.abs(y) + np.abs(z)
    across, down = x / length, z / length
    under = y < 0
    columns = np.where(under, (1 - np.abs(down)) * np.where(across < 0, -1, 1), across)
    rows = np.where(under, (1 - np.abs(across)) * np.where(down < 0, -1, 1), down)
    count = len(directions)
    if not count:
        return np.zeros((0, 3), np.float32)
    room = np.zeros((2, -(-count // WIDE_PX) * WIDE_PX), np.float32)
    room[0, :count], room[1, :count] = columns, rows
    room = (room + 1) * (SIDE_PX / 2) - 0.5
    maps = room.reshape(2, -1, WIDE_PX)
    found = cv2.remap(square, maps[0], maps[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found.reshape(-1, 3)[:count], np.float32)
