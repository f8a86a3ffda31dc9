"""A picture's silhouette, blown up like a balloon: a closed, textured model from one photo, without a neural model.

The half thickness z over the silhouette is the root of u, where u solves Poisson's equation ∇²u = -4 and is 0 on the
outline: a disc becomes a sphere, a ring a torus, and a hole stays a hole. The surface u(x, y) = z² is found by marching
cubes. What the photo cannot show is made up: the back is the front, mirrored and with less of its relief.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import scipy.sparse as sparse
from numpy.typing import NDArray
from scipy.sparse.linalg import spsolve
from skimage.measure import marching_cubes
from trimesh.visual.material import PBRMaterial

from tasks.domain.meshes.model import Floats, Ints, Model, Part
from tasks.domain.meshes.photo_texture import PhotoTexture
from tasks.domain.meshes.silhouette import PAD, Grid, Silhouette

RESOLUTION = 320  # cells along the longer side at most
TRIANGLES = 60_000
RELIEF = 0.06  # of the thickness: how far light and dark places of the picture stand out or lie back
DEPTH = 1.0  # largest thickness, of the longer side
_BACK_RELIEF = 0.4  # of the front's
_PROBE_CELLS, _LEAST_CELLS = 96, 16
_CELLS_PER_PIXEL = 2  # no picture tells more
_PER_CELL = 2.5  # triangles that marching cubes makes of a square cell's area of surface
_NEAREST = 0.1  # of a cell: an outline that comes closer to a cell's centre is taken to be this far
_SHARPNESS = 16  # of the bend to the largest depth
_NEIGHBOURS = ((0, 1), (1, 0), (0, -1), (-1, 0))
_OUTSIDE = -4.0
_SMOOTHING = (0.5, -0.53) * 5  # inwards and out again

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Swollen:
    """z² of the front and of the back in cells, (h, w); negative outside the silhouette."""

    grid: Grid
    front: Floats
    back: Floats

    @property
    def area(self) -> float:
        """Surface of both sides in cells."""
        return float(2 * (1 / np.maximum(_facing(self), 0.1))[self.grid.inside].sum())


def inflate(
    rgb: Pixels,
    alpha: NDArray[np.floating],
    *,
    resolution: int = RESOLUTION,
    triangles: int = TRIANGLES,
    texture_px: int = 1024,
    relief: float = RELIEF,
) -> Model:
    """Return the silhouette of `alpha`, (h, w) from 0 to 1, swollen, with the picture `rgb`, (h, w, 3), on it.

    One closed part, centred on the origin, its longest side 1; y is up and the picture's front looks along +z. The
    same picture gives the same model. `resolution` bounds the cells along the silhouette's longer side and
    `triangles` the faces: what is reached first makes the grid coarser. `texture_px` bounds the texture's longer side.

    Raises InvalidInput("image", "no silhouette: …") where nothing, or everything, of the picture is the piece.
    """
    silhouette = Silhouette.of(alpha)
    texture = PhotoTexture.of(rgb, alpha, silhouette, texture_px)
    cells = _cells(silhouette, resolution, triangles)
    while True:
        swollen = _embossed(_swollen(silhouette.on_grid(cells)), texture, relief)
        places, faces = _surface(swollen)
        if len(faces) <= triangles or cells <= _LEAST_CELLS:
            return _model(swollen, places, faces, texture)
        cells = max(_LEAST_CELLS, int(0.98 * cells * math.sqrt(triangles / len(faces))))


def _cells(silhouette: Silhouette, resolution: int, triangles: int) -> int:
    """Return as fine a grid as the triangles allow, told from a coarse one."""
    resolution = max(_LEAST_CELLS, min(resolution, int(_CELLS_PER_PIXEL * silhouette.longest_px)))
    cells = min(_PROBE_CELLS, resolution)
    area = _swollen(silhouette.on_grid(cells)).area
    allowed = cells * math.sqrt(triangles / max(_PER_CELL * area, 1))
    return max(_LEAST_CELLS, min(resolution, int(allowed)))


def _swollen(grid: Grid) -> Swollen:
    """Solve for z² on the grid, and keep the thickness within DEPTH of the longer side."""
    u = _poisson(grid)
    limit = 1.05 * DEPTH / 2 * (max(grid.share.shape) - 2 * PAD)  # a ball, right at the depth, loses 2 % by the bend
    z = np.sqrt(np.maximum(u, 0))
    z /= (1 + (z / limit) ** _SHARPNESS) ** (1 / _SHARPNESS)
    bounded = np.where(grid.inside, z * z, u)
    return Swollen(grid, bounded, bounded)


def _poisson(grid: Grid) -> Floats:
    """Return u with ∇²u = -4 inside and u = 0 on the outline, which runs between the cells' centres.

    A cell beside the outline sees, in its neighbour's place, the value that makes u vanish where the outline crosses
    the line between both (ghost values, after Gibou, Fedkiw, Cheng and Kang, 2002); outside, these values are kept.
    """
    inside, share = grid.inside, grid.share.astype(np.float64)
    number = np.full(inside.shape, -1)
    number[inside] = np.arange(int(inside.sum()))
    here = number[inside]
    diagonal = np.zeros(len(here))
    rows, columns, crossings = [], [], []
    for step in _NEIGHBOURS:
        beyond, share_beyond = (np.roll(plane, (-step[0], -step[1]), (0, 1))[inside] for plane in (number, share))
        is_inside = beyond >= 0
        crossing = np.clip((share[inside] - 0.5) / np.maximum(share[inside] - share_beyond, 1e-9), _NEAREST, 1)
        diagonal += np.where(is_inside, 1, 1 / crossing)
        rows.append(here[is_inside])
        columns.append(beyond[is_inside])
        crossings.append(np.where(is_inside, 1, crossing))
    row, column = np.concatenate([*rows, here]), np.concatenate([*columns, here])
    values = np.concatenate([np.full(len(row) - len(here), -1.0), diagonal])
    matrix = sparse.csc_matrix((values, (row, column)), shape=(len(here), len(here)))
    u = np.zeros(inside.shape)
    u[inside] = spsolve(matrix, np.full(len(here), 4.0), permc_spec="MMD_AT_PLUS_A")
    return _with_ghosts(u, inside, crossings)


def _with_ghosts(u: Floats, inside: NDArray[np.bool_], crossings: list[Floats]) -> Floats:
    """Put the mean of its ghost values into each cell beside the outline, and less than zero into all others."""
    total, count = np.zeros_like(u), np.zeros_like(u)
    for step, crossing in zip(_NEIGHBOURS, crossings, strict=True):
        ghosts, is_ghost = np.zeros_like(u), np.zeros_like(u)
        ghosts[inside] = -u[inside] * (1 - crossing) / crossing
        is_ghost[inside] = 1
        total += np.roll(ghosts, step, (0, 1))
        count += np.roll(is_ghost, step, (0, 1))
    beside = ~inside & (count > 0)
    outside = np.full_like(u, _OUTSIDE)
    outside[beside] = np.minimum(total[beside] / count[beside], -1e-3)
    return np.where(inside, u, outside)


def _embossed(swollen: Swollen, texture: PhotoTexture, relief: float) -> Swollen:
    """Let what is lighter than its surroundings stand out, and what is darker lie back; at the rims nothing moves."""
    grid = swollen.grid
    cells = np.indices(grid.share.shape, dtype=np.float32)
    longest = max(grid.share.shape)
    light = texture.at(*grid.in_picture(cells[0], cells[1]))
    around = cv2.GaussianBlur(light, (0, 0), longest / 24)
    contrast = np.clip((cv2.GaussianBlur(light, (0, 0), longest / 150) - around) / 0.25, -1, 1).astype(np.float64)
    front, back = ((1 + share * relief * contrast) ** 2 for share in (1.0, _BACK_RELIEF))
    sides = ((swollen.front, front), (swollen.back, back))
    return Swollen(grid, *(np.where(grid.inside, plane * factor, plane) for plane, factor in sides))


def _surface(swollen: Swollen) -> tuple[Floats, Ints]:
    """Return the places (row, column, z) in cells, and the faces wound outwards, of where z² is u.

    Layers lie half a cell off the middle: there both sides meet in an upright rim, and not in a knife's edge.
    """
    layers = math.ceil(math.sqrt(max(swollen.front.max(), swollen.back.max(), 1))) + 1
    z = np.arange(-layers, layers, dtype=np.float32) + 0.5
    sides = np.where(z > 0, swollen.front[..., None], swollen.back[..., None]).astype(np.float32)
    volume = sides - z * z
    volume[volume == 0] = 1e-6  # a corner right on the surface would make triangles without an area
    places, faces, _, _ = marching_cubes(volume, 0.0, gradient_direction="ascent")
    places = places.astype(np.float64)
    places[:, 2] += z[0]
    return _smoothed(places, faces), faces.astype(np.int64)


def _smoothed(places: Floats, faces: Ints) -> Floats:
    """Take the grid's steps off the surface without shrinking it (Taubin, 1995); which face meets which stays."""
    ends = np.concatenate([faces[:, (0, 1)], faces[:, (1, 2)], faces[:, (2, 0)]])  # closed: each edge both ways
    count = len(places)
    touching = sparse.csr_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(count, count))
    mean = sparse.diags(1 / np.asarray(touching.sum(axis=1)).ravel()) @ touching
    for weight in _SMOOTHING:
        places = places + weight * (mean @ places - places)
    return places


def _facing(swollen: Swollen) -> Floats:
    """Return the cosine of the angle between the front and the viewer, 0 at the rims and outside."""
    z = np.sqrt(np.maximum(swollen.front, 0))
    down, across = np.gradient(z)
    return np.where(swollen.grid.inside & (z > 0), 1 / np.sqrt(1 + down**2 + across**2), 0)


def _model(swollen: Swollen, places: Floats, faces: Ints, texture: PhotoTexture) -> Model:
    """Give the surface its size, its place and its texture."""
    grid = swollen.grid
    x, y = grid.in_picture(places[:, 0], places[:, 1])
    z = places[:, 2] * math.sqrt(grid.steps[0] * grid.steps[1])
    vertices = np.stack([x, -y, z], axis=1)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    vertices = (vertices - (low + high) / 2) / (high - low).max()
    texel_x, texel_y = texture.texel_places()
    image = texture.image(_facing(swollen).astype(np.float32), *grid.cells_at(texel_x, texel_y))
    material = PBRMaterial(name="photo", baseColorTexture=image, metallicFactor=0.0, roughnessFactor=0.6)
    return Model((Part("piece", vertices, faces, uv=texture.uv(x, y), material=material),))
