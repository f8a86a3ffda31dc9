"""The seven pictures that segmentation is measured on, each with its truth and its clicks.

Four pieces of jewelry are drawn by code, so that their truth is exact. A horse's silhouette stands on grass. Two of
scikit-image's photographs were outlined by hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

from bench.try_on.drawing import (
    Floats,
    Piece,
    Sphere,
    brilliant,
    cabochon,
    clouds,
    linen,
    marble,
    metal,
    paper,
    photographed,
    velvet,
)

Point = tuple[float, float]  # fractions of width and height
LONG_SIDE_PX = 1536
GOLD, SILVER = (1.0, 0.76, 0.40), (0.72, 0.74, 0.78)
_TURNS = np.linspace(0, 2 * np.pi, 720, endpoint=False)

_COFFEE = [
    (13.0, 55), (13.3, 48), (14.5, 41), (17, 33), (20.5, 26.5), (25, 21), (30, 17), (32, 13), (36, 8.5), (40, 6),
    (44, 4.7), (48, 4.3), (52, 5), (57, 7.3), (61, 10.3), (64, 13.5), (66.4, 18), (68, 16.8), (69.7, 17), (70.7, 19),
    (69.5, 26.5), (72.5, 30.5), (75.5, 36), (78, 42.5), (79.6, 49), (80, 55), (79.4, 61), (78, 67.5), (75.5, 75),
    (72, 82), (67, 88.3), (61, 93.5), (55, 96.5), (48, 97.5), (41, 96.8), (35, 94.3), (29, 90.3), (24, 84.8),
    (19.5, 77.5), (16.2, 70), (14, 62.5),
]  # fmt: skip
_ASTRONAUT = [
    (35.2, 26), (33.7, 24.3), (32, 22), (30.4, 18), (30.1, 14), (31.3, 10.5), (34, 8.3), (36.8, 7.2), (39, 5.2),
    (42, 4), (45.5, 3.2), (50, 3.9), (54, 6.0), (57, 9.8), (58.2, 13), (58.8, 17), (58, 21), (55.7, 24.5), (53.8, 26.6),
    (52.2, 27), (51, 31), (50.2, 34), (53.5, 36.5), (56.5, 39.8), (58.5, 43.0), (59.5, 46), (63, 47.7), (66, 51),
    (68, 55), (69.3, 60), (70.2, 64.5), (71, 68.3), (67.5, 70.0), (64, 72.3), (60.5, 75.8), (57.8, 79.5), (55.8, 84),
    (54.6, 90), (54.2, 95), (54.5, 100), (5.5, 100), (5.0, 95), (4.8, 90), (4.2, 86), (3.8, 82), (4.2, 77), (4.7, 71),
    (5.5, 66), (7, 61), (8.5, 56), (10, 52), (12, 48), (15, 45.5), (19, 43), (22.3, 40.5), (22.2, 37.3), (23.2, 36.2),
    (24.3, 35), (26, 32.8), (28.5, 30.7), (32, 29.3), (35.9, 29),
]  # fmt: skip


@dataclass(frozen=True)
class ClickedPicture:
    """RGB pixels, the thing's true mask, and the clicks on it and beside it."""

    name: str
    pixels: NDArray[np.uint8]
    truth: NDArray[np.bool_]
    foreground: Sequence[Point]
    background: Sequence[Point]


def necklace(long_side_px: int = LONG_SIDE_PX) -> ClickedPicture:
    """A gold bead chain with a blue drop, on cream linen."""
    height, width = long_side_px, long_side_px * 3 // 4
    piece = metal([*_chain(width, height, 0.010), *_drop(width, height)], height, width, GOLD)
    piece = cabochon(piece, (0.5 * width, 0.785 * height), 0.05 * width, (0.10, 0.19, 0.46))
    foreground = [_on_chain(share) for share in (0.05, 0.25, 0.4, 0.6, 0.75, 0.95)]
    foreground += [(0.5, 0.785), (0.5, 0.705), (0.562, 0.785)]
    background = [(0.5, 0.3), (0.06, 0.6), (0.94, 0.6), (0.5, 0.93), (0.3, 0.3)]
    return _drawn("necklace", piece, linen(height, width), foreground, background)


def dark_necklace(long_side_px: int = LONG_SIDE_PX) -> ClickedPicture:
    """A silver chain on dark velvet: its shadowed sides are as dark as the cloth."""
    height, width = long_side_px, long_side_px * 3 // 4
    piece = metal([*_chain(width, height, 0.012), *_drop(width, height)], height, width, SILVER)
    foreground = [_on_chain(share) for share in (0.05, 0.2, 0.4, 0.6, 0.8, 0.95)]
    foreground += [(0.5, 0.785), (0.5, 0.705), (0.54, 0.75)]
    background = [(0.5, 0.3), (0.06, 0.6), (0.94, 0.6), (0.5, 0.93), (0.3, 0.3), (0.1, 0.95), (0.9, 0.95)]
    return _drawn("dark necklace", piece, velvet(height, width), foreground, background)


def ring(long_side_px: int = LONG_SIDE_PX) -> ClickedPicture:
    """A gold solitaire that stands on grey paper, which shows through the finger hole."""
    height = width = long_side_px
    x, y, radius = 0.5 * width, 0.6 * height, 0.24 * width
    band = [
        Sphere(x + radius * np.cos(turn), y - radius * np.sin(turn), 0.5 * radius * np.cos(turn), 0.026 * width)
        for turn in _TURNS
    ]
    piece = brilliant(metal(band, height, width, GOLD), (x, 0.295 * height), 0.085 * width)
    foreground = [(0.5, 0.29), (0.26, 0.6), (0.74, 0.6), (0.5, 0.84), (0.33, 0.43)]
    return _drawn("ring", piece, paper(height, width), foreground, [(0.5, 0.6), (0.1, 0.1), (0.9, 0.9), (0.1, 0.85)])


def flat_lay_ring(long_side_px: int = LONG_SIDE_PX) -> ClickedPicture:
    """A gold band that lies on veined marble, seen from above and a little from the side."""
    height, width = long_side_px * 3 // 4, long_side_px
    band = [
        Sphere((0.5 + 0.14 * np.cos(turn)) * width, 0.5 * height + 0.11 * width * np.sin(turn), 0, 0.021 * width)
        for turn in _TURNS
    ]
    piece = metal(band, height, width, GOLD)
    foreground = [(0.36, 0.5), (0.64, 0.5), (0.5, 0.353), (0.5, 0.647)]
    return _drawn(
        "flat-lay ring", piece, marble(height, width), foreground, [(0.5, 0.5), (0.1, 0.15), (0.85, 0.85), (0.15, 0.8)]
    )


def horse(long_side_px: int = LONG_SIDE_PX) -> ClickedPicture:
    """scikit-image's silhouette of a horse, brown, on its photograph of grass."""
    shape = ~data.horse()
    width, height = long_side_px, round(long_side_px * shape.shape[0] / shape.shape[1])
    coverage = cv2.resize(shape.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    coverage = cv2.GaussianBlur(coverage, (0, 0), long_side_px / 500).clip(0, 1)
    light = (
        0.75 + 0.25 * cv2.GaussianBlur(coverage, (0, 0), long_side_px / 40) + 0.08 * clouds(height, width, 6, seed=2)
    )
    coat = light[..., None] * np.array([0.40, 0.24, 0.15], np.float32)
    grass = cv2.resize(data.grass(), (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255
    lawn = (0.3 + grass[..., None]) * np.array([0.45, 0.60, 0.26], np.float32)
    foreground = [(0.35, 0.4), (0.55, 0.4), (0.75, 0.28), (0.9, 0.22), (0.08, 0.5), (0.136, 0.8), (0.64, 0.75)]
    background = [(0.5, 0.75), (0.5, 0.1), (0.95, 0.6), (0.215, 0.85)]
    return _drawn("horse on grass", (coat, coverage), lawn, foreground, background)


def coffee(long_side_px: int = LONG_SIDE_PX) -> ClickedPicture:
    """A cup of coffee, its saucer and its spoon: one thing, red on brown, with a white rim."""
    foreground = [
        (0.47, 0.35), (0.31, 0.25), (0.22, 0.5), (0.76, 0.55), (0.6, 0.7), (0.68, 0.2), (0.4, 0.92), (0.38, 0.65),
        (0.5, 0.8),
    ]  # fmt: skip
    background = [(0.05, 0.1), (0.1, 0.4), (0.9, 0.3), (0.86, 0.8), (0.1, 0.85), (0.26, 0.95), (0.74, 0.9)]
    return _outlined("coffee", data.coffee(), _COFFEE, long_side_px, foreground, background)


def astronaut(long_side_px: int = LONG_SIDE_PX) -> ClickedPicture:
    """A woman in an orange suit with a black collar; the helmet before her is not hers to click."""
    foreground = [
        (0.47, 0.07), (0.33, 0.17), (0.565, 0.18), (0.44, 0.25), (0.42, 0.42), (0.5, 0.555), (0.15, 0.88), (0.36, 0.76),
        (0.58, 0.74),
    ]  # fmt: skip
    background = [(0.25, 0.2), (0.65, 0.3), (0.05, 0.2), (0.85, 0.6), (0.75, 0.8), (0.03, 0.6), (0.12, 0.38)]
    return _outlined("astronaut", data.astronaut(), _ASTRONAUT, long_side_px, foreground, background)


PICTURES: tuple[Callable[..., ClickedPicture], ...] = (
    necklace,
    ring,
    flat_lay_ring,
    horse,
    dark_necklace,
    coffee,
    astronaut,
)


def _on_chain(share: float) -> Point:
    """A point of the necklace's curve, from its left end (0) to its right end (1)."""
    across = 2 * share - 1
    return 0.5 + 0.38 * across, 0.06 + 0.62 * (1 - abs(across) ** 2.2)


def _chain(width: int, height: int, radius: float) -> list[Sphere]:
    """Beads of two sizes in turn, which touch."""
    curve = np.array([_on_chain(share) for share in np.linspace(0, 1, 4000)]) * (width, height)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    places = np.arange(0, along[-1], 1.5 * radius * width)
    points = np.stack([np.interp(places, along, curve[:, axis]) for axis in (0, 1)], -1)
    return [
        Sphere(float(x), float(y), 0, radius * width * (1.0 if index % 2 else 0.78))
        for index, (x, y) in enumerate(points)
    ]


def _drop(width: int, height: int) -> list[Sphere]:
    """A bail below the chain, and a round setting below the bail."""
    bail = [Sphere(0.5 * width, (0.69 + 0.008 * step) * height, 0, 0.014 * width) for step in range(5)]
    rim = [
        Sphere(
            0.5 * width + 0.055 * width * np.cos(turn), 0.785 * height + 0.055 * width * np.sin(turn), 0, 0.02 * width
        )
        for turn in _TURNS[::4]
    ]
    plate = [Sphere(0.5 * width, 0.785 * height, -0.05 * width, 0.06 * width)]
    return [*bail, *plate, *rim]


def _drawn(
    name: str, piece: Piece, backdrop: Floats, foreground: Sequence[Point], background: Sequence[Point]
) -> ClickedPicture:
    return ClickedPicture(name, photographed(piece, backdrop), piece[1] > 0.5, foreground, background)


def _outlined(
    name: str,
    pixels: NDArray[np.uint8],
    outline: Sequence[Point],
    long_side_px: int,
    foreground: Sequence[Point],
    background: Sequence[Point],
) -> ClickedPicture:
    """`outline` is in percent of width and height."""
    scale = long_side_px / max(pixels.shape[:2])
    width, height = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
    large = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
    corners = (np.array(outline) / 100 * (width, height)).round().astype(np.int32)
    truth = cv2.fillPoly(np.zeros((height, width), np.uint8), [corners], 1) > 0
    return ClickedPicture(name, large, truth, foreground, background)
