"""PLY, text and binary, as scanners write it: vertices with optional colours, faces of one number of corners."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.limits import MAX_VERTICES, check_counts, numbers
from tasks.domain.meshes.model import Model, Part

MAX_HEADER_BYTES = 65_536
MAX_PROPERTIES = 200
MAX_CORNERS = 8
_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}
_ORDERS = {"binary_little_endian": "<", "binary_big_endian": ">", "ascii": ""}
_COLOURS = ("red", "green", "blue")


@dataclass
class _Element:
    """An element of the header; `lists` names the count and value types of its list properties."""

    name: str
    count: int
    scalars: list[tuple[str, str]] = field(default_factory=list)
    lists: list[tuple[str, str, str]] = field(default_factory=list)


def read_ply(data: bytes) -> Model:
    """Return the mesh as one part, in the file's units as metres; raises InvalidInput for what is malformed."""
    order, elements, start = _header(data)
    names = [element.name for element in elements]
    if names[:2] != ["vertex", "face"] or elements[0].lists or len(elements[1].lists) != 1:
        raise InvalidInput("model", "a PLY is read when vertices come first and then faces with one list of corners")
    vertex, face = elements[:2]
    check_counts(face.count, vertex.count)
    if not face.count or not vertex.count:
        raise InvalidInput("model", "holds no triangles")
    read = _text if not order else _binary
    table, corners = read(data[start:], order, vertex, face)
    if corners.min() < 0 or corners.max() >= vertex.count:
        raise InvalidInput("model", "a face names a vertex that does not exist")
    size = corners.shape[1]
    check_counts(face.count * (size - 2), vertex.count)
    faces = np.concatenate([corners[:, [0, i, i + 1]] for i in range(1, size - 1)])
    return Model((Part("object", _positions(table), faces, colours=_colours(table, vertex)),))


def _header(data: bytes) -> tuple[str, list[_Element], int]:
    end = data.find(b"end_header", 0, MAX_HEADER_BYTES)
    line_end = data.find(b"\n", end, end + 20)
    if end < 0 or line_end < 0:
        raise InvalidInput("model", "the PLY has no complete header")
    order = ""
    elements: list[_Element] = []
    for line in data[:end].decode("latin-1").splitlines()[1:]:
        match line.split():
            case ["format", form, *_] if form in _ORDERS:
                order = _ORDERS[form]
            case ["format", *_]:
                raise InvalidInput("model", "the PLY's format is unknown")
            case ["element", name, count] if count.isascii() and count.isdigit() and len(count) < 12:
                elements.append(_Element(name, int(count)))
            case ["property", "list", count, value, name] if elements and count in _TYPES and value in _TYPES:
                elements[-1].lists.append((_TYPES[count], _TYPES[value], name))
            case ["property", kind, name] if elements and kind in _TYPES and name not in dict(elements[-1].scalars):
                elements[-1].scalars.append((name, _TYPES[kind]))
            case ["element" | "property", *_]:
                raise InvalidInput("model", f"the PLY's header says {line!r}"[:100])
    if sum(len(element.scalars) for element in elements) > MAX_PROPERTIES:
        raise InvalidInput("model", f"more than {MAX_PROPERTIES} properties")
    return order, elements, line_end + 1


Table = dict[str, NDArray[np.float64]]


def _binary(data: bytes, order: str, vertex: _Element, face: _Element) -> tuple[Table, NDArray[np.int64]]:
    rows = np.dtype([(name, order + kind) for name, kind in vertex.scalars])
    size = rows.itemsize * vertex.count
    count_type, value_type, _ = face.lists[0]
    if face.scalars or not value_type.startswith(("i", "u")) or not count_type.startswith(("i", "u")):
        raise InvalidInput("model", "a binary PLY is read when its faces are lists of whole numbers and nothing else")
    if len(data) < size + np.dtype(count_type).itemsize:
        raise InvalidInput("model", "the PLY is cut off")
    table = np.frombuffer(data, rows, vertex.count)
    corners = int(np.frombuffer(data, order + count_type, 1, size)[0])
    if not 3 <= corners <= MAX_CORNERS:
        raise InvalidInput("model", f"faces of {corners} corners; 3 to {MAX_CORNERS} are read")
    lists = np.dtype([("count", order + count_type), ("corners", order + value_type, (corners,))])
    if len(data) < size + lists.itemsize * face.count:
        raise InvalidInput("model", "the PLY is cut off")
    faces = np.frombuffer(data, lists, face.count, size)
    if (faces["count"] != corners).any():
        raise InvalidInput("model", "the PLY's faces do not all have as many corners")
    with np.errstate(invalid="ignore", over="ignore"):
        return {name: table[name].astype(np.float64) for name in rows.names or ()}, faces["corners"].astype(np.int64)


def _text(data: bytes, _: str, vertex: _Element, face: _Element) -> tuple[Table, NDArray[np.int64]]:
    lines = data.splitlines()
    if len(lines) < vertex.count + face.count or face.scalars:
        raise InvalidInput("model", "the PLY is cut off, or its faces hold more than corners")
    width = len(vertex.scalars)
    rows = numbers(b" ".join(lines[: vertex.count]), width * vertex.count).reshape(-1, width or 1)
    first = lines[vertex.count].split()[:1]
    if first not in ([b"3"], [b"4"]):
        raise InvalidInput("model", "faces of a text PLY have 3 or 4 corners")
    corners = int(first[0])
    named = numbers(b" ".join(lines[vertex.count : vertex.count + face.count]), face.count * (corners + 1))
    named = named.reshape(-1, corners + 1)
    if not (named[:, 0] == corners).all() or not (np.abs(named) <= MAX_VERTICES).all():
        raise InvalidInput("model", "the PLY's faces do not all have as many corners")
    return {name: rows[:, column] for column, (name, _) in enumerate(vertex.scalars)}, named[:, 1:].astype(np.int64)


def _positions(table: Table) -> NDArray[np.float64]:
    if not {"x", "y", "z"} <= table.keys():
        raise InvalidInput("model", "the PLY's vertices lack x, y or z")
    return np.stack([table[axis] for axis in "xyz"], axis=1)


def _colours(table: Table, vertex: _Element) -> NDArray[np.uint8] | None:
    if any(dict(vertex.scalars).get(name) != "u1" for name in _COLOURS):
        return None
    opaque = np.full(vertex.count, 255.0)
    channels = [table[name] for name in _COLOURS] + [table.get("alpha", opaque)]
    return np.clip(np.nan_to_num(np.stack(channels, axis=1)), 0, 255).astype(np.uint8)
