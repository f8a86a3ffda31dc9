"""The thing that was clicked on: a mask from a few points, without a model.

Each pixel is weighed by two questions. By which clicks, on the thing or beside it, can it be reached with the least
change of colour? And whose colours does it have? The second counts fully (`colour-geodesic`) where the thing's colours
are its own: it finds chains, which their own gaps and highlights cut to pieces for the first. It counts little
(`geodesic`) where the clicked colours are found in the background as well. GrabCut decides where the answer is not
clear, and the contour is drawn anew on a larger picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from tasks.domain.errors import InvalidInput
from tasks.domain.masks.regions import (
    REFINE_PX,
    Floats,
    Mask,
    Pixels,
    border,
    geodesic,
    grab_cut,
    gradient,
    lab,
    refined,
    scaled,
    shrunk,
)

Point = tuple[float, float]  # fractions of width and height
Method = Literal["geodesic", "colour-geodesic"]

WORK_PX = 512
_FOREGROUND_CLICK = 0.006  # radius of a click, as a share of the long side
_BACKGROUND_CLICK = 0.012
_STEP = 0.02  # what a step costs on a flat area, beside a gradient of 1 on its contour
_COLOUR_STEP = 0.1  # what it costs more where the colour is the other side's
_COLOUR_SAMPLES = 400
_NEIGHBOURS = 3
_COLOUR_WEIGHTS = (0.7, 1.3, 1.3)  # lightness counts less: metal has highlights and shadows
_SAME_COLOUR = 12.0
_SHARED_COLOURS = 0.1  # share of the clicked pixels, from which on colours say little
_COLOUR_SAY: dict[Method, float] = {"colour-geodesic": 1.0, "geodesic": 0.25}
_CLEAR = 2.5  # log-odds above which GrabCut is not asked
_BRIDGE = 0.008  # of the long side: gaps between a chain's links
_PIN_HOLE = 0.0003  # of the picture
_OPENING = 0.0008  # of the picture: what shows through a link is no larger
_SHOWS_THROUGH, _ALSO_SHOWS = 0.35, 0.7  # how much nearer to the surroundings' colours than to the thing's
_NEAR, _AROUND = 0.002, 0.009  # of the long side: where the surroundings begin and end


@dataclass(frozen=True)
class Segmentation:
    """`mask` is True on the thing, in the picture's own size."""

    mask: Mask
    method: Method


def segment(pixels: Pixels, foreground: Sequence[Point], background: Sequence[Point] = ()) -> Segmentation:
    """Return the mask of what the `foreground` points lie on and the `background` points do not.

    Points are (x, y) as fractions of width and height. Raises InvalidInput naming `foreground` when there is none.
    """
    if not foreground:
        raise InvalidInput("foreground", "at least one point on the thing is needed")
    clicked = _Clicked.on(shrunk(pixels, WORK_PX), foreground, background)
    height, width = pixels.shape[:2]
    fine = _Clicked.on(shrunk(pixels, REFINE_PX), foreground, background)
    mask = refined(fine.pixels, clicked.mask())
    if clicked.method == "colour-geodesic":
        mask &= ~fine.openings(mask)
    return Segmentation(scaled(mask, width, height), clicked.method)


@dataclass(frozen=True)
class _Clicked:
    """A small picture and the discs around the clicks."""

    pixels: Pixels
    inside: Mask
    outside: Mask

    @classmethod
    def on(cls, pixels: Pixels, foreground: Sequence[Point], background: Sequence[Point]) -> "_Clicked":
        long_side = max(pixels.shape[:2])
        inside = _discs(pixels.shape, foreground, max(2, round(_FOREGROUND_CLICK * long_side)))
        outside = _discs(pixels.shape, background, max(2, round(_BACKGROUND_CLICK * long_side)))
        return cls(pixels, inside, outside & ~inside)

    @cached_property
    def method(self) -> Method:
        """Told from how many of the clicked pixels have a colour that background clicks have too."""
        if not self.outside.any():
            return "geodesic"
        shared = _distances(self._colours[self.inside], self._colours[self.outside]) < _SAME_COLOUR
        return "geodesic" if shared.mean() > _SHARED_COLOURS else "colour-geodesic"

    def mask(self) -> Mask:
        """Return the clicked thing's mask, at this picture's size."""
        if not self._around.any():
            return self.inside
        odds = self._log_odds()
        likely = _connected((odds > 0) | self.inside, self.inside, self._bridge_px // 2)
        sure, never = (odds > _CLEAR) & likely | self.inside, (odds < -_CLEAR) | self.outside
        cut = grab_cut(self.pixels, _without_pin_holes(likely, self.outside), sure, never, 1)
        return _without_pin_holes(_connected(cut, self.inside, self._bridge_px), self.outside)

    def openings(self, mask: Mask) -> Mask:
        """Return where the surroundings show through `mask`, as through a chain's links: small, and of their colours.

        Each begins with a disc that looks like the surroundings, and is as large as what still rather looks so.
        """
        long_side = max(mask.shape)
        around = _widened(mask, round(_AROUND * long_side)) & ~_widened(mask, round(_NEAR * long_side))
        inside = self.inside & mask
        if not around.any() or not inside.any():
            return np.zeros_like(mask)
        rows, columns = (slice(int(each.min()), int(each.max()) + 1) for each in np.nonzero(mask))
        colours, thing = self._colours[rows, columns], mask[rows, columns]
        ratio = _distances(colours, self._colours[around]) / (_distances(colours, self._colours[inside]) + 1e-6)
        sure = ndimage.binary_opening(thing & (ratio < _SHOWS_THROUGH), np.ones((3, 3)))
        parts, count = ndimage.label(thing & (ratio < _ALSO_SHOWS))
        small = np.bincount(parts.ravel(), minlength=count + 1) < _OPENING * mask.size
        kept = np.setdiff1d(np.unique(parts[sure]), [0])
        result = np.zeros_like(mask)
        result[rows, columns] = np.isin(parts, kept[small[kept]])
        return result

    def _log_odds(self) -> Floats:
        """Return each pixel's log-odds of belonging to the thing."""
        near, far = (_distances(self._colours, self._colours[samples]) for samples in (self.inside, self._around))
        likeness = (far + 2) / (near + far + 4)
        step = _STEP + gradient(self.pixels) / 20
        ours = geodesic(step + _COLOUR_STEP * (1 - likeness) ** 2, self.inside)
        theirs = geodesic(step + _COLOUR_STEP * likeness**2, self._around)
        by_way, by_colour = np.log((theirs + 0.3) / (ours + 0.3)), np.log((far + 3) / (near + 3))
        return np.asarray(by_way + _COLOUR_SAY[self.method] * by_colour, np.float32)

    @cached_property
    def _around(self) -> Mask:
        """The clicks beside the thing, and the picture's border, which tends to be background too."""
        return (self.outside | border(self.inside.shape, 2)) & ~self.inside

    @cached_property
    def _colours(self) -> Floats:
        smooth = np.asarray(cv2.GaussianBlur(lab(self.pixels), (0, 0), 0.8))
        return np.asarray(smooth * np.array(_COLOUR_WEIGHTS), np.float32)

    @property
    def _bridge_px(self) -> int:
        return max(1, round(_BRIDGE * max(self.inside.shape)))


def _widened(mask: Mask, reach_px: int) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach_px + 1, 2 * reach_px + 1))
    return cv2.dilate(mask.astype(np.uint8), disc) > 0


def _discs(shape: tuple[int, ...], points: Sequence[Point], radius_px: int) -> Mask:
    height, width = shape[:2]
    discs = np.zeros((height, width), np.uint8)
    for x, y in points:
        cv2.circle(discs, (round(x * (width - 1)), round(y * (height - 1))), radius_px, 1, -1)
    return discs > 0


def _distances(colours: Floats, palette: Floats) -> Floats:
    """Return each colour's mean distance to its nearest neighbours in `palette`, to within half a unit of CIELAB."""
    if len(palette) > _COLOUR_SAMPLES:
        palette = np.random.default_rng(0).choice(palette, _COLOUR_SAMPLES, replace=False)
    codes = colours.reshape(-1, 3).round().astype(np.int64) @ (1 << 20, 1 << 10, 1)  # a picture has few colours
    _, first, which = np.unique(codes, return_index=True, return_inverse=True)
    found = cKDTree(palette).query(colours.reshape(-1, 3)[first], k=min(_NEIGHBOURS, len(palette)))[0]
    return np.asarray(found.reshape(len(first), -1).mean(1)[which].reshape(colours.shape[:-1]), np.float32)


def _connected(mask: Mask, seeds: Mask, bridge_px: int) -> Mask:
    """Return the parts of `mask` that hold a seed, or are at most two bridges away from one that does."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * bridge_px + 1, 2 * bridge_px + 1))
    parts, _ = ndimage.label(cv2.dilate(mask.astype(np.uint8), disc), np.ones((3, 3)))
    kept = np.unique(parts[seeds])
    return mask & np.isin(parts, kept[kept > 0])


def _without_pin_holes(mask: Mask, background: Mask) -> Mask:
    """Return `mask` with its smallest holes filled, but for those with a background click in them."""
    holes, count = ndimage.label(~mask)
    sizes = np.bincount(holes.ravel(), minlength=count + 1)
    small = sizes < _PIN_HOLE * mask.size
    small[0] = False
    small[np.unique(holes[background])] = False
    return mask | small[holes]
