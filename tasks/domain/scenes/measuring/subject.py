"""The area of a picture that stands out from its border, where it lies, and what its outline tells."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from scipy import ndimage

from tasks.domain.masks.background import remove_background
from tasks.domain.masks.regions import Mask, Pixels, border, scaled
from tasks.domain.scenes.measuring.colours import Lab

_WHOLE_FRAME = 0.85  # of the frame: an area as large has no surroundings
_CONTRAST = 15.0  # CIELAB units to what is just outside, along three quarters of the contour at least
_JUST_PX = 9  # how far from the contour still is just inside and just outside, in both directions together
_SPECK = 0.004
_CENTRED = 0.06  # of a side, off the middle
_OPENING = 0.03  # of the outline's area
_LONG = 1.25  # height to width
_NEARLY_ALL, _MANY = 0.9, 5  # of the area; pieces
_BRIDGE_PX = 5


@dataclass(frozen=True)
class StandingOut:
    """`mask` is True on the area; positions are fractions of the frame's width and height."""

    mask: Mask

    @property
    def share(self) -> float:
        """How much of the frame it covers."""
        return float(self.mask.mean())

    @cached_property
    def box(self) -> tuple[float, float, float, float]:
        """Its bounds: left, top, right, bottom."""
        height, width = self.mask.shape
        rows, columns = np.flatnonzero(self.mask.any(1)), np.flatnonzero(self.mask.any(0))
        return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height

    @property
    def box_share(self) -> float:
        """How much of the frame its box covers."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)

    @cached_property
    def centre(self) -> tuple[float, float]:
        """The middle of its box."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2

    @property
    def is_centred(self) -> bool:
        """Whether its middle is the frame's."""
        return all(abs(each - 0.5) < _CENTRED for each in self.centre)

    @property
    def place(self) -> str:
        """In which of the frame's nine parts its middle is, as "in the upper left"."""
        x, y = self.centre
        across = "left" if x < 1 / 3 else "right" if x > 2 / 3 else ""
        down = "upper" if y < 1 / 3 else "lower" if y > 2 / 3 else ""
        if across and down:
            return f"in the {down} {across}"
        if down:
            return f"in the {down} middle"
        return f"on the {across}, at middle height" if across else "in the centre"

    @property
    def words(self) -> str:
        """Where it is and how far it reaches, in percent of the frame."""
        left, top, right, bottom = (round(100 * each) for each in self.box)
        return f"{self.place}; from {left} to {right} % of the width and from {top} to {bottom} % of the height"

    @property
    def outline(self) -> str:
        """What its outline tells."""
        height, width = self.mask.shape
        left, top, right, bottom = self.box
        ratio = (bottom - top) * height / ((right - left) * width)
        form = "taller than wide" if ratio > _LONG else "wider than tall" if ratio < 1 / _LONG else "as wide as tall"
        if self.parts > 1:
            return f"{form}, in {'many' if self.parts > _MANY else self.parts} separate parts"
        return f"{form}, with an opening in it" if self.is_open else form

    @property
    def is_open(self) -> bool:
        """Whether the surroundings show through it, as through a ring."""
        filled = ndimage.binary_fill_holes(self.mask)
        return float(1 - self.mask.sum() / max(1, filled.sum())) > _OPENING

    @cached_property
    def parts(self) -> int:
        """How many pieces make up nearly all of it; one where small gaps are all that is between them."""
        bridged = cv2.dilate(self.mask.astype(np.uint8), np.ones((_BRIDGE_PX, _BRIDGE_PX), np.uint8))
        sizes = np.sort(np.bincount(ndimage.label(bridged)[0][self.mask]))[::-1]
        return int(np.searchsorted(np.cumsum(sizes), _NEARLY_ALL * sizes.sum())) + 1


def standing_out(pixels: Pixels, lab: Lab) -> StandingOut | None:
    """Return the area that stands out of a small picture, None where none does: all is even, or all is busy.

    What background removal finds counts only when it has a contour: when inside and outside differ along it.
    """
    mask = remove_background(pixels) > 0.5
    if not _SPECK < mask.mean() < _WHOLE_FRAME or _contour_contrast(lab, mask) < _CONTRAST:
        return None
    return StandingOut(mask)


def _contour_contrast(lab: Lab, mask: Mask) -> float:
    """Return how far the colours just inside and just outside are apart, along all but a quarter of the contour."""
    inner, outer = _near(mask, 3), _near(~mask, 3)
    contour = inner & outer & ~border(mask.shape, 2)
    if not contour.any():
        return 0.0
    inside, outside = (_local_mean(lab, mask & _near(~mask, _JUST_PX)), _local_mean(lab, ~mask & _near(mask, _JUST_PX)))
    return float(np.percentile(np.linalg.norm(inside - outside, axis=-1)[contour], 25))


def _near(mask: Mask, size_px: int) -> Mask:
    return cv2.dilate(mask.astype(np.uint8), np.ones((size_px, size_px), np.uint8)) > 0


def _local_mean(lab: Lab, mask: Mask) -> Lab:
    """Return the mean colour of `mask`'s pixels around each pixel."""
    weight = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _JUST_PX / 2)
    total = cv2.GaussianBlur(lab * mask[..., None].astype(np.float32), (0, 0), _JUST_PX / 2)
    return np.asarray(total / np.maximum(weight, 1e-4)[..., None], np.float32)


def at_size(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """Return `mask` at the height and width of `shape`."""
    return scaled(mask, shape[1], shape[0])
