"""Light on skin: from a height field to a picture, with what makes it read as skin rather than as plaster."""

from dataclasses import dataclass

import cv2
import numpy as np

KEY = np.array([-0.62, -0.52, 0.60], np.float32)  # towards the light: from the upper left, in front
FILL = np.array([0.75, 0.05, 0.60], np.float32)
KEY_LIGHT, FILL_LIGHT, AMBIENT = 1.08, 0.13, 0.15
WRAP = np.array([0.42, 0.25, 0.18], np.float32)  # red light travels farthest below the skin, so shadows turn warm
SHEEN, SHEEN_POWER = 0.085, 14.0
GAMMA = 2.2

Tone = tuple[float, float, float]


@dataclass(frozen=True)
class Surface:
    """A height field towards the viewer, in the picture's pixels, and how much of each pixel it covers."""

    height: np.ndarray  # float32, H × W
    cover: np.ndarray  # float32 0..1, H × W


def noise(shape: tuple[int, int], cell_px: float, rng: np.random.Generator) -> np.ndarray:
    """Smooth noise of mean 0 and deviation about 1, its spots about `cell_px` wide."""
    rows, columns = (int(side / cell_px) + 3 for side in shape)
    coarse = rng.standard_normal((rows, columns)).astype(np.float32)
    return cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def lit(surface: Surface, tone: Tone, rng: np.random.Generator, pores: float = 1.0) -> np.ndarray:
    """Return the surface as skin of sRGB `tone` (0-1): float32 sRGB, H × W × 3; `pores` scales its fine relief."""
    shape = surface.height.shape
    side = max(shape)
    normals = _normals(surface.height + pores * _relief(shape, side, rng))
    key, fill = (normals @ (way / np.linalg.norm(way)) for way in (KEY, FILL))
    through = np.clip((key[..., None] + WRAP) / (1 + WRAP), 0, None) ** 1.25
    light = KEY_LIGHT * through + FILL_LIGHT * np.clip(fill, 0, None)[..., None]
    light += AMBIENT
    light *= _openness(surface.height, side)[..., None] ** np.array([0.8, 1.05, 1.15], np.float32)
    colour = _albedo(tone, shape, side, rng) * light
    colour += (SHEEN * _sheen(normals) * (1 + 0.25 * noise(shape, 0.004 * side, rng)))[..., None]
    return np.clip(colour, 0, 1) ** np.float32(1 / GAMMA)


def _relief(shape: tuple[int, int], side: int, rng: np.random.Generator) -> np.ndarray:
    """Unevenness: broad and soft, and fine as pores and creases are."""
    broad, fine = noise(shape, 0.05 * side, rng), noise(shape, max(1.5, 0.0035 * side), rng)
    return 0.0010 * side * broad + 0.00011 * side * fine


def _normals(height: np.ndarray) -> np.ndarray:
    down, across = np.gradient(height)
    normals = np.dstack([-across, -down, np.ones_like(height)])
    return normals / np.linalg.norm(normals, axis=2, keepdims=True)


def _openness(height: np.ndarray, side: int) -> np.ndarray:
    """Below 1 in hollows, where less of the room's light arrives."""
    sunk = np.zeros_like(height)
    for sigma in (0.012, 0.04):
        around = blurred(height, sigma * side)
        sunk += np.clip((around - height) / (sigma * side), 0, 1.2)
    return np.exp(-0.55 * sunk)


def _sheen(normals: np.ndarray) -> np.ndarray:
    half = KEY / np.linalg.norm(KEY) + np.array([0, 0, 1], np.float32)
    return np.clip(normals @ (half / np.linalg.norm(half)), 0, 1) ** SHEEN_POWER


def _albedo(
    tone: tuple[float, float, float], shape: tuple[int, int], side: int, rng: np.random.Generator
) -> np.ndarray:
    """Linear colour of the skin: blood shows in red spots, melanin darkens others."""
    base = np.array(tone, np.float32) ** np.float32(GAMMA)
    blood = 0.5 * noise(shape, 0.09 * side, rng) + 0.5 * noise(shape, 0.02 * side, rng)
    melanin = 0.6 * noise(shape, 0.14 * side, rng) + 0.4 * noise(shape, 0.006 * side, rng)
    change = blood[..., None] * np.array([0.010, -0.030, -0.026], np.float32)
    change += melanin[..., None] * np.array([-0.018, -0.024, -0.030], np.float32)
    return base * (1 + change)


def blurred(field: np.ndarray, sigma_px: float) -> np.ndarray:
    """Gaussian blur; wide ones are computed on a smaller copy, which looks the same."""
    less = max(1, int(sigma_px / 4))
    if less == 1:
        return cv2.GaussianBlur(field, (0, 0), max(sigma_px, 0.3))
    small = cv2.resize(
        field, (max(1, field.shape[1] // less), max(1, field.shape[0] // less)), interpolation=cv2.INTER_AREA
    )
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / less, borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(small, (field.shape[1], field.shape[0]), interpolation=cv2.INTER_LINEAR)


def room(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """A photographer's backdrop: warm gray, brighter behind the lit side, out of focus; sRGB 0-1."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    away = np.hypot((x / shape[1] - 0.68) * 0.9, y / shape[0] - 0.30)
    glow = 0.80 - 0.26 * np.clip(away, 0, 1.2) + 0.006 * noise(shape, 0.2 * max(shape), rng)
    return np.dstack([glow * tint for tint in (1.0, 0.985, 0.965)]).astype(np.float32)


def shifted(field: np.ndarray, right_px: float, down_px: float) -> np.ndarray:
    """The field moved by pixels, zero where nothing moves in."""
    move = np.array([[1, 0, right_px], [0, 1, down_px]], np.float32)
    return cv2.warpAffine(field, move, (field.shape[1], field.shape[0]))
