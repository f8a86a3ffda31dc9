"""A ring on grey, small, as photo and mask; and pictures as files."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 150, 200
CENTRE, OUTER_PX, INNER_PX = (75, 100), 45, 30
ON_THE_RING = [(37.5, 100.0), (112.5, 100.0), (75.0, 62.5), (75.0, 137.5)]
BESIDE_IT = [(75.0, 100.0), (10.0, 10.0), (140.0, 190.0)]


def ring_mask(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """True on the ring."""
    y, x = np.mgrid[:height, :width]
    distance = np.hypot(x * WIDTH / width - CENTRE[0], y * HEIGHT / height - CENTRE[1])
    return (distance < OUTER_PX) & (distance > INNER_PX)


def ring_photo(width: int = WIDTH, height: int = HEIGHT) -> np.ndarray:
    """A golden ring on grey, with the noise that a camera has."""
    pixels = np.full((height, width, 3), (150, 152, 156), np.int16)
    pixels[ring_mask(width, height)] = (212, 168, 60)
    pixels += np.random.default_rng(1).integers(-4, 5, pixels.shape, np.int16)
    return pixels.clip(0, 255).astype(np.uint8)


def file(pixels: np.ndarray, format: str = "PNG", **options: Any) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format, **options)
    return out.getvalue()


def base64_of(data: bytes) -> str:
    """The file in base64."""
    return base64.b64encode(data).decode()


def opened(data: bytes | str) -> Image.Image:
    """The picture in a file, or in base64."""
    return Image.open(io.BytesIO(base64.b64decode(data) if isinstance(data, str) else data))


PHOTO = file(ring_photo(), "JPEG", quality=95)
MASK = file(np.where(ring_mask(), 255, 0).astype(np.uint8))
