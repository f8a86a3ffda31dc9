"""The engines that any machine has: classical vision, from the domain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.studio.engines import Engines, Pixels, Point
from tasks.domain.masks.background import remove_background
from tasks.domain.masks.segmentation import segment
from tasks.domain.try_on.wearing import Generated, generate

NAME = "classical"


@dataclass(frozen=True)
class ClassicalSegmenter:
    """Grows the mask from the clicks along colours that change little."""

    name: str = NAME

    def segment(self, pixels: Pixels, foreground: Sequence[Point], background: Sequence[Point]) -> NDArray[np.bool_]:
        """Return the mask, H×W."""
        height, width = pixels.shape[:2]
        on, beside = ([(x / width, y / height) for x, y in points] for points in (foreground, background))
        return segment(pixels, on, beside).mask


@dataclass(frozen=True)
class ClassicalMatting:
    """Tells the background by the picture's border."""

    name: str = NAME

    def alpha(self, pixels: Pixels) -> NDArray[np.float32]:
        """Return how much of each pixel is subject, H×W, 0 to 1."""
        return remove_background(pixels)


@dataclass(frozen=True)
class ClassicalGenerator:
    """Lays the jewelry on drawn skin; its second picture keeps the scene and changes its light."""

    name: str = NAME
    second_name: str | None = NAME

    def generate(
        self,
        pixels: Pixels,
        mask: Pixels,
        *,
        jewelry_type: str,
        gender: str,
        scaled_points: Sequence[Point],
        second: bool,
    ) -> Generated:
        """Return both pictures, and their fidelity where there are `scaled_points`."""
        return generate(
            pixels, mask, jewelry_type=jewelry_type, gender=gender, scaled_points=scaled_points, second=second
        )


def engines() -> Engines:
    """Return the classical engines."""
    return Engines(ClassicalSegmenter(), ClassicalMatting(), ClassicalGenerator())
