"""The night sky for its own sake: the Milky Way or northern lights over a dark land."""

import numpy as np

from tasks.domain.painting.arrays import Floats, mix, smooth_step, vector
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import AIRS, Air, Shape
from tasks.domain.painting.scenery.land import over, profile
from tasks.domain.painting.scenery.sky import sky


def night_sky(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """A band of stars with its dust, or curtains of light, over black hills."""
    night = AIRS["night"]
    dark = type(night)(**{**night.__dict__, "clouds": 0.0, "moon": False, "sun": night.sun * 0.0, "stars": 2.4,
                          "horizon": mix(night.horizon, air.horizon, 0.15), "weather": "fog"})  # fmt: skip
    picture = sky(shape, 0.9, dark, order)
    chance = order.chance("heavens")
    words = order.prompt.lower()
    aurora = "aurora" in words or "northern lights" in words or (chance.uniform() < 0.25 and "galaxy" not in words)
    picture = picture + (_curtains(shape, order) if aurora else _milky_way(shape, order))
    width = shape[1]
    top = (0.86 * shape[0] - profile(width, chance, roughness=1.4, waves=1.2) * 0.028 * shape[0]).astype(np.float32)
    return over(picture, top, np.full(3, 0.0035, np.float32))


def _milky_way(shape: Shape, order: PaintingOrder) -> Floats:
    rows, columns = np.indices(shape, np.float32) / shape[0]
    chance = order.chance("galaxy")
    turn, middle = chance.uniform(0.5, 1.2), columns.max() / 2
    along = (columns - middle) * np.cos(turn) + (rows - 0.45) * np.sin(turn)
    across = -(columns - middle) * np.sin(turn) + (rows - 0.45) * np.cos(turn)
    clouds, dust = Noise(order.chance("galaxy clouds"), 1.4), Noise(order.chance("galaxy dust"), 1.35)
    band = np.exp(-(((across + 0.03 * clouds.at(along * 0.4, along * 0)) / 0.15) ** 2))
    bright = band * np.clip(0.55 + 0.40 * clouds.at(along * 0.55, across * 0.55), 0, 2)
    lanes = smooth_step(0.0, 1.3, dust.at(along * 0.5, across * 0.9)) * np.exp(-((across / 0.07) ** 2))
    core = np.exp(-((along / 0.45) ** 2))
    colour = mix(
        vector(0.32, 0.42, 0.72), vector(0.95, 0.66, 0.50), (core * np.exp(-((across / 0.10) ** 2)))[..., None]
    )
    specks = np.clip(clouds.at(along * 9, across * 9) - 1.6, 0, 2) * band
    return ((bright * (0.10 + 0.16 * core) * (1 - 0.82 * lanes))[..., None] * colour + 0.25 * specks[..., None]).astype(
        np.float32
    )


def _curtains(shape: Shape, order: PaintingOrder) -> Floats:
    """Folded curtains, green below and violet above, in rays."""
    rows, columns = np.indices(shape, np.float32) / np.array(shape, np.float32)[:, None, None]
    chance, rays = order.chance("curtains"), Noise(order.chance("rays"), 0.9)
    light = np.zeros((*shape, 3), np.float32)
    for number in range(3):
        turns = chance.uniform(0, 6.28, 3)
        fold = (
            0.08 * np.sin(columns * 5 + turns[0])
            + 0.05 * np.sin(columns * 11 + turns[1])
            + 0.02 * np.sin(columns * 23 + turns[2])
        )
        foot = 0.66 - 0.10 * number + fold
        height = (foot - rows) / (0.34 + 0.08 * number)
        streak = np.clip(
            0.65 + 0.40 * rays.at(columns * 1.6 + 0.3 * number + fold, rows * 0.02 + 0.1 * number), 0.05, 2
        )
        curtain = smooth_step(-0.06, 0.04, height) * np.exp(-np.clip(height, 0, 9) * 2.6) * streak
        colour = mix(vector(0.10, 0.95, 0.45), vector(0.45, 0.16, 0.80), smooth_step(0.1, 0.9, height)[..., None])
        light += curtain[..., None] * colour * (0.34 - 0.07 * number)
    return light
