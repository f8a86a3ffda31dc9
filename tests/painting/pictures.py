"""Paintings small enough for tests, and what is measured on them."""

import cv2
import numpy as np

from tasks.domain.painting.order import PaintingOrder, Pixels
from tasks.domain.painting.painter import paint

WIDTH, HEIGHT = 240, 160


def painted(prompt: str, seed: int = 1, **more: object) -> Pixels:
    """The picture of a prompt."""
    return paint(PaintingOrder(prompt, seed, WIDTH, HEIGHT, **more)).pixels  # type: ignore[arg-type]


def difference(one: Pixels, other: Pixels) -> float:
    """Mean distance of two pictures, 0 to 255."""
    return float(np.abs(one.astype(float) - other.astype(float)).mean())


def brightness(picture: Pixels) -> float:
    """Mean brightness, 0 to 255."""
    return float(picture.mean())


def saturation(picture: Pixels) -> float:
    """Mean saturation, 0 to 255."""
    return float(cv2.cvtColor(picture, cv2.COLOR_RGB2HSV)[..., 1].mean())


def strongest_colour(picture: Pixels) -> np.ndarray:
    """Mean colour (RGB, 0 to 255) of the most colourful hundredth of the picture."""
    colour = picture.reshape(-1, 3).astype(float)
    spread = colour.max(1) - colour.min(1)
    return colour[spread >= np.quantile(spread, 0.99)].mean(0)
