"""Silhouettes drawn with soft edges, and what a model is as a solid."""

import numpy as np
import trimesh

from tasks.domain.meshes.inflation import inflate
from tasks.domain.meshes.model import Model

SIDE = 240
GOLD, GREEN = (212, 168, 60), (20, 200, 40)


def disc(radius: float, x: float = SIDE / 2, y: float = SIDE / 2) -> np.ndarray:
    """A disc's share of each pixel."""
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    return np.clip(radius - np.hypot(columns - x, rows - y) + 0.5, 0, 1)


def annulus(outer: float, inner: float) -> np.ndarray:
    """A ring's share of each pixel."""
    return disc(outer) - disc(inner)


def necklace() -> np.ndarray:
    """A loop as thin as a chain, with a pendant."""
    return np.maximum(annulus(90, 86), disc(15, y=SIDE / 2 + 95))


def box(width: int, height: int, left: int = 60, top: int = 60) -> np.ndarray:
    """A rectangle's share of each pixel."""
    alpha = np.zeros((SIDE, SIDE))
    alpha[top : top + height, left : left + width] = 1
    return alpha


def blob(seed: int) -> np.ndarray:
    """A clutter of discs, some of which cut others out."""
    draw = np.random.default_rng(seed)
    alpha = np.zeros((SIDE, SIDE))
    for _ in range(12):
        one = disc(draw.uniform(8, 45), *draw.uniform(30, SIDE - 30, 2))
        alpha = np.maximum(alpha, one) if draw.random() < 0.7 else np.minimum(alpha, 1 - one)
    return alpha


def gold(alpha: np.ndarray) -> np.ndarray:
    """A golden piece on bright green."""
    share = alpha[..., None]
    return np.round(np.array(GOLD) * share + np.array(GREEN) * (1 - share)).astype(np.uint8)


def inflated(alpha: np.ndarray, rgb: np.ndarray | None = None, **how: float) -> Model:
    """The model of a silhouette, small."""
    return inflate(gold(alpha) if rgb is None else rgb, alpha, **({"triangles": 12_000, "texture_px": 256} | how))


def solid(model: Model) -> trimesh.Trimesh:
    """The one part of a model as it stands, nothing merged."""
    (part,) = model.parts
    return trimesh.Trimesh(part.vertices, part.faces, process=False)


def colours(model: Model) -> np.ndarray:
    """What colour each vertex has, (n, 3)."""
    (part,) = model.parts
    assert part.uv is not None
    assert part.material is not None
    texture = np.asarray(part.material.baseColorTexture.convert("RGB")).astype(float)
    height, width = texture.shape[:2]
    columns = np.clip((part.uv[:, 0] * width).astype(int), 0, width - 1)
    rows = np.clip(((1 - part.uv[:, 1]) * height).astype(int), 0, height - 1)
    return texture[rows, columns]
