"""A piece alone as a camera sees it: worked out in samples finer than pixels, then brought to them."""

from dataclasses import dataclass

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, smooth_step, unit
from tasks.domain.painting.camera import Camera, Window
from tasks.domain.painting.pieces import Piece
from tasks.domain.painting.rasters import seen
from tasks.domain.painting.rigs import Rig
from tasks.domain.painting.shades import shade
from tasks.domain.painting.stones import stones_seen

BRIGHTEST = 7.0  # a sample's light, so that one does not outshine its whole pixel
FINENESS_STEP, WINDOW_STEP_PX = 0.25, 4  # their product is whole, so that samples and pixels share their edges


@dataclass(frozen=True)
class Layer:
    """What covers a window of a picture: light H × W × 3, weighed with how much of each pixel it covers."""

    window: Window
    light: Floats
    cover: Floats

    def over(self, picture: Floats) -> Floats:
        """Return the picture with the layer on it."""
        found = picture.copy()
        part = found[self.window.slices]
        part *= 1 - self.cover[..., None]
        part += self.light
        return found


def rendered(piece: Piece, camera: Camera, rig: Rig, fineness: float) -> Layer:
    """Return the piece alone, in `fineness` samples a pixel and side (in steps of `FINENESS_STEP`)."""
    window = _window(piece, camera)
    near = camera.cropped(window)
    samples = _samples(piece, near.scaled(round(fineness / FINENESS_STEP) * FINENESS_STEP), rig)
    small = cv2.resize(samples, (near.width_px, near.height_px), interpolation=cv2.INTER_AREA)
    return Layer(window, small[..., :3], small[..., 3])


def _samples(piece: Piece, camera: Camera, rig: Rig) -> Floats:
    """Light and cover of each sample (H × W × 4)."""
    found = seen([part.solid for part in piece.parts], camera)
    ways = unit(found.points - camera.eye)
    light = np.zeros((camera.height_px, camera.width_px, 4), np.float32)
    for number, part in enumerate(piece.parts):
        own = np.nonzero(found.parts == number)[0]
        if len(own):
            colour = shade(part, found.points[own], found.normals[own], ways[own], rig.room)
            colour *= _near_ground(found.points[own], found.normals[own])[:, None]
            light[found.rows[own], found.columns[own], :3] = colour
    light[found.rows, found.columns, 3] = 1
    for lit in stones_seen(piece.stones, camera, rig.sparkle, found.depth):
        light[lit.rows, lit.columns, :3] = lit.light
        light[lit.rows, lit.columns, 3] = 1
    return np.minimum(light, BRIGHTEST)


def _near_ground(points: Floats, normals: Floats) -> Floats:
    """How much light reaches what is near the ground and faces it."""
    facing = smooth_step(0.3, -0.8, normals[:, 1])
    return np.asarray(1 - 0.55 * np.exp(-np.abs(points[:, 1]) / 0.22) * facing, np.float32)


def _window(piece: Piece, camera: Camera) -> Window:
    """What of the picture the piece may cover; at least a corner of it."""
    bodies = [part.solid.points for part in piece.parts]
    bodies += [
        stone.centre + stone.size * 1.3 * np.array(((-1, -1, -1), (1, 1, 1)), np.float32) for stone in piece.stones
    ]
    places, _ = camera.projected(np.concatenate(bodies))
    (left, top), (right, bottom) = places.min(0) - 4, places.max(0) + 4
    step = WINDOW_STEP_PX
    left, top = (
        int(np.clip(low // step * step, 0, high - step))
        for low, high in ((left, camera.width_px), (top, camera.height_px))
    )
    right = int(np.clip(-(-right // step) * step, left + step, camera.width_px))
    bottom = int(np.clip(-(-bottom // step) * step, top + step, camera.height_px))
    return Window(left, top, right, bottom)
