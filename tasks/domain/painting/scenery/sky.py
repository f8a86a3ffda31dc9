"""Skies: the gradient of the hour, sun or moon with their glow, clouds in perspective, stars, and what falls."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step, vector
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape


def sky(shape: Shape, horizon: float, air: Air, order: PaintingOrder) -> Floats:
    """Return the sky of a picture whose horizon is at that share of its height; below it goes on as haze."""
    rows, columns = _shares(shape)
    up = np.clip((horizon - rows) / max(horizon, 0.05), 0, 1)
    light = mix(
        mix(air.horizon, air.middle, smooth_step(0, 0.42, up)[..., None]),
        air.top,
        smooth_step(0.25, 1.0, up)[..., None],
    )
    light = light + _glow(rows, columns, shape, air)
    if air.stars:
        light = light + _stars(shape, up, air, order)
    light = _clouded(light, rows, columns, up, horizon, air, order)
    return light if air.weather in ("storm", "rain", "cloudy", "fog") else light + _disc(rows, columns, shape, air)


def weathered(picture: Floats, air: Air, order: PaintingOrder) -> Floats:
    """Return the picture with what falls in its air: rain or snow."""
    if air.weather in ("rain", "storm"):
        return picture + _rain(picture.shape[:2], order)[..., None] * (air.horizon * 0.5 + 0.05)
    if air.weather == "snow":
        return mix(picture, air.horizon * 0.5 + 0.45, _flakes(picture.shape[:2], order)[..., None])
    return picture


def _shares(shape: Shape) -> tuple[Floats, Floats]:
    rows, columns = np.indices(shape, np.float32)
    return rows / shape[0], columns / shape[1]


def _away_from_sun(rows: Floats, columns: Floats, shape: Shape, air: Air) -> Floats:
    aspect = shape[1] / shape[0]
    return np.hypot((columns - air.sun_place[0]) * aspect, rows - air.sun_place[1])


def _glow(rows: Floats, columns: Floats, shape: Shape, air: Air) -> Floats:
    away = _away_from_sun(rows, columns, shape, air)
    near, far = np.exp(-((away / 0.075) ** 1.2)), np.exp(-away / 0.30)
    return np.asarray((0.55 * near + 0.30 * far)[..., None] * air.sun, np.float32)


def _disc(rows: Floats, columns: Floats, shape: Shape, air: Air) -> Floats:
    away = _away_from_sun(rows, columns, shape, air)
    if air.moon:
        return (smooth_step(0.034, 0.031, away) * 0.9)[..., None] * vector(0.95, 0.94, 0.88)
    return np.asarray((smooth_step(0.024, 0.018, away) * 3.0)[..., None] * (air.sun * 0.6 + 0.4), np.float32)


def _stars(shape: Shape, up: Floats, air: Air, order: PaintingOrder) -> Floats:
    """Points of unequal light, a few of them bright."""
    chance = order.chance("stars")
    light = np.zeros(shape, np.float32)
    count = int(1500 * air.stars)
    rows, columns = (chance.integers(0, side, count) for side in shape)
    light[rows, columns] = chance.pareto(1.6, count).clip(0, 12) * 0.9 + 0.15
    size = shape[0] / 900
    points = cv2.GaussianBlur(light, (0, 0), max(0.5, 0.62 * size)) * 2.6 * size
    return np.asarray((points * smooth_step(0.02, 0.5, up))[..., None] * vector(0.92, 0.96, 1.0), np.float32)


def _clouded(
    light: Floats, rows: Floats, columns: Floats, up: Floats, horizon: float, air: Air, order: PaintingOrder
) -> Floats:
    """Clouds on a ceiling that comes down to the horizon, lit from the sun's side."""
    noise = Noise(order.chance("clouds"), 1.62)
    shift = order.chance("cloud shift").uniform(0, 1, 2)
    height = np.maximum(horizon - rows, 0) + 0.055
    along, away = (columns - 0.5) * 0.16 / height + shift[0], 0.075 / height + shift[1]
    here = noise.at(along, away)
    towards = np.tanh((air.sun_place[0] - columns) * 6) * 0.012
    there = noise.at(along + towards, away - 0.014)
    low = 1.35 - 2.3 * air.clouds
    cover = smooth_step(low, low + 1.5, here) * smooth_step(0.0, 0.16, up)
    lit = np.clip(0.5 + 0.75 * (here - there), 0, 1)
    bright = mix(
        air.horizon * 0.75 + air.sun * 0.35,
        air.middle * 0.4 + air.sun * 0.28 + 0.30 * air.land,
        smooth_step(0.0, 0.7, up)[..., None],
    )
    dark = mix(air.shade * 0.75 + air.middle * 0.25, air.middle, 0.25) * (0.5 if air.weather == "storm" else 1.0)
    cloud = mix(dark, bright, lit[..., None])
    return mix(light, cloud, (0.94 * cover)[..., None])


def _rain(shape: Shape, order: PaintingOrder) -> Floats:
    """Streaks that slant, some near and some far."""
    drops = (order.chance("rain").uniform(0, 1, shape) > 0.9975).astype(np.float32)
    length = max(9, shape[0] // 26)
    kernel = np.zeros((length, length), np.float32)
    cv2.line(kernel, (length // 2 - length // 9, 0), (length // 2 + length // 9, length - 1), 1.0, 1, cv2.LINE_AA)
    return np.asarray(cv2.filter2D(drops, -1, kernel / kernel.max()) * 0.30, np.float32)


def _flakes(shape: Shape, order: PaintingOrder) -> Floats:
    """Flakes in three distances, the nearest out of focus."""
    chance, total = order.chance("flakes"), np.zeros(shape, np.float32)
    for count, radius, strength in ((900, 0.0014, 0.9), (260, 0.0032, 0.75), (46, 0.010, 0.42)):
        layer = np.zeros(shape, np.float32)
        for row, column in zip(chance.uniform(0, shape[0], count), chance.uniform(0, shape[1], count), strict=True):
            cv2.circle(layer, (int(column), int(row)), max(1, round(radius * shape[0])), 1.0, -1, cv2.LINE_AA)
        total = np.maximum(total, blurred(layer, max(0.6, radius * shape[0] * 0.5)) * strength)
    return total
