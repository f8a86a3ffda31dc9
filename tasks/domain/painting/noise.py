"""Noise without seams: a tile of chance whose waves weaken with their number, looked up anywhere."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, smooth_step

TILE_PX = 512
BROAD = 8  # pixels between places
SOFT_PX = 0.8  # waves as short as the tile's pixels would beat against those of the picture
BORDER_PX = 4  # what blurring and a cubic look-up need beyond the edge


class Noise:
    """Values about 0 with a spread of 1; `roughness` is how fast waves weaken: 1 rugged, 2 like clouds, 3 billowing."""

    def __init__(self, chance: np.random.Generator, roughness: float = 1.8, stretch: float = 1.0) -> None:
        white = np.fft.rfft2(chance.standard_normal((TILE_PX, TILE_PX)).astype(np.float32))
        down = np.fft.fftfreq(TILE_PX)[:, None] * TILE_PX
        across = np.fft.rfftfreq(TILE_PX)[None] * TILE_PX * stretch
        waves = np.hypot(down, across)
        waves[0, 0] = 1
        tile = np.fft.irfft2(white / waves**roughness)
        border = (BORDER_PX,) * 4
        soft = cv2.GaussianBlur(cv2.copyMakeBorder(tile, *border, cv2.BORDER_WRAP), (0, 0), SOFT_PX)
        soft = soft[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
        tile = ((soft - soft.mean()) / soft.std()).astype(np.float32)
        self._tile = cv2.copyMakeBorder(tile, *border, cv2.BORDER_WRAP)

    def at(self, columns: Floats, rows: Floats) -> Floats:
        """Return the values at those places (H × W each); the tile repeats after a length of 1."""
        if not columns.size:
            return np.zeros_like(columns)
        across = (columns % 1) * TILE_PX + BORDER_PX
        down = (rows % 1) * TILE_PX + BORDER_PX
        return np.asarray(
            cv2.remap(self._tile, across.astype(np.float32), down.astype(np.float32), cv2.INTER_CUBIC), np.float32
        )

    def broad(self, columns: Floats, rows: Floats) -> Floats:
        """Return the values at places far apart in the tile, without the steps that OpenCV's look-up makes there."""
        height, width = columns.shape
        few_px = max(2, width // BROAD), max(2, height // BROAD)
        few = (cv2.resize(np.ascontiguousarray(line), few_px, interpolation=cv2.INTER_AREA) for line in (columns, rows))
        smooth = cv2.GaussianBlur(self.at(*few), (0, 0), 1.6)
        large = cv2.resize(smooth, (width, height), interpolation=cv2.INTER_CUBIC)
        return np.asarray(cv2.GaussianBlur(large, (0, 0), BROAD / 3), np.float32)

    def over(self, shape: tuple[int, int], repeats: float, offset: float = 0.0) -> Floats:
        """Return a picture of the noise, `repeats` tiles high, starting `offset` tiles in."""
        rows, columns = np.indices(shape, np.float32)
        scale = repeats / shape[0]
        return self.at(columns * scale + offset, rows * scale + offset * 1.7)


def discs(
    shape: tuple[int, int],
    chance: np.random.Generator,
    count: int,
    radius_px: tuple[float, float],
    rows: tuple[float, float] = (0.0, 1.0),
) -> list[tuple[Floats, slice, slice]]:
    """Return soft-edged discs of light, as lights out of focus are: each with the window that it lies in."""
    found = []
    for _ in range(count):
        radius = chance.uniform(*radius_px)
        row, column = chance.uniform(*rows) * shape[0], chance.uniform(-0.05, 1.05) * shape[1]
        top, left = max(0, int(row - radius - 2)), max(0, int(column - radius - 2))
        bottom, right = min(shape[0], int(row + radius + 3)), min(shape[1], int(column + radius + 3))
        if bottom <= top or right <= left:
            continue
        down, across = np.ogrid[top:bottom, left:right]
        away = np.hypot(down - row, across - column) / radius
        disc = smooth_step(1.0, 0.93, away) * (0.72 + 0.28 * np.clip(away, 0, 1) ** 4)
        found.append((disc.astype(np.float32), slice(top, bottom), slice(left, right)))
    return found
