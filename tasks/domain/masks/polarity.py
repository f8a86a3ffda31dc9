"""Which side of a service's mask is the jewelry, and the one form that our masks have: white where the jewelry is.

Services disagree, and the same service has changed its mind: some paint the jewelry white, some black.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasks.domain.errors import InvalidInput

Polarity = Literal["auto", "white", "black"]
Mask = NDArray[np.uint8]  # H × W

WHITE = 255
THRESHOLD = 128
DISC_PART_OF_WIDTH = 1 / 250  # radius of what is looked at around a click: 8 pixels of a canvas of 2000


def canonical_mask(
    mask: Mask, foreground_px: Sequence[tuple[float, float]], polarity: Polarity = "auto", *, field: str = "mask"
) -> Mask:
    """Return `mask` with 255 where the jewelry is and 0 elsewhere.

    With `auto` the clicks in `foreground_px`, (x, y) in pixels of the mask, say which side that is. Raises InvalidInput
    naming `field` when the jewelry is nowhere or everywhere.
    """
    white = mask >= THRESHOLD
    jewelry = white if (painted(white, foreground_px) if polarity == "auto" else polarity) == "white" else ~white
    if not jewelry.any():
        raise InvalidInput(field, "is empty: no jewelry was found at the clicks")
    if jewelry.all():
        raise InvalidInput(field, "covers the whole picture")
    return np.where(jewelry, np.uint8(WHITE), np.uint8(0))


def painted(white: NDArray[np.bool_], foreground_px: Sequence[tuple[float, float]]) -> Literal["white", "black"]:
    """Return the colour that most clicks on the jewelry lie in; white when as many lie in either."""
    shares = [_share_at(white, point) for point in foreground_px]
    in_black = sum(share < 0.5 for share in shares)
    in_white = sum(share > 0.5 for share in shares)
    return "black" if in_black > in_white else "white"


def _share_at(white: NDArray[np.bool_], point: tuple[float, float]) -> float:
    """Return how much of a small disc around `point` is white, 0 to 1."""
    height, width = white.shape
    x, y = min(max(int(point[0]), 0), width - 1), min(max(int(point[1]), 0), height - 1)
    radius = max(round(width * DISC_PART_OF_WIDTH), 1)
    left, top = max(x - radius, 0), max(y - radius, 0)
    around = white[top : y + radius + 1, left : x + radius + 1]
    rows, columns = np.ogrid[top : top + around.shape[0], left : left + around.shape[1]]
    return float(around[(rows - y) ** 2 + (columns - x) ** 2 <= radius**2].mean())
