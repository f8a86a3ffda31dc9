"""The engines that any machine has: classical vision, from the domain."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from api.studio.engines import Engines, Matting, Pixels, Point
from api.studio.studio import flat
from api.studio.trellis_requests import How
from tasks.domain.images.decoding import Photo
from tasks.domain.masks.background import remove_background
from tasks.domain.masks.segmentation import segment
from tasks.domain.meshes.exporting import as_glb
from tasks.domain.meshes.inflation import inflate
from tasks.domain.try_on.wearing import Generated, generate

NAME = "classical"
RAW_TRIANGLES = 1_200_000  # what TRELLIS' own meshes have before 95 % of it are done without
TRIANGLES = (2_000, 200_000)
CUT_OUT = 0.02  # of the picture: with less of it transparent, nobody has removed the background yet


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


@dataclass(frozen=True)
class Inflation:
    """Swells the picture's silhouette, which `matting` finds where the picture is not cut out already."""

    matting: Matting
    name: str = "inflation"
    models: tuple[str, ...] = ("trellis", "trellis2")  # it stands in for both, and says so by its name
    device: str = "cpu"

    def reconstruct(self, picture: Photo, how: How) -> bytes:
        """Return a GLB; InvalidInput("image", …) where nothing stands out from the background.

        The silhouette leaves nothing to chance, so seed and samplers change nothing. `simplify` is read as a share
        of TRELLIS' triangles, not of its own: 0.95 leaves 60,000; never fewer than 2,000, nor more than 200,000.
        """
        triangles = round(RAW_TRIANGLES * (1 - how.simplify))
        least, most = TRIANGLES
        model = inflate(
            picture.pixels,
            self._alpha(picture),
            triangles=min(max(triangles, least), most),
            texture_px=how.texture_size,
        )
        return as_glb(model)

    def _alpha(self, picture: Photo) -> NDArray[np.float32]:
        if picture.alpha is not None and (picture.alpha < 250).mean() > CUT_OUT:
            return np.asarray(picture.alpha / 255, np.float32)
        return self.matting.alpha(flat(picture))


def engines() -> Engines:
    """Return the classical engines."""
    return Engines(ClassicalSegmenter(), ClassicalMatting(), ClassicalGenerator())
