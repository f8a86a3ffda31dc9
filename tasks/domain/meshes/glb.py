"""Read an untrusted GLB: every length, index and count is checked before a byte is taken for geometry.

The container is glTF 2.0's section 4 (12-byte header, JSON chunk, BIN chunk). No mesh library sees the file.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.gltf import Accessor, Document, Material, Node, Primitive

MAX_BYTES = 256 << 20
MAX_JSON_BYTES = 32 << 20
MAX_TRIANGLES = 3_000_000
MAX_VERTICES = 3 * MAX_TRIANGLES
MAX_DEPTH = 64
MAX_COORDINATE_MM = 1e7
MM_PER_UNIT = 1000.0  # a glTF unit is one metre

# The extensions that change how geometry is stored are absent: such a file cannot be measured.
HARMLESS_EXTENSIONS = ("KHR_materials_", "KHR_texture_", "KHR_lights_punctual", "EXT_texture_")
COMPONENTS: dict[int, np.dtype[Any]] = {
    5121: np.dtype("<u1"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
TRIANGLES = 4

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
T = TypeVar("T")


@dataclass(frozen=True)
class Piece:
    """One primitive of one node: world positions (n, 3) in mm along the glTF axes, faces (m, 3) wound outwards."""

    node: str
    place: int  # the node's number among those placed, since names need not differ
    material: Material | None
    vertices: Floats
    faces: Ints


def open_glb(data: bytes) -> list[Piece]:
    """Check `data` and bake its scene into pieces; raises InvalidInput, naming what is wrong."""
    json_chunk, binary = chunks(data)
    try:
        document = Document.model_validate_json(json_chunk)
    except ValidationError as error:
        raise InvalidInput("glb", f"the JSON chunk is not sound glTF 2.0: {first_problem(error)}") from error
    _refuse_unsupported(document)
    placed = list(placed_nodes(document))
    _refuse_too_large(document, placed)
    pieces = list(_pieces(document, binary, placed))
    if not pieces:
        raise InvalidInput("glb", "holds no triangles")
    return pieces


def first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))[:80]} {first['msg']}"[:200].strip()


def chunks(data: bytes) -> tuple[bytes, bytes]:
    """The JSON and BIN chunks."""
    if len(data) > MAX_BYTES:
        raise InvalidInput("glb", f"{len(data)} bytes, at most {MAX_BYTES} are read")
    if len(data) < 20 or data[:4] != b"glTF":
        raise InvalidInput("glb", "does not start with a GLB header")
    version, length, json_length = struct.unpack_from("<III", data, 4)
    if version != 2 or length != len(data):
        raise InvalidInput("glb", f"header says version {version} and {length} bytes; the file has {len(data)}")
    json_end = 20 + json_length
    if data[16:20] != b"JSON" or json_end > length or json_length > MAX_JSON_BYTES:
        raise InvalidInput("glb", "the first chunk is not a JSON chunk of a fitting length")
    return data[20:json_end], _bin_chunk(data, json_end)


def _bin_chunk(data: bytes, start: int) -> bytes:
    if start == len(data):
        return b""
    if start + 8 > len(data) or data[start + 4 : start + 8] != b"BIN\0":
        raise InvalidInput("glb", "the second chunk is not a BIN chunk")
    (length,) = struct.unpack_from("<I", data, start)
    if start + 8 + length > len(data):
        raise InvalidInput("glb", "the BIN chunk is longer than the file")
    return data[start + 8 : start + 8 + length]


def _refuse_unsupported(document: Document) -> None:
    if any(uri is not None for uri in (*(b.uri for b in document.buffers), *(i.uri for i in document.images))):
        raise InvalidInput("glb", "refers to other files; only data inside the GLB is read")
    for extension in document.extensionsRequired:
        if not extension.startswith(HARMLESS_EXTENSIONS):
            raise InvalidInput("glb", f"needs the unsupported extension {extension[:60]!r}")


def placed_nodes(document: Document) -> Iterator[tuple[Node, Floats]]:
    """Every node under the scene with its world transform (4, 4); a node has one parent, so each comes once."""
    scene = _at(document.scenes, document.scene, "scene")
    seen: set[int] = set()
    stack = [(index, np.eye(4), 0) for index in reversed(scene.nodes)]
    while stack:
        index, parent, depth = stack.pop()
        if index in seen or depth > MAX_DEPTH:
            raise InvalidInput("glb", f"node {index} is placed twice or lies more than {MAX_DEPTH} deep")
        seen.add(index)
        node = _at(document.nodes, index, "node")
        with np.errstate(over="ignore", invalid="ignore"):
            world = parent @ _local_transform(node)
        yield node, world
        stack.extend((child, world, depth + 1) for child in reversed(node.children))


def _local_transform(node: Node) -> Floats:
    if node.matrix is not None:
        return np.array(node.matrix).reshape(4, 4).T
    x, y, z, w = node.rotation
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    transform = np.eye(4)
    transform[:3, :3] = rotation * np.array(node.scale)
    transform[:3, 3] = node.translation
    return transform


def _refuse_too_large(document: Document, placed: list[tuple[Node, Floats]]) -> None:
    """Count what the placed nodes would unfold to, so that instancing cannot be a bomb."""
    triangles = vertices = 0
    for node, _ in placed:
        for primitive in _triangle_primitives(document, node):
            positions, corners = _accessors(document, primitive)
            vertices += positions.count
            triangles += corners.count // 3
    if triangles > MAX_TRIANGLES or vertices > MAX_VERTICES:
        raise InvalidInput(
            "glb", f"{triangles} triangles and {vertices} vertices; {MAX_TRIANGLES} and {MAX_VERTICES} are read"
        )


def _triangle_primitives(document: Document, node: Node) -> list[Primitive]:
    """The node's primitives with triangles; loose points and lines are no part of a piece."""
    if node.mesh is None:
        return []
    primitives = _at(document.meshes, node.mesh, "mesh").primitives
    if any(primitive.mode > TRIANGLES for primitive in primitives):
        raise InvalidInput("glb", "triangle strips and fans are not supported")
    return [primitive for primitive in primitives if primitive.mode == TRIANGLES]


def _accessors(document: Document, primitive: Primitive) -> tuple[Accessor, Accessor]:
    """Positions and corners; without indices the positions are the corners."""
    if primitive.attributes.POSITION is None:
        raise InvalidInput("glb", "a primitive has no POSITION")
    positions = _at(document.accessors, primitive.attributes.POSITION, "accessor")
    if primitive.indices is None:
        return positions, positions
    return positions, _at(document.accessors, primitive.indices, "accessor")


def _pieces(document: Document, binary: bytes, placed: list[tuple[Node, Floats]]) -> Iterator[Piece]:
    for place, (node, world) in enumerate(placed):
        for primitive in _triangle_primitives(document, node):
            vertices, faces = _geometry(document, binary, primitive)
            material = None if primitive.material is None else _at(document.materials, primitive.material, "material")
            if mirrors(world):  # a mirrored node turns its faces inside out
                faces = faces[:, ::-1]
            yield Piece(node.name, place, material, _in_world_mm(vertices, world), faces)


def mirrors(world: Floats) -> bool:
    x, y, z = world[:3, :3].T
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.cross(x, y) @ z < 0)


def _geometry(document: Document, binary: bytes, primitive: Primitive) -> tuple[Floats, Ints]:
    positions, corners = _accessors(document, primitive)
    vertices = _array(document, binary, positions, "VEC3", {5126}).astype(np.float64)
    if primitive.indices is None:
        flat = np.arange(positions.count, dtype=np.int64)
    else:
        flat = _array(document, binary, corners, "SCALAR", {5121, 5123, 5125}).astype(np.int64).ravel()
    if len(flat) % 3 or flat.max() >= len(vertices):
        raise InvalidInput("glb", "the corners do not make up triangles of existing vertices")
    return vertices, flat.reshape(-1, 3)


def _array(
    document: Document, binary: bytes, accessor: Accessor, kind: str, components: set[int]
) -> NDArray[np.generic]:
    """A view of the accessor's data, (count, 3) or (count, 1), inside its buffer view, inside the BIN chunk."""
    if accessor.sparse is not None or accessor.bufferView is None or accessor.normalized:
        raise InvalidInput("glb", "sparse, empty or normalized accessors are not supported")
    if accessor.type != kind or accessor.componentType not in components:
        raise InvalidInput("glb", f"an accessor is {accessor.type[:20]} of type {accessor.componentType}, not {kind}")
    view = _at(document.bufferViews, accessor.bufferView, "bufferView")
    buffer = _at(document.buffers, view.buffer, "buffer")
    dtype = COMPONENTS[accessor.componentType]
    width = 3 if kind == "VEC3" else 1
    stride = view.byteStride or dtype.itemsize * width
    end = accessor.byteOffset + stride * (accessor.count - 1) + dtype.itemsize * width
    if (
        view.buffer != 0
        or end > view.byteLength
        or view.byteOffset + view.byteLength > min(buffer.byteLength, len(binary))
    ):
        raise InvalidInput("glb", "an accessor reaches beyond its data")
    offset = view.byteOffset + accessor.byteOffset
    return np.ndarray((accessor.count, width), dtype, binary, offset, (stride, dtype.itemsize))


def _in_world_mm(vertices: Floats, world: Floats) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        placed = (vertices @ world[:3, :3].T + world[:3, 3]) * MM_PER_UNIT
    if not (np.abs(placed) < MAX_COORDINATE_MM).all():  # also False for NaN and infinity
        raise InvalidInput("glb", f"a coordinate is not a number within {MAX_COORDINATE_MM:.0f} mm")
    return placed


def _at(items: list[T], index: int, what: str) -> T:
    if index >= len(items):
        raise InvalidInput("glb", f"{what} {index} does not exist")
    return items[index]
