"""The sea and lakes: waves in perspective that mirror the sky, glitter under the sun, surf on a beach."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape
from tasks.domain.painting.scenery.land import hazed, mountains, over, profile, sunlit
from tasks.domain.painting.scenery.sky import sky

DEEP, SHALLOW, WET_SAND = linear("0d3644"), linear("4fa3a0"), linear("a98e6c")


def sea(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """The sea under its sky, with a far headland and a beach with surf before it."""
    chance = order.chance("sea")
    horizon = chance.uniform(0.46, 0.56)
    above = sky(shape, horizon, air, order)
    if chance.uniform() < 0.6:
        above = _headland(above, horizon, air, chance)
    picture = _water(above, horizon, air, order, calm=0.35)
    if air.weather != "storm" and chance.uniform() < 0.75:
        picture = _beach(picture, air, order)
    return picture


def lake(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """Mountains over a still lake that mirrors them."""
    upper = mountains((max(8, int(shape[0] * 0.60)), shape[1]), air, order)
    below = np.repeat(upper[-1:], shape[0] - upper.shape[0], axis=0)
    picture = np.concatenate([upper, below])
    return _water(picture, upper.shape[0] / shape[0], air, order, calm=1.0)


def _headland(picture: Floats, horizon: float, air: Air, chance: np.random.Generator) -> Floats:
    height, width = picture.shape[:2]
    side = 1 if air.sun_place[0] < 0.5 else -1
    slope = np.linspace(-1, 1, width) * side
    line = profile(width, chance, roughness=1.3, waves=0.9) * 0.006 + 0.055 * smooth_step(0.05, 1.0, slope)
    top = np.where(line > 0.0035, (horizon - line) * height, (horizon + 0.01) * height)
    return over(picture, top.astype(np.float32), hazed(sunlit(linear("4a4a44"), air, 0.25), air, 0.55))


def _water(above: Floats, horizon: float, air: Air, order: PaintingOrder, *, calm: float) -> Floats:
    """The picture with water from the horizon down, which mirrors what is above."""
    height, width = above.shape[:2]
    start = int(horizon * height)
    rows, columns = np.indices((height - start, width), np.float32)
    depth = (rows + 1) / height
    away = 1 / (depth + 0.012)
    waves, chop = Noise(order.chance("waves"), 1.5, 2.2), Noise(order.chance("chop"), 0.9, 2.6)
    across = (columns / width - 0.5) * away
    swell = waves.at(across * 0.055, away * 0.11) + 0.7 * chop.at(across * 0.21, away * 0.40) * smooth_step(30, 5, away)
    tilt = swell * (1 - 0.86 * calm)
    source = start - (rows * (0.85 + 0.1 * calm) + 2) + tilt * height * 0.11 * np.minimum(depth * 2.2 + 0.08, 0.6)
    mirrored = _taken(above, np.clip(source, 0, start - 1), columns + tilt * 3)
    facing = np.clip(0.30 + 0.9 * depth - 0.20 * tilt * (1 - calm), 0.06, 0.92)
    body = (
        mix(DEEP, SHALLOW, smooth_step(0.15, 0.55, depth)[..., None] * 0.5) * (air.land * 0.8 + 0.06)
        + air.middle * 0.10
    )
    water = mix(mirrored, body, (facing * (0.85 - 0.45 * calm))[..., None])
    glitter = np.exp(-(((columns / width - air.sun_place[0]) * width / height / (0.05 + 0.30 * depth)) ** 2))
    sparks = smooth_step(0.9, 2.3, swell + 0.3 * chop.at(across * 0.5, away * 0.9)) * glitter
    water = water + sparks[..., None] * air.sun * (1.6 - 1.1 * calm)
    picture = above.copy()
    picture[start:] = mix(hazed(water, air, 0.30), water, smooth_step(0.0, 0.10, depth)[..., None])
    return picture


def _taken(picture: Floats, rows: Floats, columns: Floats) -> Floats:
    """Pixels of the picture at those places."""
    return np.asarray(
        cv2.remap(
            picture,
            columns.astype(np.float32),
            rows.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        ),
        np.float32,
    )


def _beach(picture: Floats, air: Air, order: PaintingOrder) -> Floats:
    """Wet sand in the foreground, and a line of foam where the water ends."""
    height, width = picture.shape[:2]
    chance = order.chance("beach")
    rows, columns = np.indices((height, width), np.float32)
    lean = chance.uniform(-0.16, 0.16)
    line = profile(width, chance, roughness=1.7, waves=0.7) * 0.014 + lean * np.linspace(-1, 1, width)
    shore = ((0.80 + line) * height).astype(np.float32)
    grains = Noise(order.chance("grains"), 0.8).at(columns / height * 1.8, rows / height * 3.0)
    below = (rows - shore[None]) / height
    dry = sunlit(linear("d2b48a") * (1 + 0.05 * grains[..., None]), air, np.clip(0.65 + 0.05 * grains, 0, 1))
    wet = sunlit(WET_SAND * 0.7, air, 0.35) * 0.8 + blurred(picture[::-1].copy(), height / 40) * 0.30
    sand = mix(wet, dry, smooth_step(0.03, 0.12, below + 0.006 * grains)[..., None])
    picture = over(picture, shore, sand, edge_px=height / 300)
    lace = Noise(order.chance("foam"), 1.0).at(columns / height * 1.5, rows / height * 3.5)
    foam = np.exp(-(((below + 0.004) / 0.007) ** 2)) * smooth_step(-1.2, 0.8, lace)
    foam += 0.55 * np.exp(-(((below + 0.055) / 0.012) ** 2)) * smooth_step(0.1, 1.2, lace)
    white = air.middle * 0.45 + air.sun * 0.35 + 0.25 * air.land
    return mix(picture, white, np.clip(foam, 0, 0.95)[..., None])
