"""Forests: trunks in layers that mist parts from one another, leaves above, and light that slants in."""

import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape
from tasks.domain.painting.scenery.land import sunlit

BARK, LEAVES, FLOOR = linear("4a3a2e"), linear("4d6b2a"), linear("4b4a26")
LAYERS = 6
MIN_PX = 3
VEILED = 0.7  # nearer layers have no mist before them
CROWNS = 0.62  # share of the picture's height in which leaves may be


def forest(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """A forest seen from a clearing, the light coming from its depth."""
    picture = _depth(shape, air)
    chance = order.chance("trunks")
    leaves = Noise(order.chance("leaves"), 1.25)
    for layer in range(LAYERS):
        near = layer / (LAYERS - 1)
        if layer % 2 == 0 or layer == LAYERS - 1:
            picture = _crowns(picture, air, near, leaves, layer)
        picture = _trunks(picture, air, near, chance, order, layer)
        picture = _ground(picture, air, near, order, layer)
        picture = _mist(picture, air, near)
    return _shafts(picture, air, order)


def _depth(shape: Shape, air: Air) -> Floats:
    rows, columns = np.indices(shape, np.float32)
    away = np.hypot((columns / shape[1] - air.sun_place[0]) * 1.3, rows / shape[0] - 0.42)
    light = mix(air.horizon, air.middle, smooth_step(0.0, 0.8, away)[..., None])
    green = mix(light, light * LEAVES * 5, 0.35)
    return np.asarray(green * 0.85 + np.exp(-((away / 0.34) ** 1.6))[..., None] * air.sun * 0.75, np.float32)


def _trunks(
    picture: Floats, air: Air, near: float, chance: np.random.Generator, order: PaintingOrder, layer: int
) -> Floats:
    height, width = picture.shape[:2]
    bark = Noise(order.chance(f"bark {layer}"), 1.1)
    rows = np.arange(height, dtype=np.float32)[:, None]
    foot = (0.60 + 0.30 * near) * height
    for _ in range(int(17 - 12 * near)):
        centre, thick = (
            chance.uniform(-0.03, 1.03) * width,
            (0.003 + 0.022 * near**1.6) * height * chance.uniform(0.7, 1.5),
        )
        tilt, bend = chance.uniform(-0.05, 0.05), chance.uniform(-0.02, 0.02) * width
        up: Floats = (foot - rows) / height
        middle = centre + tilt * up * height + bend * up**2
        half = thick * (1 - 0.35 * np.clip(up, 0, 1) + 0.6 * np.exp(-np.clip(up, 0, 1) * 22))
        left = int(max(0, middle.min() - half.max() * 1.1))
        right = int(min(width, middle.max() + half.max() * 1.1 + 2))
        if right - left < MIN_PX:
            continue
        across = (np.arange(left, right, dtype=np.float32)[None] - middle) / half
        cover = smooth_step(1.08, 0.92, np.abs(across)) * (rows < foot + thick * 0.8)
        side = 1 if air.sun_place[0] * width > centre else -1
        round_light = np.clip(0.18 + 0.55 * side * across, 0, 1) ** 1.5
        ridges = bark.at(across * 0.05 + centre / width, up * 1.2 + across * 0.01)
        lit = np.clip(round_light * 0.75 + 0.08 * ridges, 0, 1)
        colour = sunlit(BARK, air, lit) * (0.9 - 0.3 * near)
        picture[:, left:right] = mix(picture[:, left:right], _veiled(colour, air, near), cover[..., None])
    return picture


def _crowns(picture: Floats, air: Air, near: float, leaves: Noise, layer: int) -> Floats:
    height = picture.shape[0]
    crown = picture[: int(height * CROWNS)]
    rows, columns = np.indices(crown.shape[:2], np.float32)
    scale = 2.2 - 1.2 * near
    density = leaves.at(columns / height * scale + 0.31 * layer, rows / height * scale + 0.17 * layer)
    density = density + 0.5 * leaves.at(columns / height * scale * 3.1, rows / height * scale * 3.1 + 0.4 * layer)
    bound = smooth_step(0.62 - 0.10 * near, 0.05, rows / height) * 2.9 - 1.5
    cover = smooth_step(0.05, 0.45, density + bound) * (0.85 if near < 0.9 else 0.95)
    lit = np.clip(0.35 + 0.25 * density, 0, 1) * (1 - 0.55 * near)
    colour = sunlit(LEAVES * (1.25 - 0.6 * near), air, lit)
    crown[:] = mix(crown, _veiled(colour, air, near), cover[..., None])
    return picture


def _ground(picture: Floats, air: Air, near: float, order: PaintingOrder, layer: int) -> Floats:
    height, width = picture.shape[:2]
    noise = Noise(order.chance(f"moss {layer}"), 1.4)
    first = int((0.55 + 0.30 * near) * height)
    floor = picture[first:]
    rows, columns = np.indices(floor.shape[:2], np.float32)
    rows += first
    top = (0.59 + 0.30 * near) * height + height * 0.016 * noise.at(columns / width * 0.4, np.zeros_like(columns))
    rough = noise.at(columns / height * (2.0 - near), np.asarray(rows / height * (5.0 - 3 * near)))
    lit = np.clip(0.35 + 0.28 * rough, 0, 1) * (0.75 - 0.3 * near)
    colour = sunlit(mix(FLOOR, LEAVES, smooth_step(-0.5, 1.5, rough)[..., None]), air, lit) * (1 - 0.35 * near)
    floor[:] = mix(floor, _veiled(colour, air, near), smooth_step(-2, 4, rows - top)[..., None])
    return picture


def _veiled(colour: Floats, air: Air, near: float) -> Floats:
    veil = np.exp(-air.haze * 2.2 * (1 - near) ** 1.4)
    return mix(mix(air.horizon, air.sun * 0.6 + air.horizon * 0.5, 0.35) * 0.9, colour, veil)


def _mist(picture: Floats, air: Air, near: float) -> Floats:
    height = picture.shape[0]
    if near > VEILED:
        return picture
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    share = np.exp(-(((rows - 0.60 - 0.10 * near) / 0.10) ** 2)) * 0.20 * air.haze * (1 - near)
    return mix(picture, air.horizon, share[..., None])


def _shafts(picture: Floats, air: Air, order: PaintingOrder) -> Floats:
    """Bright places above the trees, drawn out away from the sun."""
    height, width = picture.shape[:2]
    noise = Noise(order.chance("shafts"), 1.2)
    rows, columns = np.indices((height, width), np.float32)
    angle = np.arctan2(rows / height + 0.35, (columns / width - air.sun_place[0]) * width / height)
    beams = np.clip(noise.at(angle * 0.42, angle * 0 + 0.3), 0, 2.2)
    fade = smooth_step(1.0, 0.1, rows / height) * smooth_step(1.0, 0.15, np.abs(columns / width - air.sun_place[0]))
    strength = 0.17 * (1.5 if air.weather == "fog" else 1.0)
    return picture + (blurred(beams * fade, height / 200) * strength)[..., None] * air.sun * (0.5 + air.land)
