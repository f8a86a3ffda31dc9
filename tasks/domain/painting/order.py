"""What the painter is asked, in which size, and what it gives back."""

import hashlib
import json
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # H × W × 3, RGB
Orientation = Literal["landscape", "portrait", "square"]
Size = Literal["0.5mp", "1mp", "2mp", "4mp"]

PAINTER = "studio-painter/1"  # renewed when the same order gives another picture
NOTHING_RECOGNISED = "nothing-recognised"
GRAIN_PX = 8  # sides are multiples of it, as generators have them
MEGAPIXEL = 1024 * 1024
ASPECTS: dict[Orientation, float] = {"landscape": 3 / 2, "portrait": 2 / 3, "square": 1.0}
MEGAPIXELS: dict[Size, float] = {"0.5mp": 0.5, "1mp": 1.0, "2mp": 2.0, "4mp": 4.0}


@dataclass(frozen=True)
class PaintingOrder:
    """A picture that is wanted. `start`, of its size, is painted over as far as `strength` says: 1 wholly, 0 not."""

    prompt: str
    seed: int
    width_px: int
    height_px: int
    steps: int = 25
    guidance: float | None = None
    start: Pixels | None = None
    strength: float = 1.0

    @cached_property
    def digest(self) -> str:
        """What the picture depends on, all of it, as a SHA-256."""
        start = "" if self.start is None else hashlib.sha256(self.start.tobytes()).hexdigest()
        told = [self.prompt, self.seed, self.width_px, self.height_px, self.steps, self.guidance, start, self.strength]
        return hashlib.sha256(json.dumps([PAINTER, *told]).encode()).hexdigest()

    def chance(self, purpose: str) -> np.random.Generator:
        """Return the numbers that prompt and seed give for `purpose`: a change elsewhere leaves them as they are."""
        told = json.dumps([PAINTER, self.prompt, self.seed, purpose]).encode()
        return np.random.default_rng(np.frombuffer(hashlib.sha256(told).digest(), np.uint32))


@dataclass(frozen=True)
class Painting:
    """A picture, and which words of the prompt it follows; `unread` tells when it follows none."""

    pixels: Pixels
    read: list[str]
    unread: list[str]


def size_px(size: Size, orientation: Orientation) -> tuple[int, int]:
    """Return width and height of about so many megapixels, upright, across or square."""
    pixels, aspect = MEGAPIXELS[size] * MEGAPIXEL, ASPECTS[orientation]
    sides = math.sqrt(pixels * aspect), math.sqrt(pixels / aspect)
    width, height = (round(side / GRAIN_PX) * GRAIN_PX for side in sides)
    return width, height


def fitted(picture: Pixels, width_px: int, height_px: int) -> Pixels:
    """Return `picture` scaled to cover that size, and what is then too much cut off evenly from both sides."""
    height, width = picture.shape[:2]
    scale = max(width_px / width, height_px / height)
    scaled_px = max(width_px, round(width * scale)), max(height_px, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    scaled = cv2.resize(picture, scaled_px, interpolation=method)
    left, top = (scaled_px[0] - width_px) // 2, (scaled_px[1] - height_px) // 2
    return np.ascontiguousarray(scaled[top : top + height_px, left : left + width_px])
