"""Flowers: roses, daisies and tulips of layered petals, before a garden out of focus."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise, discs
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape

HUES = [linear(code) for code in ("d86f84", "e7b3bd", "f0e6da", "c8374a", "f1c15a", "b58ad0", "ea8f5f", "7d9fd8")]
LEAF, HEART = linear("3f6b35"), linear("e0a92f")


def flowers(shape: Shape, air: Air, order: PaintingOrder, colour: Floats | None = None) -> Floats:
    """Some flowers near, more of them farther away and softer."""
    chance = order.chance("flowers")
    picture = _garden(shape, air, order)
    kind = str(chance.choice(["rose", "daisy", "peony"]))
    words = order.prompt.lower()
    for name, own in (
        ("rose", "rose"),
        ("peon", "peony"),
        ("daisy", "daisy"),
        ("daisies", "daisy"),
        ("sunflower", "daisy"),
    ):
        if name in words:
            kind = own
    hue = colour if colour is not None else HUES[int(chance.integers(len(HUES)))]
    if "sunflower" in words:
        hue = linear("f0b429")
    for distance, count in ((0.85, 9), (0.5, 5), (0.0, 3)):
        layer = np.zeros((*shape, 4), np.float32)
        for number in range(count):
            _one(layer, kind, hue * chance.uniform(0.82, 1.12), distance, number, air, chance)
        layer = blurred_layer(layer, 0.020 * shape[0] * distance)
        picture = picture * (1 - layer[..., 3:]) + layer[..., :3]
    return picture


def blurred_layer(layer: Floats, sigma_px: float) -> Floats:
    """Return a layer of light and cover, out of focus."""
    if sigma_px < 0.5:
        return layer
    return np.dstack(
        [
            blurred(np.ascontiguousarray(layer[..., :3]), sigma_px),
            blurred(np.ascontiguousarray(layer[..., 3]), sigma_px),
        ]
    )


def _garden(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """Green depth with lights that shine through leaves."""
    noise = Noise(order.chance("garden"), 2.0)
    broad = noise.over(shape, 0.6)
    rows = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None, None]
    green = mix(LEAF * 0.35, LEAF * 1.15, smooth_step(-1.5, 1.8, broad)[..., None])
    light = green * (air.sun * 0.5 + air.middle * 0.55) * (0.35 + air.land) * (1.1 - 0.5 * rows)
    light = light + air.horizon * 0.10 * (1 - rows)
    for disc, down, across in discs(
        shape, order.chance("lights"), 26, (0.02 * shape[0], 0.06 * shape[0]), rows=(0.0, 0.7)
    ):
        light[down, across] += disc[..., None] * (air.sun * 0.09 + air.horizon * 0.05) * (0.3 + air.land)
    return np.asarray(light, np.float32)


def _one(
    layer: Floats, kind: str, hue: Floats, distance: float, number: int, air: Air, chance: np.random.Generator
) -> None:
    """Draw one flower with its stem and leaves."""
    height, width = layer.shape[:2]
    size = height * (0.19 - 0.10 * distance) * chance.uniform(0.85, 1.12)
    spread = (number + 0.5 + chance.uniform(-0.28, 0.28)) / (3 if distance == 0 else 5 if distance == 0.5 else 9)
    x, y = spread * width, height * (0.50 - 0.18 * distance + chance.uniform(-0.12, 0.10))
    light = (air.sun * 0.55 + air.middle * 0.6) * (0.30 + air.land)
    _stem(layer, x, y, size, light, chance)
    turn = chance.uniform(0, 6.28)
    if kind == "daisy":
        _ring_of_petals(layer, x, y, size, hue, light, 21, 0.98, 0.13, turn)
        _ring_of_petals(layer, x, y, size * 0.92, hue * 0.94, light, 17, 0.95, 0.12, turn + 0.1)
        _heart(layer, x, y, size * 0.30, light)
        return
    petals = ((9, 1.0, 0.46), (8, 0.84, 0.44), (7, 0.67, 0.42), (6, 0.50, 0.40), (5, 0.35, 0.36), (4, 0.21, 0.30))
    for ring, (count, reach, wide) in enumerate(petals):
        shade = hue * (0.80 + 0.05 * ring) if kind == "rose" else hue * (1.02 - 0.05 * ring)
        _ring_of_petals(
            layer, x, y - 0.02 * size * ring, size * reach, shade, light, count, 0.62, wide, turn + 0.9 * ring
        )
    cv2.circle(
        layer,
        (round(x), round(y - 0.1 * size)),
        round(size * 0.06),
        (*(hue * light * 0.35).tolist(), 1.0),
        -1,
        cv2.LINE_AA,
    )


def _stem(layer: Floats, x: float, y: float, size: float, light: Floats, chance: np.random.Generator) -> None:
    height = layer.shape[0]
    share = np.linspace(0, 1, 40)
    path = np.stack([x + chance.uniform(-0.5, 0.5) * size * share**2, y + share * (height * 1.05 - y)], axis=1)
    cv2.polylines(
        layer,
        [np.round(path * 16).astype(np.int32)],
        False,
        (*(LEAF * light * 0.75).tolist(), 1.0),
        max(1, round(size * 0.055)),
        cv2.LINE_AA,
        4,
    )
    for side in (-1, 1):
        at = path[int(chance.integers(10, 24))]
        angle = np.pi / 2 - side * chance.uniform(0.7, 1.2)
        _petal(layer, at[0], at[1], size * 0.85, angle, 0.20, LEAF * chance.uniform(0.7, 1.1), light, pointed=True)


def _ring_of_petals(
    layer: Floats,
    x: float,
    y: float,
    size: float,
    hue: Floats,
    light: Floats,
    count: int,
    start: float,
    wide: float,
    turn: float,
) -> None:
    """Petals all around, those behind first."""
    angles = turn + np.arange(count) * 2 * np.pi / count
    for angle in sorted(angles, key=lambda one: np.sin(one)):
        facing = 0.78 + 0.22 * np.cos(angle + 2.2)
        _petal(layer, x, y, size, float(angle), wide, hue * facing, light, pointed=start > 0.9)


def _petal(
    layer: Floats,
    x: float,
    y: float,
    size: float,
    angle: float,
    wide: float,
    hue: Floats,
    light: Floats,
    *,
    pointed: bool,
) -> None:
    """Draw one petal from (x, y) outwards: dark at its root, light at its rim, with a fine edge of shadow."""
    share = np.linspace(0, np.pi, 22)
    along = (1 - np.cos(share)) / 2
    half = np.sin(share) ** (0.9 if pointed else 0.55) * wide * (0.55 + 0.45 * along if not pointed else 1.0)
    outline = np.concatenate([np.stack([along, half], 1), np.stack([along[::-1], -half[::-1]], 1)])
    cosine, sine = np.cos(angle), np.sin(angle) * 0.90
    for scale, brightness in (
        (1.0, 0.50),
        (0.972, 0.92),
        (0.88, 0.86),
        (0.76, 0.78),
        (0.62, 0.68),
        (0.46, 0.56),
        (0.30, 0.45),
    ):
        points = outline * size * scale
        shape = np.stack(
            [x + points[:, 0] * cosine - points[:, 1] * sine, y + points[:, 0] * sine + points[:, 1] * cosine], 1
        )
        colour = hue * light * brightness * 1.5
        cv2.fillPoly(layer, [np.round(shape * 16).astype(np.int32)], (*colour.tolist(), 1.0), cv2.LINE_AA, 4)


def _heart(layer: Floats, x: float, y: float, size: float, light: Floats) -> None:
    """The middle of a daisy, of many small florets."""
    for ring in range(9, 0, -1):
        for number in range(ring * 6):
            angle = number * 2 * np.pi / (ring * 6) + ring
            place = round(x + np.cos(angle) * size * ring / 9), round(y + np.sin(angle) * size * 0.9 * ring / 9)
            tone = HEART * light * (0.55 + 0.75 * (number % 3) / 2) * (1.15 - 0.5 * ring / 9)
            cv2.circle(layer, place, max(1, round(size * 0.075)), (*tone.tolist(), 1.0), -1, cv2.LINE_AA)
