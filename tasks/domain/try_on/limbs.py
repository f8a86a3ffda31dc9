"""A forearm, fingers, or just skin, as height fields under the jewelry."""

import numpy as np

from tasks.domain.try_on.extents import Extent, bump, grid, smooth
from tasks.domain.try_on.skin import Surface, blurred

# Lengths along and across are in half widths of the wrist or finger, downwards and to the right.
TENDONS = ((-0.10, 0.07, 0.030), (0.07, -0.015, 0.020), (0.42, -0.05, 0.012))  # place, lean, height
WRIST_CREASES = ((1.00, 0.020), (1.13, 0.012))  # place, depth
PALM = ((-0.62, 0.16), (0.62, 0.11))  # the balls of thumb and little finger: place, height
FINGERS = ((0.93, 5.6, -0.05), (1.0, 6.6, 0.0), (0.96, 6.0, 0.045), (0.82, 4.6, 0.10))  # width, length, lean
KNUCKLES = ((2.3, 0.07), (4.4, 0.04), (-2.9, 0.16))  # place, how far they stand out
FINGER_CREASES = (2.12, 2.30, 2.48, 4.20)
SMALLEST_FINGER = 0.11  # half width, as a share of the picture's


def forearm(extent: Extent, shape: tuple[int, int], *, slender: float) -> Surface:
    """A forearm across the piece's longer axis: the wrist under the piece, the hand below it, or to its left."""
    x, y = grid(shape)
    half = 0.485 * extent.length
    dx, dy = (x - extent.middle[0]) / half, (y - extent.middle[1]) / half
    sine, cosine = np.sin(extent.tilt_rad), np.cos(extent.tilt_rad)
    s, across = dy * cosine - dx * sine, dx * cosine + dy * sine
    wide = 1 + 0.06 / slender * np.clip(-s - 0.2, 0, None) ** 1.25 + 0.13 * np.clip(s - 0.8, 0, 2.2) ** 1.7
    t = across / wide
    inside = 1 - t**2
    height = 0.72 * wide * np.sqrt(np.clip(inside, 0, None))
    for at, lean, size in TENDONS:
        height += size * bump(t - at + lean * (s - 0.6), 0.085) * bump(s - 0.4, 1.1)
    for at, size in PALM:
        height += size * bump(t - at, 0.42) * np.clip((s - 1.1) / 0.9, 0, 1) ** 2
    for at, depth in WRIST_CREASES:
        bow = s - at - 0.10 * t**2 + 0.02 * np.sin(7 * t + 9 * at)
        height -= depth * bump(bow, 0.020) * np.clip(1 - 1.2 * t**2, 0, 1)
    to_edge = half * wide * inside / (2 * np.clip(np.abs(t), 0.2, None))
    cover = np.clip(to_edge / 1.6 + 0.5, 0, 1)
    return Surface(blurred((height * half).astype(np.float32), 0.006 * max(shape)), cover.astype(np.float32))


def fingers(extent: Extent, shape: tuple[int, int], *, slender: float) -> Surface:
    """Four fingers pointing down, side by side, the back of the hand above; the piece is on the second."""
    x, y = grid(shape)
    half = max(0.485 * extent.width, SMALLEST_FINGER * shape[1]) / slender**0.1
    dx, dy = x - extent.middle[0], y - (extent.bottom - 0.30 * extent.height)
    height, cover = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    for number, (scale, reach, lean) in enumerate(FINGERS):
        own = half * scale
        shift = dx - (number - 1) * 2.0 * half - lean * dy
        one, seen = _finger(shift / own, dy / own, own, reach / scale)
        height, cover = np.maximum(height, one), np.maximum(cover, seen)
    return Surface(height, cover)


def _finger(across: np.ndarray, s: np.ndarray, half: float, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Height in pixels, and cover."""
    wide = 1 - 0.020 * np.clip(s, 0, None)
    for at, size in KNUCKLES:
        wide = wide + size * bump(s - at, 0.75)
    t = across / wide
    inside = 1 - t**2 - np.clip(s - (reach - 1), 0, None) ** 2
    height = 0.80 * wide * np.sqrt(np.clip(inside, 0, None))
    for at in FINGER_CREASES:
        height -= 0.030 * bump(s - at - 0.10 * np.cos(3 * t), 0.035) * np.clip(1 - 1.3 * t**2, 0, 1)
    nail = (np.abs(t / 0.64) ** 3 + np.abs((s - reach + 0.98) / 0.70) ** 3) ** (1 / 3)  # 1 along its edge
    height += 0.035 * smooth((1 - nail) / 0.12) - 0.045 * bump(nail - 1.02, 0.07)
    web = smooth((-s - 1.2) / 2.2)  # towards the hand fingers grow together
    height = height * (1 - 0.70 * web) + 0.62 * web
    cover = np.clip(half * wide * inside / 3.2 + 0.5, 0, 1)
    hand = np.clip((-s - 1.6 + 0.3 * t**2) * half / 3, 0, 1) * np.clip((1.07 - np.abs(t)) * half / 3, 0, 1)
    cover = np.maximum(cover, hand)
    return (height * half).astype(np.float32), cover.astype(np.float32)


def plain(shape: tuple[int, int]) -> Surface:
    """Skin that fills the picture, gently domed."""
    x, y = grid(shape)
    height = -0.22 * ((x - 0.42 * shape[1]) ** 2 + 0.6 * (y - 0.45 * shape[0]) ** 2) / max(shape)
    return Surface(height.astype(np.float32), np.ones(shape, np.float32))
