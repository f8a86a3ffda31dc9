"""Arrays of an untrusted GLB: every offset, stride and count is checked before a view is taken."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.gltf import Accessor, Document

Floats = NDArray[np.float64]

COMPONENTS: dict[int, np.dtype[Any]] = {
    5120: np.dtype("<i1"),
    5121: np.dtype("<u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4}


def item(items: list[Any], index: int, what: str) -> Any:
    """Return `items[index]`; raises InvalidInput when it does not exist."""
    if index >= len(items):
        raise InvalidInput("model", f"{what} {index} does not exist")
    return items[index]


def view(document: Document, binary: bytes, index: int) -> memoryview:
    """Return the bytes of a buffer view; raises InvalidInput when they reach beyond the BIN chunk."""
    described = item(document.bufferViews, index, "bufferView")
    buffer = item(document.buffers, described.buffer, "buffer")
    end = described.byteOffset + described.byteLength
    if described.buffer != 0 or end > min(buffer.byteLength, len(binary)):
        raise InvalidInput("model", f"bufferView {index} reaches beyond its data")
    return memoryview(binary)[described.byteOffset : end]


def array(document: Document, binary: bytes, index: int) -> NDArray[Any]:
    """Return a view of an accessor's data as stored, (count, width); raises InvalidInput for what does not fit."""
    accessor = item(document.accessors, index, "accessor")
    if accessor.sparse is not None or accessor.bufferView is None:
        raise InvalidInput("model", "sparse and empty accessors are not supported")
    if accessor.type not in WIDTHS or accessor.componentType not in COMPONENTS:
        raise InvalidInput("model", f"an accessor is {accessor.type[:20]} of type {accessor.componentType}")
    data = view(document, binary, accessor.bufferView)
    dtype, width = COMPONENTS[accessor.componentType], WIDTHS[accessor.type]
    stride = document.bufferViews[accessor.bufferView].byteStride or dtype.itemsize * width
    if accessor.byteOffset + stride * (accessor.count - 1) + dtype.itemsize * width > len(data):
        raise InvalidInput("model", f"accessor {index} reaches beyond its data")
    return np.ndarray((accessor.count, width), dtype, data, accessor.byteOffset, (stride, dtype.itemsize))


def as_numbers(stored: NDArray[Any], accessor: Accessor) -> Floats:
    """Return `stored` as floats; normalized whole numbers become 0 to 1, or -1 to 1."""
    if not accessor.normalized or stored.dtype.kind == "f":
        return stored.astype(np.float64)
    shares: Floats = np.maximum(stored.astype(np.float64) / np.iinfo(stored.dtype).max, -1.0)
    return shares
