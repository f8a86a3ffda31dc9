"""The silhouette of a piece in its picture: rid of specks and pinholes, and drawn on a grid of a wanted fineness."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tasks.domain.errors import InvalidInput

FIELD = "image"
MIN_PIXELS = 16  # of the picture; less is dust, not a piece
WORK_PX = 1024  # longer side of the plane on which specks are told from parts
PAD = 3  # empty cells around the silhouette on the grid
_SPECK, _PINHOLE = 0.002, 0.0005  # of the silhouette's area: smaller parts are dropped, smaller holes are filled
_SOFTEN, _SOFTEN_PX = 0.8, 0.6  # cells and pixels, the larger: rounds the stairs that both make of a slanting edge
_MIN_CELLS = 4

Plane = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Silhouette:
    """How much of each pixel belongs to the piece, 0 to 1, around the piece only.

    `share` may be shrunk: each of its pixels is `scale` pixels of the picture wide; its corner lies at (left, top).
    """

    share: Plane
    left: float
    top: float
    scale: float

    @classmethod
    def of(cls, alpha: NDArray[np.floating]) -> "Silhouette":
        """Cut the silhouette out of `alpha`, (h, w), 0 to 1; InvalidInput("image", …) where there is none."""
        inside = alpha > 0.5
        if inside.sum() < MIN_PIXELS:
            raise InvalidInput(FIELD, f"no silhouette: fewer than {MIN_PIXELS} of its pixels show a piece")
        if inside.all():
            raise InvalidInput(FIELD, "no silhouette: nothing in it stands out from a background")
        scale = max(1.0, max(alpha.shape) / WORK_PX)
        share = _resized(np.asarray(alpha, np.float32), _shrunk_size(alpha.shape, scale))
        kept = _without_specks(share)
        rows, columns = np.flatnonzero((kept > 0.5).any(1)), np.flatnonzero((kept > 0.5).any(0))
        if not len(rows):
            raise InvalidInput(FIELD, "no silhouette: what it shows of a piece is thinner than a pixel")
        top, left = rows[0], columns[0]
        return cls(kept[top : rows[-1] + 1, left : columns[-1] + 1], float(left * scale), float(top * scale), scale)

    @cached_property
    def longest_px(self) -> float:
        """Longer side of the silhouette's box in pixels of the picture."""
        return max(self.share.shape) * self.scale

    def on_grid(self, cells: int) -> "Grid":
        """Draw the silhouette with `cells` cells along its longer side."""
        height, width = self.share.shape
        pitch = max(height, width) / cells
        size = (max(_MIN_CELLS, round(height / pitch)), max(_MIN_CELLS, round(width / pitch)))
        share = np.pad(_resized(self.share, size), PAD)
        share = np.asarray(cv2.GaussianBlur(share, (0, 0), max(_SOFTEN, _SOFTEN_PX / pitch)), np.float32)
        steps = (height * self.scale / size[0], width * self.scale / size[1])
        return Grid(share, self.left, self.top, steps)


@dataclass(frozen=True)
class Grid:
    """The silhouette's share of each cell; a cell is `steps` pixels of the picture high and wide, some are padding."""

    share: Plane
    left: float
    top: float
    steps: tuple[float, float]

    @cached_property
    def inside(self) -> Bools:
        """Which cells' centres lie in the silhouette."""
        return self.share > 0.5

    def in_picture(self, rows: NDArray[np.floating], columns: NDArray[np.floating]) -> tuple[NDArray, NDArray]:
        """Return x and y in pixels of the picture, from its corner, of places counted in cells from a cell's centre."""
        x = self.left + (columns - PAD + 0.5) * self.steps[1]
        y = self.top + (rows - PAD + 0.5) * self.steps[0]
        return x, y

    def cells_at(self, x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[NDArray, NDArray]:
        """Return rows and columns, counted from a cell's centre, of pixels (x, y): the way back from `in_picture`."""
        return (y - self.top) / self.steps[0] + PAD - 0.5, (x - self.left) / self.steps[1] + PAD - 0.5


def _shrunk_size(shape: tuple[int, ...], scale: float) -> tuple[int, int]:
    return max(1, round(shape[0] / scale)), max(1, round(shape[1] / scale))


def _resized(plane: Plane, size: tuple[int, int]) -> Plane:
    """Bring `plane` to (height, width): averaged where it shrinks, smoothly interpolated where it grows."""
    shrinks = size[0] <= plane.shape[0] and size[1] <= plane.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(plane, size[::-1], interpolation=method), np.float32)


def _without_specks(share: Plane) -> Plane:
    """Drop parts, and fill holes, that are no larger than a matting's noise."""
    inside = share > 0.5
    area = max(int(inside.sum()), 1)
    holes = _smaller_than(_PINHOLE * area, ~inside, np.ones((3, 3)))
    filled = np.where(holes, np.float32(1), share)
    specks = _smaller_than(_SPECK * area, filled > 0.5, np.ones((3, 3)))
    return np.where(specks, np.float32(0), filled)


def _smaller_than(area: float, mask: Bools, touching: NDArray) -> Bools:
    """Return the pieces of `mask` that have fewer than `area` pixels."""
    labels, count = ndimage.label(mask, touching)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    small = sizes < area
    small[0] = False
    return small[labels]
