"""People as silhouettes: a profile against the light of the hour, with a rim of it on their outline."""

from collections.abc import Sequence

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape
from tasks.domain.painting.scenery.land import meadow
from tasks.domain.painting.scenery.waters import sea

Outline = tuple[tuple[float, float], ...]
MEN = {"man", "boy", "men", "king", "prince", "groom"}
# A profile that looks right: across and down, the head's height being 1 and its crown at the origin.
PROFILE = (
    (-0.02, 0.0), (0.14, 0.01), (0.27, 0.07), (0.34, 0.16), (0.365, 0.27), (0.372, 0.36), (0.36, 0.41), (0.385, 0.46),
    (0.425, 0.545), (0.44, 0.575), (0.425, 0.60), (0.378, 0.615), (0.37, 0.635), (0.395, 0.665), (0.392, 0.685),
    (0.372, 0.70), (0.388, 0.722), (0.384, 0.745), (0.358, 0.765), (0.356, 0.79), (0.372, 0.835), (0.366, 0.875),
    (0.335, 0.91), (0.28, 0.925), (0.20, 0.915), (0.13, 0.93), (0.095, 1.0), (0.10, 1.10), (0.15, 1.20), (0.26, 1.28),
    (0.40, 1.36), (0.52, 1.50), (0.60, 1.75), (0.64, 2.2), (-1.05, 2.2), (-1.02, 1.78), (-0.93, 1.52), (-0.75, 1.38),
    (-0.52, 1.28), (-0.34, 1.18), (-0.27, 1.06), (-0.27, 0.93),
)  # fmt: skip
SHORT = ((-0.31, 0.84), (-0.37, 0.68), (-0.41, 0.50), (-0.40, 0.32), (-0.33, 0.15), (-0.20, 0.04))
KNOT = ((-0.33, 0.86), (-0.40, 0.76), (-0.52, 0.78), (-0.63, 0.70), (-0.68, 0.57),
    (-0.64, 0.44), (-0.55, 0.36), (-0.45, 0.34), (-0.42, 0.26), (-0.34, 0.12), (-0.20, 0.03))  # fmt: skip
LOCKS = (
    (-0.20, 0.02), (-0.36, 0.13), (-0.46, 0.32), (-0.50, 0.52), (-0.54, 0.75), (-0.60, 1.0), (-0.63, 1.25),
    (-0.52, 1.46), (-0.34, 1.48), (-0.20, 1.30), (-0.12, 1.05), (-0.05, 0.80), (0.02, 0.55), (0.08, 0.30), (0.0, 0.08),
)  # fmt: skip


def portrait(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """A profile before a landscape out of focus."""
    chance = order.chance("portrait")
    few = shape[0] // 2, shape[1] // 2
    small = sea(few, air, order) if chance.uniform() < 0.5 else meadow(few, air, order)
    behind = blurred(cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), 0.030 * shape[0])
    side = 1 if air.sun_place[0] > 0.5 else -1
    words = set(order.prompt.lower().replace(",", " ").split())
    man = bool(words & MEN)
    bodies = [PROFILE + SHORT] if man else ([PROFILE + KNOT], [PROFILE + SHORT, LOCKS])[int(chance.integers(2))]
    cover = _figure(shape, bodies, side, chance)
    rim = np.clip(cover - blurred(np.roll(cover, -side * max(2, shape[0] // 220), 1), shape[0] / 300), 0, 1) * cover
    rows = np.linspace(0, 1, shape[0], dtype=np.float32)[:, None]
    body = air.shade * 0.20 * (0.4 + air.land) + air.middle * 0.035
    inner = blurred(cover, shape[0] / 24)
    form = body * (1.25 - 0.5 * inner[..., None]) + air.horizon * (0.05 * smooth_step(0.9, 0.2, rows))[..., None]
    figure = form + (rim * 1.1)[..., None] * (air.sun * 0.75 + air.horizon * 0.25)
    lit = mix(behind, figure, cover[..., None])
    wrap = blurred(behind, 0.05 * shape[0]) * (blurred(1 - cover, shape[0] / 90) * cover)[..., None]
    return lit + 0.35 * wrap


def _figure(shape: Shape, bodies: Sequence[Outline], side: int, chance: np.random.Generator) -> Floats:
    """How much of each pixel head and shoulders cover."""
    height, width = shape
    size = height * chance.uniform(0.47, 0.54)
    x, y = width * (0.5 - side * chance.uniform(0.02, 0.10)), height * chance.uniform(0.13, 0.19)
    cover = np.zeros(shape, np.uint8)
    for body in bodies:
        points = _rounded(np.array(body, np.float64))
        place = np.stack([x + side * points[:, 0] * size, y + points[:, 1] * size], axis=1)
        cv2.fillPoly(cover, [np.round(place * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return cover.astype(np.float32) / 255


def _rounded(points: Floats) -> Floats:
    """The closed curve through the points (Catmull and Rom)."""
    before, after, beyond = np.roll(points, 1, 0), np.roll(points, -1, 0), np.roll(points, -2, 0)
    share = np.linspace(0, 1, 8, endpoint=False)[:, None, None]
    curve = 0.5 * (
        2 * points + (after - before) * share + (2 * before - 5 * points + 4 * after - beyond) * share**2
        + (3 * points - before - 3 * after + beyond) * share**3
    )  # fmt: skip
    return curve.transpose(1, 0, 2).reshape(-1, 2)
