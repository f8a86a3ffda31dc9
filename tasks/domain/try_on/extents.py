"""Where the jewelry lies in the picture: what the part of the body under it is placed and sized by."""

from dataclasses import dataclass

import cv2
import numpy as np

ENOUGH_POINTS = 20_000  # of the mask, to measure its box


@dataclass(frozen=True)
class Extent:
    """Pixels: the upright box, the direction and reach of the piece's longer axis, and its uppermost part."""

    left: float
    top: float
    right: float
    bottom: float
    tilt_rad: float  # of the longer axis, from the x axis, within ±90°
    length: float
    top_left: float  # where the uppermost eighth begins and ends
    top_right: float

    @property
    def middle(self) -> tuple[float, float]:
        """The middle of the upright box."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def width(self) -> float:
        """Of the upright box."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Of the upright box."""
        return self.bottom - self.top


def extent_of(mask: np.ndarray) -> Extent:
    """Measure the jewelry of `mask` (bool, H × W), which must not be empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, bottom = int(rows[0]), int(rows[-1]) + 1
    upper = np.flatnonzero(mask[top : top + max(1, (bottom - top) // 8)].any(axis=0))
    length, tilt = _longer_axis(mask)
    return Extent(
        left=float(columns[0]),
        top=float(top),
        right=float(columns[-1]) + 1,
        bottom=float(bottom),
        tilt_rad=tilt,
        length=length,
        top_left=float(upper[0]),
        top_right=float(upper[-1]) + 1,
    )


def _longer_axis(mask: np.ndarray) -> tuple[float, float]:
    points = np.argwhere(mask)[:, ::-1].astype(np.float32)
    _, (width, height), angle = cv2.minAreaRect(points[:: max(1, len(points) // ENOUGH_POINTS)])
    turned = angle if width >= height else angle + 90
    return float(max(width, height)), float((np.deg2rad(turned) + np.pi / 2) % np.pi - np.pi / 2)


def grid(shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """x and y of every pixel, float32."""
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    return x, y


def bump(offset: np.ndarray, width: float | np.ndarray) -> np.ndarray:
    """1 where `offset` is 0, falling off as a bell over `width`."""
    return np.exp(-((offset / width) ** 2))


def smooth(value: np.ndarray) -> np.ndarray:
    """From 0 at 0 and below to 1 at 1 and above, without kinks."""
    part = np.clip(value, 0, 1)
    return part * part * (3 - 2 * part)
