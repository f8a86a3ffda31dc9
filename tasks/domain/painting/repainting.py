"""Painting over a picture: its layout and palette stay, the less of them the more strength, and 1 leaves nothing."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, smooth_step
from tasks.domain.painting.order import Pixels

KEPT_PX = 48  # height at which the start's layout is looked at


def repainted(fresh: Pixels, start: Pixels | None, strength: float) -> Pixels:
    """Return `fresh` as painted over `start`, of the same size."""
    if start is None or strength >= 1:
        return fresh
    if strength <= 0:
        return start
    under = start.astype(np.float32)
    over = _in_palette(fresh.astype(np.float32), under, strength)
    cover = _cover(over, under, strength)
    return np.clip(under * (1 - cover) + over * cover + 0.5, 0, 255).astype(np.uint8)


def _in_palette(fresh: Floats, start: Floats, strength: float) -> Floats:
    """The fresh picture with its broad colours drawn towards those of the start."""
    height = fresh.shape[0]
    broad_fresh, broad_start = (blurred(picture, height / KEPT_PX * 2) for picture in (fresh, start))
    return fresh + (broad_start - broad_fresh) * (1 - strength) ** 0.8


def _cover(fresh: Floats, start: Floats, strength: float) -> Floats:
    """How much of each pixel is painted over: first where the new picture has its forms, at last everywhere."""
    grey = cv2.cvtColor(np.clip(fresh, 0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    forms = np.abs(grey - blurred(grey, fresh.shape[0] / 14))
    forms = blurred(forms, fresh.shape[0] / 160)
    rank = np.clip(forms / max(float(np.quantile(forms[::5, ::5], 0.97)), 1.0), 0, 1)
    late = 1 - 0.75 * rank
    share = smooth_step(late * 0.55, late * 0.55 + 0.45, np.full_like(rank, strength))
    return np.asarray(share * (0.35 + 0.65 * strength), np.float32)[..., None]
