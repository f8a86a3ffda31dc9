"""From light to picture: glow about what is too bright, film's shoulder, and sRGB."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats

SHOULDER = 0.62  # of display light: below it film is straight, above it rolls off
GLOW_PX = 360  # height at which the glow is computed


def developed(light: Floats, *, exposure: float = 1.0, glow: float = 0.08) -> Floats:
    """Return linear display light 0 to 1 of a picture in linear light without bounds."""
    light = light * exposure
    if glow:
        light = light + glow * _glow(light)
    return _rolled_off(light)


def _glow(light: Floats) -> Floats:
    """What bright spots spill around them."""
    height, width = light.shape[:2]
    small = cv2.resize(
        np.clip(light - 1.3, 0, 5), (max(1, width * GLOW_PX // height), GLOW_PX), interpolation=cv2.INTER_AREA
    )
    spilt = cv2.GaussianBlur(small, (0, 0), 3) + 0.7 * cv2.GaussianBlur(small, (0, 0), 14)
    return np.asarray(cv2.resize(spilt, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _rolled_off(light: Floats) -> Floats:
    above = np.maximum(light - SHOULDER, 0) / (1 - SHOULDER)
    rolled = SHOULDER + (1 - SHOULDER) * (1 - np.exp(-above))
    return np.where(light > SHOULDER, rolled, light).astype(np.float32)
