"""The texture that a photo gives a surface on which it is laid from the front.

Seen from the side such a texture is stretched to stripes. So where the surface turns away from the viewer it has the
mean colour of its neighbourhood, and its colours run on beyond the silhouette, where the photo has its background.
"""

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.domain.meshes.silhouette import Silhouette

MARGIN = 0.02  # of the silhouette's longer side
JPEG_QUALITY = 92
_FACING = (0.15, 0.5)  # cosine of the angle to the viewer: below the first only mean colours, above the second none
_MEAN_OVER = 0.012  # of the texture's longer side
_SURE = 0.95  # of a pixel: from here on its colour is the piece's alone

Colours = NDArray[np.float32]  # (h, w, 3), 0 to 255


@dataclass(frozen=True)
class PhotoTexture:
    """Colours of the part of a picture around a silhouette: its corner and size are in pixels of the picture."""

    colours: Colours
    left: int
    top: int
    width: int
    height: int

    @classmethod
    def of(
        cls, pixels: NDArray[np.uint8], alpha: NDArray[np.floating], silhouette: Silhouette, texture_px: int
    ) -> "PhotoTexture":
        """Cut the silhouette's surroundings out of `pixels`, `texture_px` along the longer side at most."""
        left, top, right, bottom = _window(silhouette, alpha.shape)
        height, width = bottom - top, right - left
        shrink = min(1.0, texture_px / max(height, width))
        size = max(1, round(width * shrink)), max(1, round(height * shrink))
        window = (slice(top, bottom), slice(left, right))
        colours = cv2.resize(pixels[window], size, interpolation=cv2.INTER_AREA).astype(np.float32)
        share = cv2.resize(np.asarray(alpha[window], np.float32), size, interpolation=cv2.INTER_AREA)
        trust = np.clip((share - 0.5) / (_SURE - 0.5), 0, 1) ** 2
        return cls(_run_on(colours, np.asarray(trust, np.float32)), left, top, width, height)

    def uv(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return where pixels (x, y) of the picture lie on the texture, (n, 2), v upwards."""
        uv = np.stack([(x - self.left) / self.width, 1 - (y - self.top) / self.height], axis=-1)
        return np.clip(uv, 0, 1)

    def at(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
        """Return the lightness, 0 to 1, at pixels (x, y) of the picture, given as grids of the same shape."""
        grey = cv2.cvtColor(self.colours / 255, cv2.COLOR_RGB2GRAY)
        across, down = self._texels(x, y)
        return np.asarray(cv2.remap(grey, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)

    def image(self, facing: NDArray[np.float32], rows: NDArray, columns: NDArray) -> Image.Image:
        """Return the texture as a picture that knows itself a JPEG.

        `facing` is the cosine of the angle between surface and viewer on a grid; its cell that holds a texel is at
        (`rows`, `columns`), which are given for the texture's rows and for its columns.
        """
        low, high = _FACING
        away = np.clip((high - facing) / (high - low), 0, 1).astype(np.float32)
        down, across = np.meshgrid(rows.astype(np.float32), columns.astype(np.float32), indexing="ij")
        share = cv2.remap(away, across, down, cv2.INTER_LINEAR, borderValue=1.0)[..., None]
        mean = cv2.GaussianBlur(self.colours, (0, 0), max(1.0, _MEAN_OVER * max(self.colours.shape)))
        return _jpeg(self.colours * (1 - share) + mean * share)

    def texel_places(self) -> tuple[NDArray, NDArray]:
        """Return x of each column and y of each row of texels, in pixels of the picture."""
        height, width = self.colours.shape[:2]
        x = self.left + (np.arange(width) + 0.5) * self.width / width
        y = self.top + (np.arange(height) + 0.5) * self.height / height
        return x, y

    def _texels(self, x: NDArray, y: NDArray) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        height, width = self.colours.shape[:2]
        across = (x - self.left) * width / self.width - 0.5
        down = (y - self.top) * height / self.height - 0.5
        return across.astype(np.float32), down.astype(np.float32)


def _window(silhouette: Silhouette, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return the box around the silhouette with a margin, within the picture: left, top, right, bottom."""
    height, width = (side * silhouette.scale for side in silhouette.share.shape)
    margin = max(2.0, MARGIN * silhouette.longest_px)
    left, top = (max(0, int(edge - margin)) for edge in (silhouette.left, silhouette.top))
    right = min(shape[1], int(np.ceil(silhouette.left + width + margin)))
    bottom = min(shape[0], int(np.ceil(silhouette.top + height + margin)))
    return left, top, right, bottom


def _run_on(colours: Colours, trust: NDArray[np.float32]) -> Colours:
    """Replace colours that are not trusted by those around, near ones before far ones (a pyramid of means)."""
    sums: list[NDArray] = [colours * trust[..., None]]
    weights: list[NDArray] = [trust]
    while max(weights[-1].shape) > 1:
        size = tuple(max(1, side // 2) for side in weights[-1].shape[::-1])
        sums.append(cv2.resize(sums[-1], size, interpolation=cv2.INTER_AREA).reshape(*size[::-1], 3))
        weights.append(cv2.resize(weights[-1], size, interpolation=cv2.INTER_AREA).reshape(size[::-1]))
    filled = sums[-1] / np.maximum(weights[-1], 1e-9)[..., None]
    for total, weight in zip(sums[-2::-1], weights[-2::-1], strict=True):
        coarse = cv2.resize(filled, weight.shape[::-1], interpolation=cv2.INTER_LINEAR).reshape(total.shape)
        own = np.clip(weight, 0, 1)[..., None]
        filled = total / np.maximum(weight, 1e-9)[..., None] * own + coarse * (1 - own)
    return np.asarray(filled, np.float32)


def _jpeg(colours: Colours) -> Image.Image:
    """Keep the picture as the JPEG that files are to hold: a third of a PNG's size."""
    out = io.BytesIO()
    Image.fromarray(np.clip(colours + 0.5, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=JPEG_QUALITY)
    image = Image.open(io.BytesIO(out.getvalue()))
    image.load()
    return image
