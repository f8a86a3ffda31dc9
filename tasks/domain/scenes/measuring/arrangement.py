"""How a picture is arranged: its format, its even areas, its symmetry, the run of its edges."""

import cv2
import numpy as np
from numpy.typing import NDArray

from tasks.domain.masks.regions import Mask, Pixels, gradient

Plane = NDArray[np.float32]

_FORMATS = {
    "1:1": 1.0, "5:4": 5 / 4, "4:3": 4 / 3, "3:2": 3 / 2, "16:10": 1.6, "16:9": 16 / 9, "2:1": 2.0, "21:9": 21 / 9,
}  # fmt: skip
_SAME_FORMAT = 0.015
_EVEN_STEP = 1.5  # CIELAB units per pixel
_STEEP_STEP = 4.0
_SYMMETRICAL = 0.93  # correlation with the mirror image
_MIRROR_PX = 48
_TEXTURED = 3.0  # standard deviation of L*, below which symmetry says nothing
_LEAST_EDGES = 0.03  # of the picture
_PREVAILS = 0.6  # of all edges; an even distribution has a third in each
_WITHIN_DEG = 30.0


def format_of(width: int, height: int) -> str:
    """Return the aspect ratio, as a known one where it is one within a little: 3:2, or 2:3 upright."""
    ratio = max(width, height) / min(width, height)
    near = min(_FORMATS, key=lambda name: abs(_FORMATS[name] / ratio - 1))
    known = near if abs(_FORMATS[near] / ratio - 1) < _SAME_FORMAT else f"{ratio:.2f}:1"
    return known if width >= height else ":".join(reversed(known.split(":")))


def orientation_of(width: int, height: int) -> str:
    """Return the photographers' word for the format, with its article."""
    if abs(width / height - 1) < _SAME_FORMAT:
        return "a square"
    return "a landscape-format" if width > height else "an upright"


def even_share(pixels: Pixels, outside: Mask | None = None) -> float:
    """Return how much of the picture, or of what is `outside`, has hardly any change of colour."""
    even = gradient(pixels) < _EVEN_STEP
    return float(even.mean() if outside is None or not outside.any() else even[outside].mean())


def detail_share(pixels: Pixels) -> float:
    """Return how much of the picture is edges and texture."""
    return float((gradient(pixels) > _STEEP_STEP).mean())


def is_symmetrical(lightness: Plane) -> bool:
    """Tell whether the left half mirrors the right one."""
    small = cv2.resize(lightness, (_MIRROR_PX, _MIRROR_PX), interpolation=cv2.INTER_AREA)
    if small.std() < _TEXTURED:
        return False
    return float(np.corrcoef(small.ravel(), small[:, ::-1].ravel())[0, 1]) > _SYMMETRICAL


def prevailing_lines(lightness: Plane) -> str | None:
    """Return whether edges mostly run horizontally, vertically or at a slant; None where none of them prevails."""
    smooth = cv2.GaussianBlur(lightness, (0, 0), 1.5)
    across, down = cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    strength = np.hypot(across, down) / 8
    edges = strength > _STEEP_STEP
    if edges.mean() < _LEAST_EDGES:
        return None
    steepness = np.degrees(np.arctan2(np.abs(down[edges]), np.abs(across[edges])))  # 90: the edge is horizontal
    shares = {
        "horizontal": float((steepness > 90 - _WITHIN_DEG).mean()),
        "vertical": float((steepness < _WITHIN_DEG).mean()),
        "slanting": float((np.abs(steepness - 45) < 45 - _WITHIN_DEG).mean()),
    }
    name, share = max(shares.items(), key=lambda each: each[1])
    return name if share > _PREVAILS else None
