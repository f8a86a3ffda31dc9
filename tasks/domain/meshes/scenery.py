"""All parts of a model as one mesh with its colours, ready to be looked at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tasks.domain.meshes.looks import base_colour, metallic, roughness, texture_of, to_linear
from tasks.domain.meshes.model import Floats, Ints, Model, Part
from tasks.domain.meshes.print_frame import filled_parts
from tasks.domain.meshes.rays import Hits, Rays
from tasks.domain.meshes.smooth_normals import corner_normals

MAX_TEXTURE_PX = 1024  # a view is smaller than that
_LINEAR = to_linear(np.arange(256) / 255)


@dataclass(frozen=True)
class Seen:
    """What rays see: which ones hit; there the place, normal, linear colour (k, 3), metalness and roughness (k,)."""

    rays: Ints
    places: Floats
    normals: Floats
    colours: Floats
    metallic: Floats
    roughness: Floats


class Scenery:
    """A model about the origin, its longest side 1; glTF axes."""

    def __init__(self, model: Model) -> None:
        parts = filled_parts(model)
        first = np.cumsum([0, *(len(part.vertices) for part in parts)])
        self.faces: Ints = np.concatenate([part.faces + start for part, start in zip(parts, first, strict=False)])
        vertices = np.concatenate([part.vertices for part in parts])
        used = np.zeros(len(vertices), bool)
        used[self.faces] = True
        low, high = vertices[used].min(axis=0), vertices[used].max(axis=0)
        self.size = float((high - low).max()) or 1.0
        self.vertices: Floats = np.where(used[:, None], vertices - (low + high) / 2, 0) / self.size
        self.corners: Floats = self.vertices[used]
        self.rays = Rays(self.vertices, self.faces)
        self.normals = corner_normals(self.vertices, self.faces)
        self._part = np.repeat(np.arange(len(parts)), [len(part.faces) for part in parts])
        self._colours = np.concatenate([_vertex_colours(part) for part in parts])
        self._uv = np.concatenate([np.zeros((len(part.vertices), 2)) if part.uv is None else part.uv for part in parts])
        self._metallic = np.array([metallic(part.material) for part in parts])
        self._roughness = np.array([roughness(part.material) for part in parts])
        self._texture, self._pixels = _textures(parts)

    def seen(self, origins: Floats, directions: Floats) -> Seen:
        """Look along rays, (n, 3) each."""
        hits = self.rays.first(origins, directions)
        met = np.flatnonzero(hits.faces >= 0)
        shares = _shares(hits, met)
        faces = hits.faces[met]
        normals = np.einsum("ij,ijk->ik", shares, self.normals[faces])
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        towards = np.einsum("ij,ij->i", normals, directions[met])
        normals = np.where((towards > 0)[:, None], -normals, normals)  # the inside of an open surface is shown too
        parts = self._part[faces]
        return Seen(
            met,
            origins[met] + directions[met] * hits.distances[met, None],
            normals,
            self._colours_at(faces, shares, parts),
            self._metallic[parts],
            self._roughness[parts],
        )

    def _colours_at(self, faces: Ints, shares: Floats, parts: Ints) -> Floats:
        corners = self.faces[faces]
        colours = np.einsum("ij,ijk->ik", shares, self._colours[corners])
        texture = self._texture[parts]
        for number in np.unique(texture[texture >= 0]):
            shown = np.flatnonzero(texture == number)
            uv = np.einsum("ij,ijk->ik", shares[shown], self._uv[corners[shown]])
            colours[shown] *= _sampled(self._pixels[number], uv)
        return colours


def _shares(hits: Hits, met: Ints) -> Floats:
    second, third = hits.second[met], hits.third[met]
    return np.stack([1 - second - third, second, third], axis=1)


def _vertex_colours(part: Part) -> Floats:
    tint = base_colour(part)[:3]
    if part.colours is None or texture_of(part) is not None:
        return np.tile(tint, (len(part.vertices), 1))
    return part.colours[:, :3] / 255 * tint


def _textures(parts: list[Part]) -> tuple[Ints, list[NDArray[np.uint8]]]:
    """For each part the number of its texture, -1 for none, and the textures' pixels; shared ones come once."""
    known: dict[int, int] = {}
    pixels: list[NDArray[np.uint8]] = []
    numbers = []
    for part in parts:
        texture = texture_of(part)
        if texture is not None and id(texture) not in known:
            known[id(texture)] = len(pixels)
            pixels.append(_reduced(texture))
        numbers.append(-1 if texture is None else known[id(texture)])
    return np.array(numbers), pixels


def _reduced(texture: Image.Image) -> NDArray[np.uint8]:
    small = texture.convert("RGB")
    small.thumbnail((MAX_TEXTURE_PX, MAX_TEXTURE_PX), Image.Resampling.BILINEAR)
    return np.asarray(small)


def _sampled(pixels: NDArray[np.uint8], uv: Floats) -> Floats:
    """Linear colours (n, 3) between the four nearest pixels; v points up, and the texture repeats."""
    height, width = pixels.shape[:2]
    x, y = uv[:, 0] * width - 0.5, (1 - uv[:, 1]) * height - 0.5
    left, top = np.floor(x), np.floor(y)
    across, down = (x - left)[:, None], (y - top)[:, None]
    columns = [np.mod(left + step, width).astype(np.int64) for step in (0, 1)]
    rows = [np.mod(top + step, height).astype(np.int64) for step in (0, 1)]
    upper, lower = (
        _LINEAR[pixels[row, columns[0]]] * (1 - across) + _LINEAR[pixels[row, columns[1]]] * across for row in rows
    )
    mixed: Floats = upper * (1 - down) + lower * down
    return mixed
