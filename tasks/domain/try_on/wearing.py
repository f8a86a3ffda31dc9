"""Put the jewelry of a photo on a person: two variants, both with the jewelry's own pixels, and how faithful they are.

The jewelry is never drawn anew: where the mask is white its pixels are the photo's, byte for byte.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from tasks.domain.errors import InvalidInput
from tasks.domain.images.decoding import decode, encode_jpeg
from tasks.domain.masks import fidelity
from tasks.domain.masks.fidelity import Fidelity, Points
from tasks.domain.masks.overlay import FOREGROUND
from tasks.domain.masks.segmentation import segment
from tasks.domain.try_on import scene, skin

# Draws a person for the jewelry of a picture and its mask, at the picture's size; the jewelry is then laid over it.
Painter = Callable[[np.ndarray, np.ndarray], np.ndarray]
# Masks what is at some points of a picture and not at others; the points are fractions of width and height.
Finder = Callable[[np.ndarray, Points, Points], np.ndarray]

JPEG_QUALITY = 95
MEASURED_PX = 1024  # long side at which the jewelry is sought again in the finished picture
INPAINTED_PX = 640
GRAIN_LEVELS = 1.7  # deviation of the film grain, in levels of 255
GRAIN_TILE_PX = 512
WARM = np.array([1.035, 1.0, 0.945], np.float32)
SOFT_SHARE = 0.0022  # of the long side: how far the second variant's scene is out of focus
VIGNETTE = 0.34


@dataclass(frozen=True)
class Variant:
    """One finished picture as JPEG; metrics and their picture only when they were asked for."""

    jpeg: bytes
    metrics: Fidelity | None = None
    fidelity_jpeg: bytes | None = None
    pixel_fidelity: float | None = None  # mean difference of the jewelry's pixels, in levels; what JPEG costs


@dataclass(frozen=True)
class Generated:
    """The jewelry on a person, and, when asked for, in its own scene, restyled."""

    first: Variant
    second: Variant | None


def generate(
    pixels: np.ndarray,
    mask: np.ndarray,
    *,
    jewelry_type: str,
    gender: str,
    scaled_points: Sequence[tuple[float, float]] | None = None,
    second: bool = True,
    seed: int = 0,
    paint: Painter | None = None,
    find: Finder | None = None,
) -> Generated:
    """Make the pictures of `pixels` (uint8 RGB) and `mask` (uint8, 255 is jewelry), both H × W.

    With `scaled_points`, places on the jewelry in pixels, the jewelry is sought again in the finished JPEGs and
    compared. `paint` draws the person instead of this module, `find` seeks the jewelry instead of the domain's
    segmentation. InvalidInput names the mask when nothing of it is jewelry, or when its size is another one.
    """
    _check(pixels, mask)
    worn = (
        _pasted(pixels, mask, paint(pixels, mask))
        if paint
        else wear(pixels, mask, jewelry_type=jewelry_type, gender=gender, seed=seed)
    )
    finish = partial(_finished, pixels, mask, scaled_points=scaled_points, find=find or _segmented)
    return Generated(finish(worn), finish(restyle(pixels, mask, seed=seed)) if second else None)


def wear(pixels: np.ndarray, mask: np.ndarray, *, jewelry_type: str, gender: str, seed: int = 0) -> np.ndarray:
    """Return the jewelry on a person, uint8 RGB.

    Where `mask` is 255 the pixels are those of `pixels`; below that they are mixed with the scene.
    """
    _check(pixels, mask)
    drawn = scene.draw(_reduced(mask, scene.SCENE_PX) >= FOREGROUND // 2, jewelry_type, gender, seed)
    return _pasted(pixels, mask, _full_size(drawn, mask, seed))


def restyle(pixels: np.ndarray, mask: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """Return the photo's own scene, softer, warmer and darker at its edges, with the jewelry as it was."""
    _check(pixels, mask)
    emptied = _emptied(_reduced(pixels, INPAINTED_PX), _reduced(mask, INPAINTED_PX))
    photo = _reduced(pixels, scene.SCENE_PX)
    shape = photo.shape[:2]
    hole = skin.blurred(_grown(_reduced(mask, scene.SCENE_PX), 9).astype(np.float32) / 255, 4.0)[..., None]
    base = photo * (1 - hole) + cv2.resize(emptied, shape[::-1], interpolation=cv2.INTER_CUBIC) * hole
    soft = skin.blurred(base.astype(np.float32) / 255, SOFT_SHARE * max(shape))
    glow = skin.blurred(soft, 0.03 * max(shape))
    graded = (0.82 * soft + 0.18 * (1 - (1 - soft) * (1 - glow))) * WARM * _vignette(shape)[..., None]
    return _pasted(pixels, mask, _full_size(np.clip(graded, 0, 1), mask, seed))


def _check(pixels: np.ndarray, mask: np.ndarray) -> None:
    if mask.shape != pixels.shape[:2]:
        sizes = [f"{shape[1]} × {shape[0]}" for shape in (mask.shape, pixels.shape)]
        raise InvalidInput("mask", f"{sizes[0]} pixels, but the picture has {sizes[1]}")
    if int(mask.max(initial=0)) < FOREGROUND:
        raise InvalidInput("mask", "no pixel of it is jewelry")


def _reduced(field: np.ndarray, long_side_px: int) -> np.ndarray:
    share = min(1.0, long_side_px / max(field.shape[:2]))
    size = (max(1, round(field.shape[1] * share)), max(1, round(field.shape[0] * share)))
    return cv2.resize(field, size, interpolation=cv2.INTER_AREA)


def _full_size(drawn: np.ndarray, mask: np.ndarray, seed: int) -> np.ndarray:
    """The scene (float, 0-1) at the mask's size as bytes, with the jewelry's shadow and film grain."""
    piece = cv2.resize(mask, drawn.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    shaded = drawn * _light_left(piece)
    large = cv2.resize((shaded * 255).astype(np.float32), mask.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return _grained(large, seed)


def _light_left(piece: np.ndarray) -> np.ndarray:
    """Share of the light that reaches the scene beside the jewelry: one tight shadow where it touches, one wide."""
    side = max(piece.shape)
    tight = skin.blurred(skin.shifted(piece, 0.0032 * side, 0.0045 * side), 0.0030 * side)
    wide = skin.blurred(skin.shifted(piece, 0.007 * side, 0.010 * side), 0.011 * side)
    dark = np.clip(0.50 * tight + 0.34 * wide, 0, 0.75)[..., None]
    return 1 - dark * np.array([0.86, 1.0, 1.04], np.float32)  # shadows on skin are warm


def _grained(picture: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed + 1)
    tile = rng.standard_normal((GRAIN_TILE_PX, GRAIN_TILE_PX)).astype(np.float32) * GRAIN_LEVELS
    times = [side // GRAIN_TILE_PX + 1 for side in picture.shape[:2]]
    picture += np.tile(tile, times)[: picture.shape[0], : picture.shape[1], None]
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def _pasted(pixels: np.ndarray, mask: np.ndarray, backdrop: np.ndarray) -> np.ndarray:
    """The jewelry over the backdrop, in whole numbers: where the mask is 255 nothing is rounded."""
    where = mask > 0
    share = mask[where].astype(np.uint32)[:, None]
    mixed = (pixels[where] * share + backdrop[where] * (255 - share) + 127) // 255
    backdrop[where] = mixed.astype(np.uint8)
    return backdrop


def _emptied(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The scene without the jewelry, filled in from around it."""
    hole = _grown((mask > 12).astype(np.uint8), 9)
    return cv2.inpaint(np.ascontiguousarray(pixels), hole, 5, cv2.INPAINT_TELEA)


def _grown(mask: np.ndarray, width_px: int) -> np.ndarray:
    return cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width_px, width_px)))


def _vignette(shape: tuple[int, int]) -> np.ndarray:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    away = (x / shape[1] - 0.5) ** 2 + (y / shape[0] - 0.5) ** 2
    return 1 - VIGNETTE * away / 0.5


def _finished(
    pixels: np.ndarray,
    mask: np.ndarray,
    picture: np.ndarray,
    scaled_points: Sequence[tuple[float, float]] | None,
    find: Finder,
) -> Variant:
    jpeg = encode_jpeg(picture, JPEG_QUALITY)
    if not scaled_points:
        return Variant(jpeg)
    seen = decode(jpeg, field="result").pixels
    before = mask >= FOREGROUND
    before_small, after_small = _compared(seen, mask, scaled_points, find)
    after = cv2.resize(after_small.astype(np.uint8), mask.shape[::-1], interpolation=cv2.INTER_NEAREST).astype(bool)
    return Variant(
        jpeg,
        metrics=fidelity.measure(before_small, after_small),
        fidelity_jpeg=encode_jpeg(fidelity.picture(seen, before, after), JPEG_QUALITY),
        pixel_fidelity=fidelity.pixel_fidelity(pixels, seen, before),
    )


def _compared(
    seen: np.ndarray, mask: np.ndarray, scaled_points: Sequence[tuple[float, float]], find: Finder
) -> tuple[np.ndarray, np.ndarray]:
    """The jewelry as masked and as found again in the decoded picture, both at the measured size."""
    given = _reduced(mask, MEASURED_PX)
    before = given >= FOREGROUND if int(given.max()) >= FOREGROUND else given > 0
    foreground, background = fidelity.prompts(before)
    foreground += _on_the_piece(mask, scaled_points)
    return before, find(_reduced(seen, MEASURED_PX), foreground, background)


def _segmented(pixels: np.ndarray, foreground: Points, background: Points) -> np.ndarray:
    return segment(pixels, foreground, background).mask


def _on_the_piece(mask: np.ndarray, scaled_points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """The clients' clicks that lie on the jewelry, as fractions."""
    height, width = mask.shape
    inside = [(x, y) for x, y in scaled_points if 0 <= x < width and 0 <= y < height]
    return [(x / width, y / height) for x, y in inside if mask[int(y), int(x)] >= FOREGROUND]
