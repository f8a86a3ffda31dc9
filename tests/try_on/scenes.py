"""A ring to be tried on, small, with its truth and its clicks: alone before a plain ground, or small amid clutter."""

import numpy as np

from flows.contracts import MaskPoint
from tests.studio.drawn import file, ring_mask, ring_photo

CANVAS = (300, 400)
ON_THE_RING = [(0.25, 0.5), (0.75, 0.5), (0.5, 0.3125), (0.5, 0.6875)]
BESIDE_IT = [(0.5, 0.5), (0.06, 0.05), (0.94, 0.95)]
TILE_PX, SMALL_PX = 20, 150


def clicks(on: list[tuple[float, float]], beside: list[tuple[float, float]]) -> list[MaskPoint]:
    return [MaskPoint(x=x, y=y, label=1) for x, y in on] + [MaskPoint(x=x, y=y, label=0) for x, y in beside]


PLAIN = file(ring_photo(*CANVAS), "JPEG", quality=95)
PLAIN_TRUTH = ring_mask(*CANVAS)
PLAIN_CLICKS = clicks(ON_THE_RING, BESIDE_IT)


def _amid_clutter() -> tuple[np.ndarray, np.ndarray]:
    width, height = CANVAS
    tiles = np.random.default_rng(3).integers(60, 110, (height // TILE_PX, width // TILE_PX, 1), np.uint8).repeat(3, 2)
    pixels = np.kron(tiles, np.ones((TILE_PX, TILE_PX, 1), np.uint8))
    size = SMALL_PX, SMALL_PX * 4 // 3
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    ring, where = ring_photo(*size), ring_mask(*size)
    pixels[top : top + size[1], left : left + size[0]][where] = ring[where]
    truth = np.zeros((height, width), bool)
    truth[top : top + size[1], left : left + size[0]] = where
    return pixels, truth


_PIXELS, CLUTTERED_TRUTH = _amid_clutter()
CLUTTERED = file(_PIXELS, "JPEG", quality=95)


def _nearer(point: tuple[float, float]) -> tuple[float, float]:
    """Return where a place of the plain scene lies in the cluttered one."""
    share = SMALL_PX / CANVAS[0]
    return 0.5 + (point[0] - 0.5) * share, 0.5 + (point[1] - 0.5) * share


CLUTTERED_CLICKS = clicks([_nearer(point) for point in ON_THE_RING], [(0.5, 0.5), *BESIDE_IT[1:]])
