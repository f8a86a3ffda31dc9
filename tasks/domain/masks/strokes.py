"""Brush strokes over a mask: soft edges, round ends, one after another."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

FINER = 2  # strokes are drawn this much larger, then averaged down
SHIFT_BITS = 4  # OpenCV takes fixed-point coordinates: sixteenths of a pixel
RIM_PX = 0.6  # OpenCV draws anti-aliased discs and bars this much larger on every side: measured
MAX_OUTSIDE_PX = 4000  # a place farther outside is moved here, which keeps fixed-point coordinates in range


@dataclass(frozen=True)
class Stroke:
    """Where the brush passed, in pixels of the mask from its left and top edges; one place makes a disc."""

    points_px: Sequence[tuple[float, float]]
    mode: Literal["add", "remove"]
    radius_px: float


def paint(mask: np.ndarray, strokes: Sequence[Stroke]) -> np.ndarray:
    """Return `mask` (uint8, H × W) with `strokes` applied in order.

    "add" takes the larger of mask and brush, "remove" keeps mask × (1 − brush). Only each stroke's surroundings
    are touched, so a small stroke on a large mask costs little.
    """
    painted = mask.copy()
    for stroke in strokes:
        _apply(painted, stroke)
    return painted


def _apply(mask: np.ndarray, stroke: Stroke) -> None:
    height, width = mask.shape
    points = np.clip(
        np.asarray(stroke.points_px, float), -MAX_OUTSIDE_PX, [width + MAX_OUTSIDE_PX, height + MAX_OUTSIDE_PX]
    )
    reach = stroke.radius_px + 2
    left, top = (max(0, math.floor(value - reach)) for value in points.min(axis=0))
    right = min(width, math.ceil(points[:, 0].max() + reach))
    bottom = min(height, math.ceil(points[:, 1].max() + reach))
    if left >= right or top >= bottom:
        return
    brush = _drawn(points - (left, top), stroke.radius_px, right - left, bottom - top)
    part = mask[top:bottom, left:right]
    if stroke.mode == "add":
        np.maximum(part, brush, out=part)
    else:
        part[:] = (part.astype(np.uint16) * (255 - brush) + 127) // 255


def _drawn(points: np.ndarray, radius_px: float, width: int, height: int) -> np.ndarray:
    """Coverage 0-255 of the brush along `points`, in a picture of its own: a disc at each, a bar between two."""
    canvas = np.zeros((height * FINER, width * FINER), np.uint8)
    radius = max(0.5, radius_px * FINER - RIM_PX)
    fine = _thinned(points, radius_px / 8) * FINER - 0.5
    for x, y in _fixed(fine):
        cv2.circle(canvas, (int(x), int(y)), round(radius * (1 << SHIFT_BITS)), (255,), -1, cv2.LINE_AA, SHIFT_BITS)
    for start, end in itertools.pairwise(fine):
        way = end - start
        side = np.array([-way[1], way[0]]) / np.hypot(*way) * radius
        bar = _fixed(np.stack([start + side, end + side, end - side, start - side]))
        cv2.fillConvexPoly(canvas, bar, (255,), cv2.LINE_AA, SHIFT_BITS)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)


def _thinned(points: np.ndarray, least_px: float) -> np.ndarray:
    """The points without those that lie hardly farther than the one before; the last one stays."""
    kept = [points[0]]
    for point in points[1:-1]:
        if np.hypot(*(point - kept[-1])) > least_px:
            kept.append(point)
    if np.hypot(*(points[-1] - kept[-1])) > 0:
        kept.append(points[-1])
    return np.array(kept)


def _fixed(points: np.ndarray) -> np.ndarray:
    return np.round(points * (1 << SHIFT_BITS)).astype(np.int32)
