"""Background removal without a model, and whether a photo needs it.

What is not like the picture's border, cannot be reached from it over even ground, and lies about the middle is the
thing; GrabCut decides the rest. That does well on product shots and poorly on portraits, which is why a photo that
gives no clear answer is left whole.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import ndimage

from tasks.domain.masks.regions import (
    REFINE_PX,
    SEED,
    Floats,
    Mask,
    Pixels,
    Window,
    border,
    geodesic,
    grab_cut,
    gradient,
    lab,
    refined,
    shrunk,
)

Plane = np.ndarray  # H × W uint8
WORK_PX = 320  # as good as 512 on the photos tried, in half the time
_PALETTE = 6
_RARE = 0.06  # share of the border, below which a colour is no backdrop's
_BRIDGE_PX = 3
_SMALL_PART = 0.08  # of the largest part
_NOTHING, _EVERYTHING = 0.001, 0.97
_SAME_LEVEL = 6  # of 255: JPEG's and a sensor's noise on an even area
_STEEP = 6.0  # CIELAB units per pixel

_SMALL_THING = 0.6  # zoom level
_LITTLE_FOREGROUND = 0.5
_MARGIN = 16  # of the long side: a sixteenth
_CLUTTER = 0.03  # share of steep pixels; a plain backdrop has nothing that were worth removing


@dataclass(frozen=True)
class ZoomCheck:
    """How large the thing is in its photo, and whether the background should go before it is segmented.

    `zoom_level` is the square root of its bounding box's share of the photo: 1 is a close-up. `background_clutter` is
    the share of background pixels on an edge.
    """

    recommend_bg_removal: bool
    zoom_level: float
    foreground_share: float
    background_clutter: float


def remove_background(pixels: Pixels) -> Floats:
    """Return how much of each pixel, 0 to 1, belongs to the thing; 1 everywhere where no thing was found."""
    height, width = pixels.shape[:2]
    window = _without_padding(pixels)
    photo = shrunk(pixels[window], REFINE_PX)
    rough = _thing(shrunk(photo, WORK_PX))
    if not _NOTHING <= rough.mean() <= _EVERYTHING:
        return np.ones((height, width), np.float32)
    alpha = np.zeros((height, width), np.float32)
    rows, columns = (side.stop - side.start for side in window)
    alpha[window] = cv2.resize(_feathered(photo, refined(photo, rough)), (columns, rows)).clip(0, 1)
    return alpha


def check_zoom(pixels: Pixels, alpha: Plane | None = None) -> ZoomCheck:
    """Return how large the thing in a photo is; where `alpha` cuts it out already, nothing is left to remove."""
    if alpha is not None and (alpha < 250).mean() > 0.02:
        cut_out = alpha > 127
        return ZoomCheck(False, _extent(cut_out), float(cut_out.mean()), 0.0)
    photo = shrunk(pixels[_without_padding(pixels)], WORK_PX)
    thing = _thing(photo)
    level, share = _extent(thing), float(thing.mean())
    clutter = _clutter(photo, thing)
    recommended = level < _SMALL_THING and share < _LITTLE_FOREGROUND and clutter > _CLUTTER
    return ZoomCheck(recommended, level, share, clutter)


def _clutter(photo: Pixels, thing: Mask) -> float:
    """Return the share of steep pixels a little away from the thing, whose own edges and shadows do not count."""
    size = 2 * (max(photo.shape) // _MARGIN) + 1
    near = cv2.dilate(thing.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))) > 0
    return float((gradient(photo)[~near] > _STEEP).mean()) if not near.all() else 0.0


def _thing(photo: Pixels) -> Mask:
    """Return the mask of what stands out of a small picture, without its minor parts."""
    levels = (_salience(photo) * 255).astype(np.uint8)
    threshold = max(20.0, cv2.threshold(levels, 0, 255, cv2.THRESH_OTSU)[0])
    likely = levels > threshold
    never = (levels < 0.35 * threshold) | (border(likely.shape, 2) & ~likely)
    if likely.mean() < _NOTHING:
        return likely
    return _without_minor_parts(grab_cut(photo, likely, np.zeros_like(likely), never, 1))


def _salience(photo: Pixels) -> Floats:
    """Return how little each pixel belongs to the backdrop, 0 to 1."""
    height, width = photo.shape[:2]
    smooth = np.asarray(cv2.GaussianBlur(lab(photo), (0, 0), 1), np.float32)
    palette = _palette(smooth[border(photo.shape, max(2, round(0.012 * max(height, width))))])
    unlike = np.sqrt(((smooth[:, :, None] - palette) ** 2).sum(-1)).min(-1)
    far = geodesic(0.01 + gradient(photo) / 20, border(photo.shape, 1))
    rows, columns = np.ogrid[:height, :width]
    middle = np.exp(-(((columns / width - 0.5) / 0.45) ** 2) - ((rows / height - 0.5) / 0.45) ** 2)
    # the mean of both would take a ring's hole for a part of the ring: it is like the backdrop, but cannot be reached
    both = np.sqrt(_full_range(unlike) * _full_range(far))
    return _full_range(both) * (0.7 + 0.3 * middle).astype(np.float32)


def _palette(colours: Floats) -> Floats:
    """Return the common ones of `colours`."""
    count = min(_PALETTE, len(colours))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0)
    cv2.setRNGSeed(SEED)
    first = np.zeros((len(colours), 1), np.int32)
    _, labels, centres = cv2.kmeans(colours, count, first, criteria, 2, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(labels.ravel(), minlength=count) / len(colours)
    common = shares > _RARE if (shares > _RARE).any() else shares > 0
    return np.asarray(centres, np.float32)[common]


def _full_range(values: np.ndarray) -> Floats:
    return np.clip(values / max(1e-6, np.percentile(values, 98)), 0, 1).astype(np.float32)


def _without_minor_parts(mask: Mask) -> Mask:
    """Return `mask` without what is small and apart; a chain's links, with small gaps between them, are one part."""
    size = 2 * _BRIDGE_PX + 1
    bridged = cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)))
    parts, count = ndimage.label(bridged, np.ones((3, 3)))
    sizes = np.bincount(parts[mask], minlength=count + 1)
    return mask & (sizes > _SMALL_PART * sizes.max())[parts]


def _feathered(photo: Pixels, mask: Mask, radius_px: int = 4, smoothness: float = 1e-3) -> Floats:
    """Return `mask` with an edge as soft as the photo's, by a guided filter (He, Sun and Tang, 2010)."""
    guide = cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    plane = mask.astype(np.float32)
    size = (2 * radius_px + 1, 2 * radius_px + 1)
    mean_guide, mean = cv2.blur(guide, size), cv2.blur(plane, size)
    slope = (cv2.blur(guide * plane, size) - mean_guide * mean) / (
        cv2.blur(guide * guide, size) - mean_guide**2 + smoothness
    )
    offset = mean - slope * mean_guide
    return np.asarray(cv2.blur(slope, size) * guide + cv2.blur(offset, size), np.float32).clip(0, 1)


def _extent(mask: Mask) -> float:
    """Return the square root of the bounding box's share of the picture; 1 where there is nothing to box."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not len(rows):
        return 1.0
    box = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return round(float(np.sqrt(box / mask.size)), 3)


def _without_padding(pixels: Pixels) -> Window:
    """Return where the photo lies on a letterboxed canvas.

    Even strips at two opposite edges are padding when the photo begins at once behind them, over most of their length;
    behind a product shot's own even backdrop nothing begins at once.
    """
    rows = _inner(pixels)
    columns = _inner(pixels[rows].swapaxes(0, 1))
    return rows, columns


def _inner(pixels: Pixels) -> slice:
    """Return the range of rows within even strips at the first and last rows."""
    colour = np.median(pixels[0], axis=0)
    unlike = (np.abs(pixels.astype(np.int16) - colour.astype(np.int16)).max(-1) > _SAME_LEVEL).mean(1)
    inner = np.flatnonzero(unlike > 0)
    if not len(inner) or inner[0] == 0 or inner[-1] == len(pixels) - 1:
        return slice(0, len(pixels))
    if min(unlike[inner[0] : inner[0] + 8].max(), unlike[inner[-1] - 7 : inner[-1] + 1].max()) < 0.5:
        return slice(0, len(pixels))
    return slice(int(inner[0]), int(inner[-1]) + 1)
