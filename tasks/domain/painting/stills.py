"""A still life: a piece on a surface before a backdrop, lit, with its shadow and what the surface mirrors of it."""

from dataclasses import dataclass

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step
from tasks.domain.painting.camera import Camera, Window
from tasks.domain.painting.colours import luminance
from tasks.domain.painting.floors import ground_of, horizon_of, lit_floor
from tasks.domain.painting.pieces import Piece
from tasks.domain.painting.renders import rendered
from tasks.domain.painting.rigs import Rig

TABLE_END = (3.5, 9.0)  # where the ground goes over into the backdrop, away from the middle
FLOOR_FINENESS = 0.75  # samples a pixel, a side: nothing on the ground is finer
FOCUS = 1.3  # depth that is sharp about the target


@dataclass(frozen=True)
class Still:
    """Everything that a still life consists of. `backdrop` is H × W × 3; `fineness` is samples a pixel, a side."""

    piece: Piece
    camera: Camera
    rig: Rig
    surface: str
    surface_colour: Floats | None
    backdrop: Floats
    fineness: float = 1.5
    depth_of_field: float = 1.0


def lit_still(still: Still, chance: np.random.Generator) -> Floats:
    """Return the picture in linear light."""
    picture = still.backdrop.copy()
    off = np.full(picture.shape[:2], 9.0, np.float32)
    table = _table(still.camera)
    floor, away = _floor(still, still.camera.cropped(table), picture[table.slices], chance)
    picture[table.slices] = floor
    off[table.slices] = np.abs(away - still.camera.target[2]) - FOCUS
    picture = _out_of_focus(picture, off, still)
    return rendered(still.piece, still.camera, still.rig, still.fineness).over(picture)


def _floor(still: Still, camera: Camera, behind: Floats, chance: np.random.Generator) -> tuple[Floats, Floats]:
    """The ground before what is behind it, and how far away it is; worked out in fewer samples than pixels."""
    coarse, pixels = camera.scaled(FLOOR_FINENESS), (camera.width_px, camera.height_px)
    backdrop = cv2.resize(behind, (coarse.width_px, coarse.height_px), interpolation=cv2.INTER_AREA)
    colour = still.surface_colour
    floor, ground = lit_floor(still.piece, coarse, still.rig, still.surface, colour, backdrop, chance)
    floor = mix(floor, backdrop, horizon_of(ground, TABLE_END)[..., None])
    sharp = cv2.resize(floor, pixels, interpolation=cv2.INTER_CUBIC)
    away = cv2.resize(ground.away, pixels, interpolation=cv2.INTER_LINEAR)
    return np.maximum(sharp, 0), np.asarray(away, np.float32)


def _table(camera: Camera) -> Window:
    """The rows of the picture in which the ground is seen; at least the lowest."""
    column = camera.cropped(Window(0, 0, 2, camera.height_px))
    seen = np.nonzero(ground_of(column).away[:, 0] > -TABLE_END[1])[0]
    first = int(seen[0]) if len(seen) else camera.height_px - 8
    return Window(0, min(first, camera.height_px - 8), camera.width_px, camera.height_px)


def _out_of_focus(picture: Floats, off: Floats, still: Still) -> Floats:
    """Blur what is farther away or nearer than the piece."""
    unit_px = still.camera.unit_px
    amount = np.clip(off / 5, 0, 1) * still.depth_of_field
    soft, softer = blurred(picture, max(0.8, 0.030 * unit_px)), blurred(picture, max(1.6, 0.085 * unit_px))
    near = mix(picture, soft, smooth_step(0.0, 0.35, amount)[..., None])
    return mix(near, softer, smooth_step(0.30, 0.9, amount)[..., None])


def plain_backdrop(camera: Camera, colour: Floats, rig: Rig) -> Floats:
    """Return a sheet of paper behind the table with a pool of light on it."""
    rows, columns = np.indices((camera.height_px, camera.width_px), np.float32)
    aside = (columns / camera.width_px - 0.5) * camera.width_px / camera.height_px
    over = rows / camera.height_px - 0.42
    pool = np.exp(-(aside**2 + over**2) / 0.34)
    light = luminance(rig.key) * 0.55 + luminance(rig.around) * 0.75
    tone = (rig.key * 0.6 + rig.around) / max(float(luminance(rig.key * 0.6 + rig.around)), 1e-3)
    return np.asarray(colour * tone * (light * (0.34 + 0.80 * pool))[..., None], np.float32)
