"""How large a model from outside may be, and how its text becomes numbers; shared by the readers of each format."""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tasks.domain.errors import InvalidInput

MAX_BYTES = 100 << 20
MAX_TRIANGLES = 3_000_000
MAX_VERTICES = 3 * MAX_TRIANGLES
MAX_PARTS = 10_000
MAX_COORDINATE_M = 1e12  # beyond, squares and cubes of lengths lose all digits
MAX_NAME = 200  # characters


def check_counts(triangles: int, vertices: int) -> None:
    """Raise InvalidInput for more triangles or vertices than are read."""
    if triangles > MAX_TRIANGLES:
        raise InvalidInput("model", f"{triangles} triangles; at most {MAX_TRIANGLES} are read")
    if vertices > MAX_VERTICES:
        raise InvalidInput("model", f"{vertices} vertices; at most {MAX_VERTICES} are read")


def numbers(text: bytes, count: int) -> NDArray[np.float64]:
    """Return the numbers of `text`, (count,); raises InvalidInput when something else stands there."""
    return _parsed(text, count, np.float64)


def indices(text: bytes, count: int) -> NDArray[np.int64]:
    """Return the whole numbers of `text`, (count,); raises InvalidInput when something else stands there."""
    return _parsed(text, count, np.int64)


def _parsed(text: bytes, count: int, dtype: type[np.number[Any]]) -> NDArray[Any]:
    """Numpy reads the text in one go, without an object per number, and warns where it stops short."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            found = np.fromstring(text, dtype, sep=" ") if text.strip() else np.zeros(0, dtype)
        except (DeprecationWarning, ValueError, OverflowError) as error:
            raise InvalidInput("model", "text stands where a number should be") from error
    if len(found) != count:
        raise InvalidInput("model", f"{len(found)} numbers where {count} should be")
    return found
