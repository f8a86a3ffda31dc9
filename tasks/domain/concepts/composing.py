"""A product picture composed of a cut-out subject: a light backdrop, a shadow below, the subject upright in its middle.

The backdrop stays light and even, and the shadow soft, so that whoever makes a model of the picture can cut the
subject out again.
"""

import random
from dataclasses import dataclass

import cv2
import numpy as np

from tasks.domain.concepts.matting import Alpha, Colours, Subject
from tasks.domain.concepts.styles import Grade
from tasks.domain.images.decoding import encode_png

SIDE_PX = 1024
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_MIDDLE_GREY = 0.5
_MOST_ENLARGED = 3.0  # a tiny subject is not blown up to a blur
_FOOT = 0.06  # of its height: what of the subject touches the ground


@dataclass(frozen=True)
class Staging:
    """How one picture is set up: backdrop, light and crop."""

    backdrop: tuple[float, float, float]
    light: float  # from where: -1 left, 1 right
    fill: float  # of the frame, along the subject's longer side


STAGINGS = (
    Staging((0.965, 0.960, 0.950), -0.6, 0.70),
    Staging((0.945, 0.955, 0.965), 0.6, 0.76),
    Staging((0.965, 0.950, 0.945), 0.9, 0.64),
    Staging((0.950, 0.960, 0.945), -0.9, 0.72),
)


def stagings(n: int, seed: int) -> list[Staging]:
    """Return `n` different ways to set the picture up, the same for the same seed; at most as many as there are."""
    return random.Random(seed).sample(STAGINGS, n)


def composed(subject: Subject, staging: Staging, grade: Grade, *, side_px: int = SIDE_PX) -> bytes:
    """Return a square PNG of `subject`; a whole photo, in which none was found, fills the frame's middle as it is."""
    colours, alpha, left, top = _placed(subject, staging.fill, side_px)
    height, width = alpha.shape
    canvas = _backdrop(staging, side_px)
    if subject.found:
        canvas *= 1 - _shadow(alpha, left, top, staging.light, side_px)[..., None]
    window = canvas[top : top + height, left : left + width]
    window += (_graded(colours, grade) - window) * alpha[..., None]
    return encode_png((canvas.clip(0, 1) * 255 + 0.5).astype(np.uint8))


def _placed(subject: Subject, fill: float, side_px: int) -> tuple[Colours, Alpha, int, int]:
    """Return the subject in its size on the canvas, and where its left and top edges lie."""
    height, width = subject.alpha.shape
    scale = min(fill * side_px / max(height, width), _MOST_ENLARGED)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    alpha = np.asarray(cv2.resize(subject.alpha, size, interpolation=how), np.float32).clip(0, 1)
    colours = np.asarray(cv2.resize(subject.colours, size, interpolation=how), np.float32).clip(0, 1)
    return colours, alpha, (side_px - size[0]) // 2, round((side_px - size[1]) * 0.48)


def _backdrop(staging: Staging, side_px: int) -> Colours:
    """A seamless backdrop that falls off slightly towards its corners, away from the light."""
    rows, columns = np.mgrid[-1 : 1 : side_px * 1j, -1 : 1 : side_px * 1j].astype(np.float32)
    away = (columns - 0.5 * staging.light) ** 2 + (rows + 0.2) ** 2
    return np.asarray(np.array(staging.backdrop, np.float32) * (1.02 - 0.035 * away[..., None]), np.float32)


def _shadow(alpha: Alpha, left: int, top: int, light: float, side_px: int) -> Alpha:
    """Return how dark the ground is: a narrow shadow where the subject touches it, and a wide one around."""
    height, width = alpha.shape
    foot = alpha[round(height * (1 - _FOOT)) :].max(0) > 0.5
    touching = np.flatnonzero(foot) if foot.any() else np.arange(width)
    middle = left + (touching[0] + touching[-1]) / 2
    ground = top + height
    narrow = _blot(middle, ground - 0.006 * side_px, max(touching[-1] - touching[0], 0.08 * width), side_px)
    wide = _blot(middle - 0.12 * light * width, ground + 0.004 * side_px, 0.9 * width, side_px)
    return np.asarray(0.34 * narrow + 0.16 * wide, np.float32).clip(0, 0.45)


def _blot(x: float, y: float, width: float, side_px: int) -> Alpha:
    """A soft flat ellipse of that width, lying on the ground."""
    rows, columns = np.ogrid[:side_px, :side_px]
    across, along = 0.5 * width + 0.01 * side_px, 0.055 * width + 0.008 * side_px
    distance = ((columns - x) / across) ** 2 + ((rows - y) / along) ** 2
    return np.exp(-1.4 * distance).astype(np.float32)


def _graded(colours: Colours, grade: Grade) -> Colours:
    grey = (colours @ _LUMA)[..., None]
    toned = grey + (colours - grey) * grade.saturation
    toned = _MIDDLE_GREY + (toned - _MIDDLE_GREY) * grade.contrast
    toned += np.array([grade.warmth, 0, -grade.warmth], np.float32)
    return np.asarray(toned, np.float32).clip(0, 1)
