"""An untrusted GLB with its looks, as parts: transforms baked, Draco decoded, nothing outside the file read."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes import draco
from tasks.domain.meshes.glb import chunks, first_problem, mirrors, placed_nodes
from tasks.domain.meshes.gltf_arrays import array, as_numbers, item, view
from tasks.domain.meshes.gltf_looks import Document, Draco, Primitive
from tasks.domain.meshes.gltf_materials import Looks, lies_outside, transformed
from tasks.domain.meshes.limits import MAX_NAME, MAX_PARTS, check_counts
from tasks.domain.meshes.model import Model, Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

MAX_JSON_BYTES = 16 << 20
MAX_EXTRAS = 65_536  # characters; longer ones are left aside
TRIANGLES, STRIP, FAN = 4, 5, 6
HARMLESS_EXTENSIONS = (
    "KHR_materials_",
    "KHR_texture_transform",
    "KHR_lights_punctual",
    "KHR_mesh_quantization",
    "KHR_draco_mesh_compression",
    "EXT_texture_webp",
)


def read_glb(data: bytes) -> Model:
    """Return the scene's parts; raises InvalidInput for what is malformed, too large or not supported."""
    text, binary = chunks(data)
    if len(text) > MAX_JSON_BYTES:
        raise InvalidInput("model", f"{len(text)} bytes of JSON; at most {MAX_JSON_BYTES} are read")
    try:
        document = Document.model_validate_json(text)
    except ValidationError as error:
        raise InvalidInput("model", f"the JSON chunk is not sound glTF 2.0: {first_problem(error)}") from error
    _refuse_unsupported(document)
    placed = list(_placed_primitives(document))
    _refuse_too_large(document, [primitive for _, _, primitive in placed])
    return Model(tuple(_parts(document, binary, placed)), _extras(document))


def _refuse_unsupported(document: Document) -> None:
    if any(buffer.uri is not None for buffer in document.buffers) or any(map(lies_outside, _uris(document))):
        raise InvalidInput("model", "refers to other files; only data inside the GLB is read")
    for extension in document.extensionsRequired:
        if not extension.startswith(HARMLESS_EXTENSIONS):
            raise InvalidInput("model", f"needs the unsupported extension {extension[:60]!r}")


def _uris(document: Document) -> list[str | None]:
    return [image.uri for image in document.images]


def _placed_primitives(document: Document) -> Iterator[tuple[str, Floats, Primitive]]:
    """Every primitive with triangles: its name, its world transform (4, 4) and itself."""
    for node, world in placed_nodes(document):
        if node.mesh is None:
            continue
        mesh = item(document.meshes, node.mesh, "mesh")
        name = (node.name or mesh.name or f"part {node.mesh}")[:MAX_NAME]
        for primitive in mesh.primitives:
            if primitive.mode >= TRIANGLES:
                yield name, world, primitive


def _refuse_too_large(document: Document, primitives: list[Primitive]) -> None:
    """Count what the placed primitives unfold to, so that instancing cannot be a bomb."""
    if len(primitives) > MAX_PARTS:
        raise InvalidInput("model", f"{len(primitives)} parts; at most {MAX_PARTS} are read")
    triangles = vertices = 0
    for primitive in primitives:
        positions = _position_count(document, primitive)
        vertices += positions
        triangles += _corner_count(document, primitive) // (3 if primitive.mode == TRIANGLES else 1)
    check_counts(triangles, vertices)


def _position_count(document: Document, primitive: Primitive) -> int:
    if primitive.attributes.POSITION is None:
        raise InvalidInput("model", "a primitive has no POSITION")
    return int(item(document.accessors, primitive.attributes.POSITION, "accessor").count)


def _corner_count(document: Document, primitive: Primitive) -> int:
    if primitive.indices is None:
        return _position_count(document, primitive)
    return int(item(document.accessors, primitive.indices, "accessor").count)


def _parts(document: Document, binary: bytes, placed: list[tuple[str, Floats, Primitive]]) -> Iterator[Part]:
    looks = Looks(document, binary)
    unplaced: dict[int, Part] = {}  # by primitive, so that an instance costs no second decoding
    for name, world, primitive in placed:
        if id(primitive) not in unplaced:
            unplaced[id(primitive)] = _part(document, binary, primitive, looks)
        part = unplaced[id(primitive)]
        with np.errstate(over="ignore", invalid="ignore"):
            vertices = part.vertices @ world[:3, :3].T + world[:3, 3]
        faces = part.faces[:, ::-1] if mirrors(world) else part.faces  # a mirrored node turns its faces inside out
        yield Part(name, vertices, faces, part.uv, part.colours, part.material)


def _part(document: Document, binary: bytes, primitive: Primitive, looks: Looks) -> Part:
    if primitive.draco is None:
        arrays = {name: array(document, binary, index) for name, index in primitive.attributes.numbers().items()}
        corners = _corners(document, binary, primitive, len(arrays["POSITION"]))
        faces = _triangles(corners, primitive.mode)
    else:
        arrays, faces = _decompressed(document, binary, primitive, primitive.draco)
    numbers = {
        name: as_numbers(stored, document.accessors[primitive.attributes.numbers()[name]])
        for name, stored in arrays.items()
    }
    vertices = numbers["POSITION"]
    if vertices.shape[1] != 3 or any(len(one) != len(vertices) for one in numbers.values()):
        raise InvalidInput("model", "the attributes of a primitive do not fit each other")
    if len(faces) and (faces.min() < 0 or faces.max() >= len(vertices)):
        raise InvalidInput("model", "a triangle names a vertex that does not exist")
    uv = _uv(numbers, looks, primitive.material)
    return Part("", vertices, faces, uv, _colours(numbers), looks.material(primitive.material))


def _corners(document: Document, binary: bytes, primitive: Primitive, positions: int) -> Ints:
    if primitive.indices is None:
        return np.arange(positions)
    stored = array(document, binary, primitive.indices)
    if stored.shape[1] != 1 or stored.dtype.kind != "u":
        raise InvalidInput("model", "the indices of a primitive are not whole numbers")
    return stored.astype(np.int64).ravel()


def _triangles(corners: Ints, mode: int) -> Ints:
    """Corners as (m, 3); strips and fans are unrolled."""
    if mode == TRIANGLES:
        if len(corners) % 3:
            raise InvalidInput("model", "the corners do not make up triangles")
        return corners.reshape(-1, 3)
    after = np.arange(max(len(corners) - 2, 0))
    if mode == FAN:
        return np.stack([np.zeros_like(after) + corners[0], corners[after + 1], corners[after + 2]], axis=1)
    odd = after % 2
    return np.stack([corners[after], corners[after + 1 + odd], corners[after + 2 - odd]], axis=1)


def _decompressed(
    document: Document, binary: bytes, primitive: Primitive, where: Draco
) -> tuple[dict[str, NDArray[Any]], Ints]:
    """Attributes and faces of Draco data, of which the accessors tell only the counts."""
    corners = _corner_count(document, primitive)
    decoded = draco.decode(bytes(view(document, binary, where.bufferView)), max_faces=corners // 3)
    numbers = where.attributes.numbers()
    wanted = {name: numbers[name] for name in primitive.attributes.numbers() if name in numbers}
    if "POSITION" not in wanted or any(number not in decoded.attributes for number in wanted.values()):
        raise InvalidInput("model", "Draco data lacks an attribute")
    arrays = {name: decoded.attributes[number] for name, number in wanted.items()}
    if any(one.ndim != 2 or len(one) > _position_count(document, primitive) for one in arrays.values()):
        raise InvalidInput("model", "Draco data holds more vertices than its accessors say")
    for name in wanted:
        item(document.accessors, primitive.attributes.numbers()[name], "accessor")
    return arrays, decoded.faces


def _uv(numbers: dict[str, Floats], looks: Looks, material: int | None) -> Floats | None:
    """The coordinates that the material's colour needs, with v upwards."""
    texture = looks.base_texture(material)
    which = 0
    if texture is not None:
        moved = None if texture.transform is None else texture.transform.texCoord
        which = texture.texCoord if moved is None else moved
    found = numbers.get(f"TEXCOORD_{which}")
    if found is None:
        return None
    if found.shape[1] != 2:
        raise InvalidInput("model", "texture coordinates do not come in pairs")
    found = transformed(np.nan_to_num(found, posinf=0.0, neginf=0.0), texture)
    return np.stack([found[:, 0], 1.0 - found[:, 1]], axis=1)


def _colours(numbers: dict[str, Floats]) -> Bytes | None:
    found = numbers.get("COLOR_0")
    if found is None:
        return None
    if found.shape[1] not in (3, 4):
        raise InvalidInput("model", "vertex colours have neither three nor four channels")
    opaque = np.ones((len(found), 4))
    opaque[:, : found.shape[1]] = np.nan_to_num(found)
    return np.rint(np.clip(opaque, 0, 1) * 255).astype(np.uint8)


def _extras(document: Document) -> dict[str, Any]:
    """What the asset, the file and its scene say of themselves, the later over the earlier."""
    merged: dict[str, Any] = {}
    for extras in (document.asset.extras, document.extras, document.scenes[document.scene].extras):
        if isinstance(extras, dict) and len(json.dumps(extras)) <= MAX_EXTRAS:
            merged |= extras
    return merged
