"""Pictures made small, for a gallery."""

import io
from dataclasses import dataclass

from PIL import Image

from tasks.domain.images.decoding import decode

THUMBNAIL_PX = 384
THUMBNAIL_QUALITY = 80


@dataclass(frozen=True)
class Thumbnail:
    """A small WebP of a picture, and the picture's own size."""

    data: bytes
    width_px: int
    height_px: int


def thumbnail(data: bytes, *, field: str = "picture") -> Thumbnail:
    """Return the picture in `data` with a long side of at most THUMBNAIL_PX; raises InvalidInput naming `field`."""
    photo = decode(data, field=field, fit_px=THUMBNAIL_PX)
    small = Image.fromarray(photo.pixels)
    small.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=THUMBNAIL_QUALITY, method=4)
    return Thumbnail(out.getvalue(), photo.width_px, photo.height_px)
