"""Pictures between bytes and pixels: decoded upright, in sRGB and 8 bits, from whatever a caller sent; and encoded."""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from tasks.domain.errors import InvalidInput
from tasks.domain.images.opening import DAMAGE, load, open_picture
from tasks.domain.pictures import MAX_PICTURE_PIXELS

Pixels = NDArray[np.uint8]  # H × W × 3, RGB
Plane = NDArray[np.uint8]  # H × W

JPEG_QUALITY = 95
PNG_LEVEL = 3  # a third of the time of level 6 for a few percent more bytes
MAX_PROFILE_BYTES = 4 * 1024 * 1024

_TRANSPARENT_MODES = ("RGBA", "RGBa", "LA", "La", "PA")
_PROFILED_MODES = ("RGB", "RGBA", "L", "CMYK")
_ORIENTATION = 0x0112  # EXIF
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_QUARTER_TURNS = (5, 6, 7, 8)


@dataclass(frozen=True)
class Photo:
    """A decoded picture; `width_px` × `height_px` is the upright original's size, `pixels` may be smaller.

    The arrays are read-only; `alpha` is None where every pixel is opaque.
    """

    pixels: Pixels
    alpha: Plane | None
    width_px: int
    height_px: int


def decode(data: bytes, *, field: str = "image", max_px: int = MAX_PICTURE_PIXELS, fit_px: int | None = None) -> Photo:
    """Return the first frame of the picture in `data`, upright, in sRGB.

    With `fit_px` a picture whose long side is at least twice that is decoded at a whole fraction of its size, and its
    long side is still at least `fit_px`. Raises InvalidInput naming `field`: from the header alone where that claims
    more than `max_px` pixels, and for damaged, 32-bit and floating point pictures.
    """
    image = open_picture(data, field=field, max_px=max_px)
    size = image.size
    if fit_px and image.format in ("JPEG", "MPO"):
        image.draft(None, (max(1, size[0] * fit_px // max(size)), max(1, size[1] * fit_px // max(size))))
    load(image, data, field=field)
    orientation = _orientation(image)
    try:
        colours = _shrunk(_colours(image, field), fit_px)
        if orientation in _TURNS:
            colours = colours.transpose(_TURNS[orientation])
    except DAMAGE as error:
        raise InvalidInput(field, f"the picture cannot be converted: {error}") from error
    return _photo(colours, size[::-1] if orientation in _QUARTER_TURNS else size)


def encode_jpeg(pixels: Pixels, quality: int = JPEG_QUALITY) -> bytes:
    """Return `pixels` as a JPEG with full colour resolution."""
    return _encoded(Image.fromarray(pixels), "JPEG", quality=quality, subsampling=0)


def encode_png(pixels: Pixels, alpha: Plane | None = None) -> bytes:
    """Return `pixels`, transparent where `alpha` is 0, as a PNG."""
    layers = pixels if alpha is None else np.dstack([pixels, alpha])
    return _encoded(Image.fromarray(layers), "PNG", compress_level=PNG_LEVEL)


def encode_mask(mask: NDArray[np.bool_] | Plane) -> bytes:
    """Return `mask`, bool or 0 to 255, as a grey PNG: 255 is jewelry."""
    plane = mask.astype(np.uint8) * 255 if mask.dtype == np.bool_ else mask.astype(np.uint8)
    return _encoded(Image.fromarray(plane), "PNG", compress_level=PNG_LEVEL)


def decode_mask(data: bytes, *, field: str = "mask", size: tuple[int, int] | None = None) -> Plane:
    """Return the mask in `data`, 0 to 255, scaled to `size` (width, height); what is transparent counts as 0.

    Raises InvalidInput naming `field` when it is no picture.
    """
    photo = decode(data, field=field)
    mask = Image.fromarray(photo.pixels).convert("L")
    if photo.alpha is not None:
        mask = Image.fromarray((np.asarray(mask).astype(np.uint16) * photo.alpha // 255).astype(np.uint8))
    if size is not None and mask.size != size:
        mask = mask.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(mask)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation that is left to apply: Pillow turns TIFFs itself. Unreadable EXIF counts as none."""
    try:
        orientation = image.getexif().get(_ORIENTATION, 1)
    except DAMAGE:
        return 1
    return orientation if isinstance(orientation, int) else 1


def _colours(image: Image.Image, field: str) -> Image.Image:
    """Return `image` as RGB or RGBA in sRGB."""
    if image.mode in ("I", "F"):
        raise InvalidInput(field, "32-bit and floating point pictures are not taken; 8 or 16 bits a channel are")
    if image.mode.startswith("I;16"):  # convert() would clip it to white
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)).convert("RGB")
    transparent = image.mode in _TRANSPARENT_MODES or "transparency" in image.info
    profile = image.info.get("icc_profile")
    if transparent or image.mode not in _PROFILED_MODES:
        image = image.convert("RGBA" if transparent else "RGB")
    mode = "RGBA" if transparent else "RGB"
    return _in_srgb(image, profile, mode) if profile else image.convert(mode)


def _in_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    """Return `image` converted by its colour profile; a profile that is broken or of another mode is left aside."""
    if len(profile) > MAX_PROFILE_BYTES:
        return image.convert(mode)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, *DAMAGE):
        return image.convert(mode)
    return converted or image.convert(mode)


def _shrunk(image: Image.Image, fit_px: int | None) -> Image.Image:
    factor = max(image.size) // fit_px if fit_px else 1
    return image.reduce(factor) if factor > 1 else image


def _photo(image: Image.Image, size: tuple[int, int]) -> Photo:
    layers = np.asarray(image)
    if layers.shape[2] == 3:
        return Photo(layers, None, *size)
    pixels, alpha = np.ascontiguousarray(layers[..., :3]), np.ascontiguousarray(layers[..., 3])
    pixels.flags.writeable = alpha.flags.writeable = False
    return Photo(pixels, None if alpha.min() == 255 else alpha, *size)


def _encoded(image: Image.Image, format: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()
