"""Subjects cut out of their pictures: a photo's thing, or what was rendered before a plain backdrop."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tasks.domain.images.decoding import Photo
from tasks.domain.masks.background import remove_background
from tasks.domain.masks.regions import border

Colours = NDArray[np.float32]  # H × W × 3, 0 to 1
Alpha = NDArray[np.float32]  # H × W, 0 to 1

_NOISE = 3.5 / 255  # what rendering leaves on an even backdrop; dark reflections in metal come close to it
_SMALLEST_GAP = 1e-3  # of the picture: smaller patches in the backdrop's colour are reflections of it
_LIFT = 0.8  # before a light backdrop metal is lit from all around, and so brighter than before a dark one
_SEEN = 0.05  # alpha below which a pixel shows nothing
_SOLID = 0.95
_WORK_PX = 1536  # a larger photo has no more to give to a concept


@dataclass(frozen=True)
class Subject:
    """A thing without its surroundings, cropped to what can be seen; `found` is False for a picture left whole."""

    colours: Colours
    alpha: Alpha
    found: bool = True


def cut_from_photo(photo: Photo) -> Subject:
    """Return what `photo` shows: by its own transparency, else by what stands out of its background."""
    pixels = photo.pixels
    scale = _WORK_PX / max(pixels.shape[:2])
    if scale < 1:
        pixels = _resized(pixels, scale)
    alpha = remove_background(pixels) if photo.alpha is None else _unit(_resized(photo.alpha, min(scale, 1)))
    if alpha.min() > _SOLID or alpha.max() < _SEEN:
        return Subject(_unit(pixels), np.ones(pixels.shape[:2], np.float32), found=False)
    return _cropped(_unit(pixels), alpha)


def cut_from_backdrop(pixels: NDArray[np.uint8]) -> Subject:
    """Return what was rendered before an even backdrop, which the picture's border shows; its holes are see-through.

    The outermost pixel, which is half backdrop, is left out.
    """
    colours = _unit(pixels)
    backdrop = np.median(colours[border(pixels.shape, 2)], axis=0)
    alike = np.abs(colours - backdrop).max(-1) < _NOISE
    parts, count = ndimage.label(alike)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    gaps = alike & (sizes >= max(_SMALLEST_GAP * alike.size, 1))[parts]
    smooth = cv2.medianBlur((~gaps).astype(np.uint8), 5)  # an edge that reflects the backdrop is ragged
    solid = cv2.erode(smooth, np.ones((3, 3), np.uint8))
    if not solid.any():
        return Subject(colours, np.ones(alike.shape, np.float32), found=False)
    alpha = np.asarray(cv2.GaussianBlur(solid.astype(np.float32), (0, 0), 0.7), np.float32)
    return _cropped(np.asarray(colours**_LIFT, np.float32), alpha)


def _cropped(colours: Colours, alpha: Alpha) -> Subject:
    """Return the subject's box; where the old background shows through its edge, the nearest solid colour does."""
    rows, columns = np.flatnonzero((alpha > _SEEN).any(1)), np.flatnonzero((alpha > _SEEN).any(0))
    window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    colours, alpha = colours[window], alpha[window]
    solid = alpha > _SOLID
    if solid.any():
        nearest = ndimage.distance_transform_edt(~solid, return_distances=False, return_indices=True)
        colours = colours[nearest[0], nearest[1]]
    return Subject(np.ascontiguousarray(colours), np.ascontiguousarray(alpha))


def _resized(layers: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    height, width = layers.shape[:2]
    if scale >= 1:
        return layers
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(layers, size, interpolation=cv2.INTER_AREA), np.uint8)


def _unit(pixels: NDArray[np.uint8]) -> Colours:
    return np.asarray(pixels.astype(np.float32) / 255, np.float32)
