"""Draco-compressed primitives: the counts in the header are checked before the decoder allocates for them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.limits import MAX_TRIANGLES

_TRIANGULAR_MESH = 1
_EDGEBREAKER = 1
_HEADER_BYTES = 11
_FIRST_WITH_VARINTS = (2, 2)
_MAX_VARINT_BYTES = 5


@dataclass(frozen=True)
class Decoded:
    """Faces (m, 3), and each attribute, (n, width), by the number that the file gives it."""

    faces: NDArray[np.int64]
    attributes: dict[int, NDArray[Any]]


def decode(data: bytes, *, max_faces: int) -> Decoded:
    """Return the mesh in `data`; raises InvalidInput when it is damaged or holds more than `max_faces`."""
    import DracoPy

    claimed = _claimed_faces(data)
    if claimed > min(max_faces, MAX_TRIANGLES):
        raise InvalidInput("model", f"Draco data claims {claimed} triangles, its accessors say {max_faces}")
    try:
        mesh = DracoPy.decode(data)
    except (DracoPy.FileTypeException, ValueError, RuntimeError, MemoryError, TypeError) as error:
        raise InvalidInput("model", f"Draco data cannot be decoded: {error}"[:200]) from error
    faces = getattr(mesh, "faces", None)
    if faces is None or len(faces) > max_faces:
        raise InvalidInput("model", "Draco data does not hold the triangles that its accessors say")
    attributes = {attribute["unique_id"]: np.asarray(attribute["data"]) for attribute in mesh.attributes}
    return Decoded(np.asarray(faces, np.int64).reshape(-1, 3), attributes)


def _claimed_faces(data: bytes) -> int:
    """The number of faces in the header of a bitstream of version 2.2, which all encoders since 2018 write."""
    if len(data) < _HEADER_BYTES + 4 or data[:5] != b"DRACO" or data[7] != _TRIANGULAR_MESH:
        raise InvalidInput("model", "Draco data does not begin with the header of a mesh")
    if tuple(data[5:7]) != _FIRST_WITH_VARINTS or data[10] & 0x80:
        raise InvalidInput("model", "Draco data of another version than 2.2, or with metadata, is not read")
    at = _HEADER_BYTES
    if data[8] == _EDGEBREAKER:
        _, at = _varint(data, at + 1)  # after the kind of traversal comes the number of vertices
    return _varint(data, at)[0]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in groups of seven bits, least first, and where it ends."""
    value = 0
    for place in range(_MAX_VARINT_BYTES):
        byte = data[at + place] if at + place < len(data) else 0
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise InvalidInput("model", "Draco data claims a number of faces beyond 32 bits")
