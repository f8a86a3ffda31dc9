"""Abstract pictures: silk-like folds of colour that flow into one another, for prompts that name nothing."""

from collections.abc import Sequence

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, dot, mix, smooth_step, unit, vector
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder

PALETTES = (
    ("1b2a49", "c9a227", "e8e1d3", "7a2e39"), ("20302b", "7fa08a", "e9dcc4", "c0673c"),
    ("2b1b33", "9a5f8f", "f0d9d0", "d99a4e"), ("10212e", "2f7f86", "d8e2dc", "f2a65a"),
    ("332724", "a4705c", "ead8c6", "5c7a86"), ("14142b", "4a57a3", "d4c8e8", "e5a0b5"),
)  # fmt: skip
FOLDS_PX = 240  # height at which the folds are worked out: they have nothing finer


def abstract(shape: tuple[int, int], order: PaintingOrder, colours: Sequence[Floats]) -> Floats:
    """Return folds in the given colours, or in a palette of chance."""
    chance = order.chance("palette")
    palette = list(colours) or [linear(code) for code in PALETTES[int(chance.integers(len(PALETTES)))]]
    while len(palette) < 4:
        palette.append(mix(palette[len(palette) - 1], vector(0.85, 0.82, 0.76), 0.55))
    few = FOLDS_PX, round(FOLDS_PX * shape[1] / shape[0])
    field, second = _folds(few, order)
    relief = np.sin(field * 4.2 + second * 1.6) * 0.040 + field * 0.035
    field, second, relief = (_enlarged(plane, shape) for plane in (field, second, relief))
    light = _coloured(field, second, palette)
    lean = _lean(relief, shape)
    key = np.clip(dot(lean, unit(vector(-0.5, 0.75, 0.45))), 0, 1)
    shine = np.clip(dot(lean, unit(vector(-0.25, 0.55, 0.8))), 0, 1) ** 22
    return np.asarray(light * (0.22 + 0.90 * key)[..., None] + 0.14 * shine[..., None], np.float32)


def _folds(few: tuple[int, int], order: PaintingOrder) -> tuple[Floats, Floats]:
    """Two fields that bend one another."""
    noise, shift = Noise(order.chance("folds"), 2.7), order.chance("shift").uniform(0, 1, 2)
    rows, columns = np.indices(few, np.float32) / few[0]
    u, v = columns * 0.62 + shift[0], rows * 0.62 + shift[1]
    first = blurred(noise.at(u, v), 2)
    second = blurred(noise.at(v + 0.4 + 0.05 * first, u), 2)
    return blurred(noise.at(u + 0.09 * second, v - 0.07 * first), 2), second


def _enlarged(plane: Floats, shape: tuple[int, int]) -> Floats:
    return np.asarray(cv2.resize(plane, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


def _coloured(field: Floats, second: Floats, palette: Sequence[Floats]) -> Floats:
    light = mix(palette[0], palette[1], smooth_step(-1.3, 0.5, field)[..., None])
    light = mix(light, palette[2], smooth_step(0.1, 1.5, field + 0.5 * second)[..., None])
    return mix(light, palette[3], (0.9 * smooth_step(0.5, 1.6, second - 0.3 * field))[..., None])


def _lean(height: Floats, shape: tuple[int, int]) -> Floats:
    """The normals of a relief, given in heights of the picture."""
    down, along = np.gradient(height * shape[0])
    return unit(np.stack([-along, np.full(shape, 0.8, np.float32) - 0.3 * down, 0.6 + 0.6 * down], axis=2))
