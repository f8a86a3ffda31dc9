"""Small arithmetic that all painting shares: vectors, soft steps, mixing."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]  # float32 in practice; points and directions are N × 3, pictures H × W × 3 of linear light
Ints = NDArray[Any]  # int32


def unit(vectors: Floats) -> Floats:
    """Return `vectors` (… × 3) at length 1."""
    length = np.sqrt(np.einsum("...i,...i->...", vectors, vectors))
    return (vectors / np.maximum(length, 1e-9)[..., None]).astype(np.float32)


def dot(one: Floats, other: Floats) -> Floats:
    """Return the scalar products along the last axis."""
    return np.asarray(np.einsum("...i,...i->...", one, other), np.float32)


def smooth_step(low: Any, high: Any, value: Any) -> Floats:
    """Return 0 below `low`, 1 above `high` (or the other way round), and no corner between."""
    share = np.clip((value - low) / (high - low), 0, 1).astype(np.float32)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def mix(one: Any, other: Any, share: Any) -> Floats:
    """Return `one` where `share` is 0, `other` where it is 1."""
    return np.asarray(one + (other - one) * np.asarray(share, np.float32), np.float32)


def vector(x: float, y: float, z: float) -> Floats:
    """Return one point or direction."""
    return np.array([x, y, z], np.float32)


def blurred(picture: Floats, sigma_px: float) -> Floats:
    """Return `picture` (H × W or H × W × 3) blurred; widely on a smaller copy, where nobody sees the difference."""
    height, width = picture.shape[:2]
    factor = max(1, int(sigma_px / 2.5))
    if factor == 1:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), max(sigma_px, 0.3)), np.float32)
    small_px = max(2, width // factor), max(2, height // factor)
    small = cv2.resize(picture, small_px, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / factor)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
