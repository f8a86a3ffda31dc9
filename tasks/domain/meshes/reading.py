"""Open a model of unknown origin: told by its bytes, checked before any library sees it, baked into parts."""

import re

import numpy as np

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.gltf_reading import read_glb
from tasks.domain.meshes.limits import MAX_BYTES, MAX_COORDINATE_M, MAX_TRIANGLES
from tasks.domain.meshes.model import Model, Part
from tasks.domain.meshes.obj_reading import read_obj
from tasks.domain.meshes.ply_reading import read_ply
from tasks.domain.meshes.stl_reading import read_ascii_stl, read_binary_stl, says_binary_stl

__all__ = ["MAX_BYTES", "MAX_TRIANGLES", "open_model"]

_OBJ_LINE = re.compile(rb"^[ \t]*(?:v|vt|vn|f|o|g|mtllib|usemtl|s)[ \t]+\S", re.MULTILINE)
_HEAD_BYTES = 65_536


def open_model(data: bytes, *, field: str = "model") -> Model:
    """Return the parts of a GLB, OBJ, STL or PLY file, in metres with glTF's axes (y up).

    Node transforms are baked in. STL has no units and is read as slicers do, in millimetres with z up; OBJ and PLY are
    taken as metres with y up. Nothing outside `data` is ever read. Raises InvalidInput naming `field` for everything
    else, for damage, for a coordinate that is not a number, and above MAX_BYTES or MAX_TRIANGLES.
    """
    try:
        if len(data) > MAX_BYTES:
            raise InvalidInput(field, f"{len(data)} bytes; at most {MAX_BYTES} ({MAX_BYTES >> 20} MiB) are read")
        return _checked(_read(data))
    except InvalidInput as error:
        raise InvalidInput(field, error.problem) from error


def _read(data: bytes) -> Model:
    head = data[:_HEAD_BYTES]
    if head.startswith(b"glTF"):
        return read_glb(data)
    if head.startswith(b"ply") and head[3:4] in (b"\n", b"\r"):
        return read_ply(data)
    if says_binary_stl(data):
        return read_binary_stl(data)
    if head.lstrip()[:5].lower() == b"solid":
        return read_ascii_stl(data)
    if b"\0" not in head and _OBJ_LINE.search(head):
        return read_obj(data)
    raise InvalidInput("model", "is no GLB, OBJ, STL or PLY file, or is cut off")


def _checked(model: Model) -> Model:
    parts = tuple(_compact(part) for part in model.parts if len(part.faces))
    if not parts:
        raise InvalidInput("model", "holds no triangles")
    return Model(parts, model.extras)


def _compact(part: Part) -> Part:
    """`part` with numbers for coordinates; vertices that no face uses may be anything, and go if they are."""
    used = np.zeros(len(part.vertices), bool)
    used[part.faces] = True
    with np.errstate(invalid="ignore"):
        near = np.abs(part.vertices) < MAX_COORDINATE_M  # also False for NaN and infinity
    good = np.asarray(near.all(axis=1))
    if not good[used].all():
        count = int((~good & used).sum())
        raise InvalidInput(
            "model", f"{count} vertices have a coordinate that is not a number within {MAX_COORDINATE_M:g} m"
        )
    if good.all():
        return part
    number = np.cumsum(good) - 1
    return Part(
        part.name,
        part.vertices[good],
        number[part.faces],
        None if part.uv is None else part.uv[good],
        None if part.colours is None else part.colours[good],
        part.material,
    )
