"""Opening a picture of unknown origin: the one way to Pillow, with the formats that we take and every error named."""

import io
import struct
import zlib

from PIL import Image

from tasks.domain.errors import InvalidInput
from tasks.domain.images.headers import Header, png_is_whole, read_header

# What Pillow's decoders raise on damaged files, as found with tests/images/hostile_files.py.
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def open_picture(data: bytes, *, field: str, max_px: int) -> Image.Image:
    """Return the picture in `data` with its header read and no pixel decoded.

    Raises InvalidInput naming `field` when it is no JPEG, PNG, WebP, TIFF, BMP or GIF, claims more than `max_px`
    pixels, or is damaged in its header.
    """
    header = _header(data, field)
    _check_size(header.width_px, header.height_px, field, max_px)
    try:
        image = Image.open(io.BytesIO(data), formats=(header.format,))
    except DAMAGE as error:
        raise InvalidInput(field, f"a {header.format} that cannot be read: {_words(error)}") from error
    _check_size(image.width, image.height, field, max_px)
    return image


def load(image: Image.Image, data: bytes, *, field: str) -> None:
    """Decode the pixels of `image`'s first frame, opened from `data`.

    Raises InvalidInput when they are damaged or cut off.
    """
    try:
        whole = image.format != "PNG" or png_is_whole(data)
        image.load()
    except DAMAGE as error:
        raise InvalidInput(field, f"the picture is cut off or damaged: {_words(error)}") from error
    if not whole:
        raise InvalidInput(field, "the picture is cut off: it has fewer rows than it claims")


def _header(data: bytes, field: str) -> Header:
    try:
        return read_header(data)
    except ValueError as error:
        raise InvalidInput(field, f"not a picture that can be read: {error}") from error


def _check_size(width_px: int, height_px: int, field: str, max_px: int) -> None:
    if width_px * height_px > max_px:
        raise InvalidInput(field, f"{width_px} × {height_px} pixels; at most {max_px} are taken")


def _words(error: Exception) -> str:
    text = str(error).split(" <_io.")[0]  # Pillow names the buffer's address
    return text[:200] or type(error).__name__
