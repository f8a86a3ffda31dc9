"""A room: floorboards, a wall, a tall window, and its light as it falls across both."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape
from tasks.domain.painting.scenery.land import meadow
from tasks.domain.painting.surfaces import wood

WALLS = [linear(code) for code in ("c9c3b6", "8f9a91", "b79a86", "6c7683", "d8cdb8", "59483f")]
FLOOR_AT = 0.70


def interior(shape: Shape, air: Air, order: PaintingOrder, wall: Floats | None = None) -> Floats:
    """An empty room with a window on one side."""
    chance = order.chance("room")
    height, width = shape
    rows, columns = np.indices(shape, np.float32)
    y, x = rows / height, columns / height
    wide = width / height
    colour = wall if wall is not None else WALLS[int(chance.integers(len(WALLS)))]
    side = float(chance.choice([-1.0, 1.0]))
    window = _window_place(wide, side, chance)
    lamp = np.clip(0.45 - air.land, 0, 0.45) * 2
    around = (air.middle * 0.55 + air.horizon * 0.25) * (0.25 + air.land) + lamp * np.array(
        [0.55, 0.32, 0.15], np.float32
    )
    plaster = Noise(order.chance("plaster"), 1.5).over(shape, 1.5)
    depth = 1 / np.maximum(y - FLOOR_AT + 0.16, 0.02)
    boards = wood((x - wide / 2) * depth * 0.5, depth * 1.2, linear("8a6544"), order.chance("boards")).colour
    surface = np.where((y < FLOOR_AT)[..., None], colour * (1 + 0.02 * plaster[..., None]), boards)
    from_window = np.hypot(x - window[0], y - 0.4)
    falloff = 0.32 + 0.85 * np.exp(-((from_window / (0.62 * wide)) ** 2))
    corner = 1 - 0.35 * np.exp(-np.abs(y - FLOOR_AT) / 0.035) - 0.25 * smooth_step(0.25, 0.0, y)
    patch = _patch(x, y, window, side)
    picture = surface * around * (falloff * corner)[..., None] + surface * (
        patch[..., None] * air.sun * (0.25 + air.land)
    )
    picture = picture + blurred(patch, 0.05 * height)[..., None] * air.sun * 0.05
    picture = _skirting(picture, y, around)
    return _with_window(np.asarray(picture, np.float32), x, y, window, air, order)


def _enlarged(small: Floats, shape: Shape) -> Floats:
    """A view out of focus, painted small."""
    return blurred(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), 0.008 * shape[0])


def _window_place(wide: float, side: float, chance: np.random.Generator) -> tuple[float, float, float, float]:
    """Middle, half width, top and bottom of the window, in heights of the picture."""
    return wide * (0.5 + side * chance.uniform(0.20, 0.27)), chance.uniform(0.13, 0.17), 0.10, 0.56


def _patch(x: Floats, y: Floats, window: tuple[float, float, float, float], side: float) -> Floats:
    """The window's light on the wall and the floor, with the shadow of its bars."""
    middle, half, top, bottom = window
    on_floor = y > FLOOR_AT
    u = np.where(
        on_floor,
        (x - middle + side * (0.30 + (y - FLOOR_AT) * 1.3)) / 1.25,
        x - middle + side * 0.62 + (y - top) * 0.10 * side,
    )
    v = np.where(on_floor, top + (y - FLOOR_AT - 0.02) / 0.26 * (bottom - top), y - 0.13 + 0.20 * np.abs(u) * 0)
    inside = (
        smooth_step(half, half - 0.012, np.abs(u))
        * smooth_step(top, top + 0.012, v)
        * smooth_step(bottom, bottom - 0.012, v)
    )
    bars = smooth_step(0.003, 0.009, np.abs(u)) * smooth_step(
        0.003, 0.010, np.abs((v - top) % ((bottom - top) / 3) - 0.0)
    )
    return np.asarray(blurred((inside * bars).astype(np.float32), 2.0) * np.where(on_floor, 1.0, 0.55), np.float32)


def _skirting(picture: Floats, y: Floats, around: Floats) -> Floats:
    board = smooth_step(FLOOR_AT - 0.036, FLOOR_AT - 0.034, y) * smooth_step(FLOOR_AT, FLOOR_AT - 0.002, y)
    return mix(picture, linear("d9d4ca") * around * 0.62, board[..., None])


def _with_window(
    picture: Floats, x: Floats, y: Floats, window: tuple[float, float, float, float], air: Air, order: PaintingOrder
) -> Floats:
    """The view out of the window in its frame."""
    middle, half, top, bottom = window
    shape = (picture.shape[0], picture.shape[1])
    u, v = np.abs(x - middle), y
    frame = (
        smooth_step(half + 0.030, half + 0.028, u)
        * smooth_step(top - 0.032, top - 0.030, v)
        * smooth_step(bottom + 0.032, bottom + 0.030, v)
    )
    pane = (
        smooth_step(half, half - 0.003, u) * smooth_step(top, top + 0.003, v) * smooth_step(bottom, bottom - 0.003, v)
    )
    pane = (
        pane
        * smooth_step(0.004, 0.007, u)
        * smooth_step(0.004, 0.007, np.abs((v - top + 0.002) % ((bottom - top) / 3)))
    )
    few = shape[0] // 3, shape[1] // 3
    view = _enlarged(meadow(few, air, order), shape)
    picture = mix(picture, linear("e9e5dc") * (air.middle * 0.4 + 0.05) * (0.3 + air.land), frame[..., None])
    return mix(picture, view * 1.25 + air.horizon * 0.06, pane[..., None])
