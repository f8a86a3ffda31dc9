"""Jewelry drawn by code: spheres under a studio's lights, on cloth, paper and stone, seen by a camera.

A piece is (colour, coverage): H × W × 3 and H × W, both 0 to 1. Coverage over a half is what counts as the piece.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Piece = tuple[Floats, Floats]
Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Sphere:
    """In pixels; `z` is towards the viewer."""

    x: float
    y: float
    z: float
    radius: float


def metal(spheres: Sequence[Sphere], height: int, width: int, colour: Colour) -> Piece:
    """Return the union of `spheres`, polished."""
    depth = np.full((height, width), -np.inf, np.float32)
    normals = np.zeros((height, width, 3), np.float32)
    coverage = np.zeros((height, width), np.float32)
    for sphere in spheres:
        _put(sphere, depth, normals, coverage)
    light = _environment(normals)[..., None]
    return (light * np.array(colour, np.float32) + np.clip(light - 0.85, 0, 1) * 0.8).clip(0, 1), coverage


def _put(sphere: Sphere, depth: Floats, normals: Floats, coverage: Floats) -> None:
    height, width = depth.shape
    reach = int(sphere.radius + 2)
    top, left = max(0, int(sphere.y) - reach), max(0, int(sphere.x) - reach)
    window = np.s_[top : min(height, int(sphere.y) + reach + 1), left : min(width, int(sphere.x) + reach + 1)]
    rows, columns = np.mgrid[window].astype(np.float32)
    across, down = (columns - sphere.x) / sphere.radius, (rows - sphere.y) / sphere.radius
    distance = np.hypot(across, down)
    up = np.sqrt(np.clip(1 - distance**2, 0, 1))
    z = np.where(distance < 1, sphere.z + up * sphere.radius, -np.inf)
    nearer = z > depth[window]
    depth[window][nearer] = z[nearer]
    normals[window][nearer] = np.stack([across, down, up], -1)[nearer]
    edge = np.clip((1 - distance) * sphere.radius + 0.5, 0, 1)
    coverage[window] = np.maximum(coverage[window], edge)


def _environment(normals: Floats) -> Floats:
    """The brightness that a mirror with these normals shows: a soft box above, a strip at the left, a dark floor."""
    x, y, z = (normals[..., axis] for axis in range(3))
    mirrored = np.stack([2 * z * x, 2 * z * y, 2 * z * z - 1], -1)
    box = _step(-mirrored[..., 1], 0.15, 0.75)
    strip = _step(-mirrored[..., 0], 0.55, 0.8) * _step(mirrored[..., 2], -0.4, 0.2)
    floor = _step(mirrored[..., 1], 0.1, 0.6)
    glint = _step(-0.35 * x - 0.5 * y + 0.79 * z, 0.965, 0.99)
    return (0.48 + 0.42 * box + 0.3 * strip - 0.3 * floor + 0.6 * glint).clip(0.06, 1.3)


def _step(value: Floats, low: float, high: float) -> Floats:
    share = np.clip((value - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def cabochon(piece: Piece, centre_px: tuple[float, float], radius_px: float, colour: Colour) -> Piece:
    """Return `piece` with a domed, glossy stone on it."""
    shade, coverage = piece
    rows, columns = np.mgrid[: coverage.shape[0], : coverage.shape[1]].astype(np.float32)
    across, down = (columns - centre_px[0]) / radius_px, (rows - centre_px[1]) / radius_px
    inside = np.clip((1 - np.hypot(across, down)) * radius_px + 0.5, 0, 1)
    glow = 0.55 + 0.7 * _step(0.5 * across + 0.7 * down, -0.6, 0.9)
    gloss = _step(1 - np.hypot((across + 0.35) / 0.32, (down + 0.45) / 0.2), 0.0, 0.6)
    stone = glow[..., None] * np.array(colour, np.float32) + 0.85 * gloss[..., None]
    return _over(shade, stone, inside), np.maximum(coverage, inside)


def brilliant(piece: Piece, centre_px: tuple[float, float], radius_px: float, seed: int = 3) -> Piece:
    """Return `piece` with a round brilliant on it, seen from above: a table in a ring of bright and dark facets."""
    shade, coverage = piece
    rows, columns = np.mgrid[: coverage.shape[0], : coverage.shape[1]].astype(np.float32)
    across, down = (columns - centre_px[0]) / radius_px, (rows - centre_px[1]) / radius_px
    distance, turn = np.hypot(across, down), np.arctan2(down, across)
    inside = np.clip((1 - distance) * radius_px + 0.5, 0, 1)
    sector = ((turn / (2 * np.pi) + 0.5) * 16).astype(int) % 16
    ring = np.digitize(distance, [0.28, 0.53, 0.78])
    facets = np.random.default_rng(seed).uniform(0.42, 1.0, (4, 16)).astype(np.float32)
    light = facets[ring, np.where(ring == 1, (sector + 1) // 2 % 16, sector)]
    fire = np.array([0.97, 1.0, 1.04], np.float32)
    stone = cv2.GaussianBlur(light, (0, 0), max(0.5, radius_px / 60))[..., None] * fire
    return _over(shade, stone, inside), np.maximum(coverage, inside)


def photographed(piece: Piece, backdrop: Floats, *, shadow: float = 0.45, seed: int = 7) -> NDArray[np.uint8]:
    """Return `piece` on `backdrop` as a camera sees it: with its shadow, softness, light fall-off and noise."""
    colour, coverage = piece
    height, width = coverage.shape
    size = max(height, width)
    cast = cv2.GaussianBlur(np.roll(coverage, (size // 110, size // 160), (0, 1)), (0, 0), size / 150)
    ground = backdrop * (1 - shadow * cast)[..., None]
    scene = cv2.GaussianBlur(_over(ground, colour, coverage), (0, 0), size / 2000)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    fall_off = 1 - 0.22 * ((columns / width - 0.4) ** 2 + (rows / height - 0.35) ** 2)
    noise = np.random.default_rng(seed).normal(0, 0.012, scene.shape)
    return ((scene * fall_off[..., None] + noise).clip(0, 1) * 255).round().astype(np.uint8)


def clouds(height: int, width: int, detail: int, seed: int) -> Floats:
    """Return smooth noise of mean 0 and deviation 1, with about `detail` blobs along a side and finer ones in them."""
    rng = np.random.default_rng(seed)
    total = np.zeros((height, width), np.float32)
    for octave in range(4):
        cells = detail * 2**octave
        coarse = rng.standard_normal((cells + 2, cells + 2)).astype(np.float32) / 1.7**octave
        total += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return (total - total.mean()) / total.std()


def linen(height: int, width: int) -> Floats:
    """Return cream cloth with a plain weave."""
    thread = max(height, width) / 240
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    bend = 0.8 * thread * clouds(height, width, 5, seed=11)
    weave = np.sin((columns + bend) / thread * np.pi) * np.sin((rows - bend) / thread * np.pi)
    light = 0.80 + 0.035 * weave + 0.03 * clouds(height, width, 3, seed=12)
    return light[..., None] * np.array([1.0, 0.965, 0.89], np.float32)


def velvet(height: int, width: int) -> Floats:
    """Return dark blue cloth in soft folds."""
    fine = np.random.default_rng(5).normal(0, 0.012, (height, width)).astype(np.float32)
    light = 0.13 + 0.028 * clouds(height, width, 3, seed=13) + fine
    return light[..., None].clip(0, 1) * np.array([0.75, 0.8, 1.25], np.float32)


def paper(height: int, width: int) -> Floats:
    """Return a grey backdrop, brighter at the top, with a faint grain."""
    fall = np.linspace(0.78, 0.55, height, dtype=np.float32)[:, None]
    light = fall + 0.012 * clouds(height, width, 60, seed=14)
    return light[..., None] * np.array([0.98, 0.99, 1.0], np.float32)


def marble(height: int, width: int) -> Floats:
    """Return white stone with grey veins."""
    rows, columns = np.mgrid[:height, :width].astype(np.float32) / max(height, width)
    bend = clouds(height, width, 3, seed=15)
    veins = 1 - np.abs(np.sin(7 * (columns + 0.6 * rows) + 1.3 * bend))
    light = 0.86 - 0.30 * veins**7 + 0.02 * clouds(height, width, 8, seed=16)
    return light[..., None] * np.array([0.99, 0.985, 0.975], np.float32)


def _over(below: Floats, above: Floats, share: Floats) -> Floats:
    return below + (above - below) * share[..., None]
