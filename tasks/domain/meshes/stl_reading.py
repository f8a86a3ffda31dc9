"""STL, binary and text. Slicers take its numbers as millimetres with z up, and so does this reader."""

import re

import numpy as np
from numpy.typing import NDArray

from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.limits import MAX_NAME, MAX_PARTS, check_counts, numbers
from tasks.domain.meshes.model import Model, Part

METRES_PER_UNIT = 0.001
_HEADER_BYTES = 84
_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_SOLID = re.compile(rb"^[ \t]*solid\b([^\r\n]*)", re.MULTILINE | re.IGNORECASE)
_VERTEX = re.compile(rb"\bvertex[ \t]+([^\r\n]+)", re.IGNORECASE)
_FACET_LINE = re.compile(rb"\bfacet\b", re.IGNORECASE)  # "endfacet" is another word


def says_binary_stl(data: bytes) -> bool:
    """Tell whether `data` is as long as its header says; text may begin with "solid" in either kind."""
    if len(data) < _HEADER_BYTES + _FACET.itemsize:
        return False
    return len(data) == _HEADER_BYTES + _FACET.itemsize * int.from_bytes(data[80:84], "little")


def read_binary_stl(data: bytes) -> Model:
    """Return the triangles as one part; raises InvalidInput above the limits."""
    count = int.from_bytes(data[80:84], "little")
    check_counts(count, 3 * count)
    facets = np.frombuffer(data, _FACET, count, _HEADER_BYTES)
    return Model((_part("solid", facets["corners"].astype(np.float64)),))


def read_ascii_stl(data: bytes) -> Model:
    """Return one part per solid; raises InvalidInput when facets are incomplete, and above the limits."""
    starts = list(_SOLID.finditer(data))
    if not 0 < len(starts) <= MAX_PARTS:
        raise InvalidInput("model", f"{len(starts)} solids; 1 to {MAX_PARTS} are read")
    check_counts(data.count(b"vertex") // 3, data.count(b"vertex"))
    ends = [match.start() for match in starts[1:]] + [len(data)]
    parts = []
    for match, end in zip(starts, ends, strict=True):
        name = match[1].decode("utf-8", "replace").strip()[:MAX_NAME]
        parts.append(_part(name or "solid", _facets(data[match.end() : end])))
    return Model(tuple(parts))


def _facets(text: bytes) -> NDArray[np.float64]:
    corners = _VERTEX.findall(text)
    if len(corners) != 3 * len(_FACET_LINE.findall(text)):
        raise InvalidInput("model", "a facet of the STL does not have three corners")
    return numbers(b" ".join(corners), 3 * len(corners)).reshape(-1, 3, 3)


def _part(name: str, corners: NDArray[np.float64]) -> Part:
    x, y, z = corners.reshape(-1, 3).T * METRES_PER_UNIT
    return Part(name, np.stack([x, z, -y], axis=1), np.arange(len(x)).reshape(-1, 3))
