"""How sharp a picture is, where it is sharpest, and how much grain it has."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tasks.domain.masks.regions import Mask

Plane = NDArray[np.float32]  # grey, 0 to 255

TILE_PX = 32
_CONTRAST = 2.0  # of 255: tiles with less have no edges to judge by
_SHARP, _SOFT = 0.45, 0.28  # fine detail to coarser detail
_CLEARLY = 1.6  # times sharper
_FEW_TILES = 4
_GRAIN = 3.0  # of 255, in the most even tenth of the tiles
_MOSTLY_FINE = 2.0  # finer to coarser: noise has about 3.6 times as much of it, texture about as much


@dataclass(frozen=True)
class Sharpness:
    """`overall` is None where there are no edges; `subject_to_rest` None where one of both has none."""

    overall: float | None
    subject_to_rest: float | None
    grain: float

    @property
    def is_grainy(self) -> bool:
        """Whether even areas show grain or noise."""
        return self.grain > _GRAIN

    @property
    def words(self) -> str:
        """What is sharp."""
        if self.overall is None:
            return ""
        edges = "sharp" if self.overall > _SHARP else "soft" if self.overall > _SOFT else "blurred"
        parts = [f"edges are {edges}"]
        if self.background_is_softer:
            parts.append("what stands out is sharper than the rest")
        elif self.subject_to_rest and self.subject_to_rest < 1 / _CLEARLY:
            parts.append("what stands out is less sharp than the rest")
        return "; ".join(parts)

    @property
    def background_is_softer(self) -> bool:
        """Whether the rest is clearly less sharp than the subject."""
        return self.subject_to_rest is not None and self.subject_to_rest > _CLEARLY


def measure_sharpness(grey: Plane, subject: Mask | None) -> Sharpness:
    """Measure a picture's sharpness by the share of fine detail in each tile that has edges."""
    once, twice = cv2.GaussianBlur(grey, (0, 0), 1.0), cv2.GaussianBlur(grey, (0, 0), 3.0)
    fine, coarse = _deviation(grey - once), _deviation(once - twice)
    judged = coarse > _CONTRAST
    ratio = fine / np.maximum(coarse, 1e-6)
    return Sharpness(
        overall=float(np.percentile(ratio[judged], 75)) if judged.sum() >= _FEW_TILES else None,
        subject_to_rest=None if subject is None else _compared(ratio, judged, _tiled(subject.astype(np.float32)) > 0.5),
        grain=_grain(fine, ratio),
    )


def _grain(fine: Plane, ratio: NDArray[np.floating]) -> float:
    """Return how much fine detail the most even tiles have, 0 where it is texture rather than noise."""
    even = fine <= np.percentile(fine, 10)
    return float(fine[even].mean()) if np.median(ratio[even]) > _MOSTLY_FINE else 0.0


def _compared(ratio: NDArray[np.floating], judged: Mask, inside: Mask) -> float | None:
    if min((judged & inside).sum(), (judged & ~inside).sum()) < _FEW_TILES:
        return None
    within, without = (float(np.median(ratio[judged & side])) for side in (inside, ~inside))
    return within / max(without, 1e-6)


def _deviation(detail: Plane) -> Plane:
    return np.asarray(np.sqrt(_tiled(detail**2)), np.float32)


def _tiled(plane: Plane) -> Plane:
    """Return the mean of each tile."""
    height, width = plane.shape
    tiles = max(1, width // TILE_PX), max(1, height // TILE_PX)
    return np.asarray(cv2.resize(plane, tiles, interpolation=cv2.INTER_AREA), np.float32)
