"""A ring's surface with everything wrong with it that a generator or a scanner leaves behind."""

import numpy as np
from numpy.typing import NDArray

from tasks.domain.meshes.model import Model, Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FLIPPED = 0.02  # of all faces
DOUBLED = 0.01
DEGENERATE = 0.005
FINS = 20
ISLANDS = 15
RADIUS_M = 0.009
THICKNESS_M = 0.002


def dirty_soup(faces: int) -> Model:
    """Return about `faces` unmerged triangles of a hammered ring: flips, doubles, slivers, fins, islands and a hole."""
    random = np.random.default_rng(7)
    vertices, ring = hammered_ring(int(faces / (1 + DOUBLED + DEGENERATE)))
    ring = _with_hole(vertices, ring)
    turned = random.random(len(ring)) < FLIPPED
    ring[turned] = ring[turned, ::-1]
    doubles = ring[random.random(len(ring)) < DOUBLED]
    slivers = ring[random.random(len(ring)) < DEGENERATE][:, [0, 1, 1]]
    triangles = [vertices[np.concatenate([ring, doubles, slivers])], _fins(vertices, ring, random), _islands(random)]
    soup = random.permutation(np.concatenate(triangles))
    return Model((Part("ring", soup.reshape(-1, 3), np.arange(3 * len(soup)).reshape(-1, 3)),))


def hammered_ring(faces: int) -> tuple[Floats, Ints]:
    """Return the closed surface of a ring with about `faces` triangles: vertices (n, 3) in metres, faces (m, 3)."""
    around = max(8, round(np.sqrt(faces)))
    across = max(6, faces // (2 * around))
    u = np.arange(around)[:, None] * (2 * np.pi / around)
    v = np.arange(across)[None, :] * (2 * np.pi / across)
    thickness = THICKNESS_M * (1 + 0.1 * np.sin(9 * u) * np.cos(2 * v))
    radius = RADIUS_M + thickness * np.cos(v)
    vertices = np.stack([radius * np.cos(u), radius * np.sin(u), thickness * np.sin(v)], axis=-1).reshape(-1, 3)
    i, j = (index.ravel() for index in np.meshgrid(np.arange(around), np.arange(across), indexing="ij"))
    a, b = i * across + j, (i + 1) % around * across + j
    c, d = (i + 1) % around * across + (j + 1) % across, i * across + (j + 1) % across
    return vertices, np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def _with_hole(vertices: Floats, faces: Ints) -> Ints:
    """Without the faces within a third of the shank's thickness of one point."""
    distance = np.linalg.norm(vertices[faces].mean(axis=1) - vertices[0], axis=1)
    return faces[distance > THICKNESS_M / 3]


def _fins(vertices: Floats, faces: Ints, random: np.random.Generator) -> Floats:
    """Triangles that stand out from an edge, (FINS, 3, 3)."""
    edges = vertices[random.choice(faces, FINS, replace=False)[:, :2]]
    tips = edges.mean(axis=1) * (1 + random.uniform(0.05, 0.1, (FINS, 1)))
    return np.concatenate([edges, tips[:, None]], axis=1)


def _islands(random: np.random.Generator) -> Floats:
    """Two crossed triangles each, floating near the ring, (2 * ISLANDS, 3, 3)."""
    corner = random.uniform(-1.5, 1.5, (ISLANDS, 1, 3)) * RADIUS_M
    quad = corner + random.normal(0, THICKNESS_M / 20, (ISLANDS, 4, 3))
    return quad[:, [[0, 1, 2], [0, 2, 3]]].reshape(-1, 3, 3)
