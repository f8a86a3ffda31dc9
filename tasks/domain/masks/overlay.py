"""The picture with its mask shown in green. Numpy only, since the API imports it."""

import numpy as np

from tasks.domain.errors import InvalidInput

GREEN = (50, 255, 100)
FOREGROUND = 128  # from here on a mask's pixel counts as jewelry


def overlay(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Return `pixels` (uint8 RGB, H × W × 3), half green wherever `mask` (uint8, H × W) is jewelry.

    InvalidInput names the mask when its size is another one.
    """
    if mask.shape != pixels.shape[:2]:
        raise InvalidInput("mask", f"{mask.shape[1]} × {mask.shape[0]} pixels, but the picture has {_size(pixels)}")
    shown = pixels.copy()
    covered = mask >= FOREGROUND
    mixed = (shown[covered].astype(np.uint16) + np.array(GREEN, np.uint16) + 1) // 2
    shown[covered] = mixed.astype(np.uint8)
    return shown


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]} × {pixels.shape[0]}"
