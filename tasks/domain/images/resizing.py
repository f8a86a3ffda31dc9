"""Pictures brought to a size: letterboxed onto a canvas, or shrunk to a longest side."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from tasks.domain.images.decoding import Photo, Pixels, Plane

_REDUCING_GAP = 3.0  # a cheap box filter first, down to three times the target: twice as fast, and not to be seen
_OPAQUE = 128


@dataclass(frozen=True)
class Fitted:
    """A picture on its canvas; `top` to `right` are the padding in pixels. `pixels` are opaque everywhere.

    `alpha` is None where the photo was opaque; otherwise it tells what was cut out, and the padding is transparent.
    """

    pixels: Pixels
    alpha: Plane | None
    top: int
    bottom: int
    left: int
    right: int


def fit_canvas(photo: Photo, width_px: int, height_px: int) -> Fitted:
    """Return `photo` scaled up or down to lie centred and whole on a canvas, filled with its border's median colour."""
    height, width = photo.pixels.shape[:2]
    scale = min(width_px / width, height_px / height)
    inner = min(width_px, max(1, round(width * scale))), min(height_px, max(1, round(height * scale)))
    pixels, alpha = _scaled(photo, inner)
    colour = _border_colour(photo)
    left, top = (width_px - inner[0]) // 2, (height_px - inner[1]) // 2
    window = np.s_[top : top + inner[1], left : left + inner[0]]
    canvas = np.full((height_px, width_px, 3), colour, np.uint8)
    canvas[window] = pixels if alpha is None else _over(pixels, alpha, colour)
    cut_out = None
    if alpha is not None:
        cut_out = np.zeros((height_px, width_px), np.uint8)
        cut_out[window] = alpha
    return Fitted(canvas, cut_out, top, height_px - inner[1] - top, left, width_px - inner[0] - left)


def fit_within(photo: Photo, max_dimension_px: int) -> Photo:
    """Return `photo` with a long side of at most `max_dimension_px`; it is never scaled up."""
    height, width = photo.pixels.shape[:2]
    scale = max_dimension_px / max(width, height)
    if scale >= 1:
        return photo
    pixels, alpha = _scaled(photo, (max(1, round(width * scale)), max(1, round(height * scale))))
    return Photo(pixels, alpha, photo.width_px, photo.height_px)


def _scaled(photo: Photo, size: tuple[int, int]) -> tuple[Pixels, Plane | None]:
    """Pillow weighs RGBA by its alpha, so that the colour under transparent pixels does not bleed into the edge."""
    layers = photo.pixels if photo.alpha is None else np.dstack([photo.pixels, photo.alpha])
    image = Image.fromarray(layers)
    if image.size != size:
        image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=_REDUCING_GAP)
    scaled = np.asarray(image)
    return scaled[..., :3], None if photo.alpha is None else scaled[..., 3]


def _border_colour(photo: Photo) -> Pixels:
    """The median of the border's opaque pixels; white where there are none."""
    border = _border(photo.pixels)
    if photo.alpha is not None:
        border = border[_border(photo.alpha) >= _OPAQUE]
    if not len(border):
        return np.full(3, 255, np.uint8)
    return np.median(border, axis=0).round().astype(np.uint8)


def _border(plane: np.ndarray) -> np.ndarray:
    return np.concatenate([plane[0], plane[-1], plane[:, 0], plane[:, -1]])


def _over(pixels: Pixels, alpha: Plane, colour: Pixels) -> Pixels:
    share = alpha[..., None].astype(np.float32) / 255
    return (pixels * share + colour * (1 - share)).round().astype(np.uint8)
