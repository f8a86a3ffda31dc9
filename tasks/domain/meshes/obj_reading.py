"""Wavefront OBJ: polygons with texture coordinates and the common vertex colours; materials by name only.

The .mtl file and pictures that it names lie outside, and nothing outside is read.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from trimesh.visual.material import PBRMaterial

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.limits import MAX_NAME, MAX_PARTS, MAX_VERTICES, check_counts, indices, numbers
from tasks.domain.meshes.model import Model, Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

MAX_SHAPES = 1000  # different ways to write a polygon in one object: numbers of corners, with texture or without
COLOURED = 6  # numbers on a `v` line with a colour
_KEY = MAX_VERTICES + 1


@dataclass(frozen=True)
class _Shape:
    """How the faces of one kind are written: how many corners, and what stands at each."""

    size: int
    slashes: int  # per corner: 0 for `p`, 1 for `p/t`, 2 for `p/t/n` and `p//n`
    bare: bool  # `p//n`


@dataclass
class _Object:
    """Faces of one `o` (or of one `g`, in a file without objects), as written."""

    name: str
    material: str = ""
    lines: dict[_Shape, list[bytes]] = field(default_factory=lambda: defaultdict(list))
    seen: dict[_Shape, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class _File:
    """The lines of a file by kind."""

    positions: list[bytes] = field(default_factory=list)
    width: int = 0
    texture: list[bytes] = field(default_factory=list)
    objects: list[_Object] = field(default_factory=lambda: [_Object("object")])
    triangles: int = 0


def read_obj(data: bytes) -> Model:
    """Return one part per object; polygons become fans of triangles. Raises InvalidInput for what is malformed."""
    check_counts(data.count(b"\nf "), data.count(b"\nv "))
    file = _sorted_lines(data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" "))
    vertices = numbers(b" ".join(file.positions), file.width * len(file.positions)).reshape(-1, file.width or 3)
    texture = numbers(b" ".join(file.texture), 2 * len(file.texture)).reshape(-1, 2)
    return Model(tuple(_part(one, vertices, texture) for one in file.objects if one.lines))


def _sorted_lines(data: bytes) -> _File:
    file = _File()
    by_object = b"\no " in data or data.startswith(b"o ")
    for line in data.splitlines():
        kind, _, rest = line.strip().partition(b" ")
        if kind == b"v":
            _vertex(file, rest)
        elif kind == b"f":
            _face(file, rest)
        elif kind == b"vt":
            file.texture.append(b" ".join([*rest.split()[:2], b"0", b"0"][:2]))
        elif kind == b"o" or (kind == b"g" and not by_object):
            _begin(file, rest)
        elif kind == b"usemtl" and not file.objects[-1].material:
            file.objects[-1].material = _name(rest)
    return file


def _vertex(file: _File, rest: bytes) -> None:
    tokens = rest.split()
    width = COLOURED if len(tokens) >= COLOURED else 3
    if len(tokens) < 3 or file.width not in (0, width):
        raise InvalidInput("model", f"vertex {len(file.positions) + 1} does not have as many numbers as it should")
    file.width = width
    file.positions.append(b" ".join(tokens[:width]))


def _face(file: _File, rest: bytes) -> None:
    corners = rest.split()
    size = len(corners)
    if size < 3:
        raise InvalidInput("model", "a face has fewer than three corners")
    file.triangles += size - 2
    check_counts(file.triangles, len(file.positions))
    slashes = corners[0].count(b"/")
    shape = _Shape(size, slashes, b"//" in corners[0])
    if slashes > 2 or any(corner.count(b"/") != slashes or (b"//" in corner) != shape.bare for corner in corners):
        raise InvalidInput("model", "the corners of a face are not written alike")
    one = file.objects[-1]
    one.lines[shape].append(rest)
    one.seen[shape].append((len(file.positions), len(file.texture)))
    if len(one.lines) > MAX_SHAPES:
        raise InvalidInput("model", f"polygons of more than {MAX_SHAPES} shapes in one object")


def _begin(file: _File, rest: bytes) -> None:
    """Begin an object; one without faces gives way, and hands its material on."""
    material = ""
    if not file.objects[-1].lines:
        material = file.objects.pop().material
    file.objects.append(_Object(_name(rest) or "object", material))
    if len(file.objects) > MAX_PARTS:
        raise InvalidInput("model", f"more than {MAX_PARTS} objects")


def _name(rest: bytes) -> str:
    return rest[: 4 * MAX_NAME].decode("utf-8", "replace").strip()[:MAX_NAME]


def _part(one: _Object, vertices: Floats, texture: Floats) -> Part:
    fans = [_fan(lines, shape, one.seen[shape], len(vertices), len(texture)) for shape, lines in one.lines.items()]
    corners = np.concatenate(fans).reshape(-1, 2)
    keys, faces = np.unique(corners[:, 0] * _KEY + corners[:, 1] + 1, return_inverse=True)
    position, look = np.divmod(keys, _KEY)
    textured = len(texture) > 0 and bool((look > 0).all())
    return Part(
        one.name,
        vertices[position, :3],
        faces.reshape(-1, 3),
        texture[look - 1] if textured else None,
        _colours(vertices[position]),
        PBRMaterial(name=one.material) if one.material else None,
    )


def _colours(vertices: Floats) -> Bytes | None:
    if vertices.shape[1] < COLOURED:
        return None
    rgb = np.rint(np.clip(np.nan_to_num(vertices[:, 3:]), 0, 1) * 255)
    return np.column_stack([rgb, np.full(len(rgb), 255)]).astype(np.uint8)


def _fan(lines: list[bytes], shape: _Shape, seen: list[tuple[int, int]], vertices: int, textures: int) -> Ints:
    """Triangles of polygons, (m, 3, 2): numbers from 0 of position and texture (-1 for none)."""
    text = b" ".join(lines).replace(b"//", b"/0/").replace(b"/", b" ")
    named = indices(text, len(lines) * shape.size * (shape.slashes + 1)).reshape(-1, shape.slashes + 1)
    so_far = np.repeat(np.array(seen, np.int64), shape.size, axis=0)
    position = _from_zero(named[:, 0], so_far[:, 0], vertices, "vertex")
    if (position < 0).any():
        raise InvalidInput("model", "a face names vertex 0; OBJ counts from 1")
    texture = np.full(len(position), -1)
    if shape.slashes:
        texture = _from_zero(named[:, 1], so_far[:, 1], textures, "texture coordinate")
    corners = np.stack([position, texture], axis=1).reshape(-1, shape.size, 2)
    spokes = [corners[:, [0, i, i + 1]] for i in range(1, shape.size - 1)]
    return np.concatenate(spokes)


def _from_zero(named: Ints, so_far: Ints, available: int, what: str) -> Ints:
    """Numbers from 0; negative ones count back from the line, and 0 (none) becomes -1."""
    found = np.where(named < 0, so_far + np.maximum(named, -_KEY), named - 1)
    if ((named < 0) & (found < 0)).any() or (found >= available).any():
        raise InvalidInput("model", f"a face names a {what} that does not exist")
    return found
