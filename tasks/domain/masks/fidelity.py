"""How faithfully a picture shows the jewelry of the photo: shares of pixels, a picture of them, clicks to find them."""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tasks.domain.errors import InvalidInput

Points = list[tuple[float, float]]

KEPT, ADDED, LOST = (40, 200, 80), (235, 60, 50), (50, 110, 255)
FOREGROUND_CLICKS, NEAR_CLICKS, FAR_CLICKS = 12, 6, 4
CLEARANCE = 0.024  # of the long side: a click on the background keeps this far from the jewelry, beyond its shadow
NEAR = 0.06  # of the long side: farther than this is far
CANDIDATES = 4000  # places among which clicks are spread: enough for a chain, quick on a large picture


@dataclass(frozen=True)
class Fidelity:
    """Shares over pixels of jewelry, `in` being the photo's and `out` the new picture's."""

    precision: float  # |in ∩ out| / |out|, 0 when out is empty
    recall: float  # |in ∩ out| / |in|
    iou: float  # |in ∩ out| / |in ∪ out|
    growth_ratio: float  # |out| / |in|


def measure(before: np.ndarray, after: np.ndarray) -> Fidelity:
    """Compare two masks (bool, H × W): the jewelry in the photo and in the new picture.

    InvalidInput names the mask when `before` has no jewelry: every share would be a division by nothing.
    """
    given, found = int(np.count_nonzero(before)), int(np.count_nonzero(after))
    if not given:
        raise InvalidInput("mask", "no pixel of it is jewelry")
    both = int(np.count_nonzero(before & after))
    return Fidelity(
        precision=both / found if found else 0.0,
        recall=both / given,
        iou=both / (given + found - both),
        growth_ratio=found / given,
    )


def pixel_fidelity(photo: np.ndarray, picture: np.ndarray, mask: np.ndarray) -> float:
    """Mean absolute difference, in levels of 255, over the jewelry's pixels; 0 when they were kept exactly."""
    if not mask.any():
        raise InvalidInput("mask", "no pixel of it is jewelry")
    return float(cv2.absdiff(photo[mask], picture[mask]).mean())


def picture(output: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return `output` in gray with the jewelry green where it was kept, red where added, blue where lost."""
    gray = cv2.cvtColor(output, cv2.COLOR_RGB2GRAY)
    gray = cv2.convertScaleAbs(gray, alpha=0.55, beta=40)
    shown = cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB)
    for where, colour in ((before & after, KEPT), (after & ~before, ADDED), (before & ~after, LOST)):
        mixed = shown[where].astype(np.uint16) + 2 * np.array(colour, np.uint16)
        shown[where] = (mixed // 3).astype(np.uint8)
    return _with_legend(shown)


def _with_legend(shown: np.ndarray) -> np.ndarray:
    image = Image.fromarray(shown)
    draw = ImageDraw.Draw(image)
    size = max(10, image.width // 50)
    font = ImageFont.load_default(size)
    y = image.height - 2 * size
    x = size
    for word, colour in (("kept", KEPT), ("added", ADDED), ("lost", LOST)):
        draw.rectangle((x, y, x + size, y + size), fill=colour)
        draw.text((x + 1.4 * size, y - 0.15 * size), word, fill=(255, 255, 255), font=font)
        x += int(2.4 * size + draw.textlength(word, font=font))
    return np.asarray(image)


def prompts(mask: np.ndarray) -> tuple[Points, Points]:
    """Return clicks that find the jewelry of `mask` (bool, H × W) again: on it, and on the background.

    Fractions of width and height. The first lie deep inside the jewelry and far from each other; of the others
    six lie just outside and four far away, as far as there is room.
    """
    if not mask.any():
        raise InvalidInput("mask", "no pixel of it is jewelry")
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    outside = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    side = max(mask.shape)
    near = (outside > CLEARANCE * side) & (outside <= NEAR * side)
    far = outside > NEAR * side
    core = inside >= min(2.0, float(inside.max()))
    foreground = _spread(core, np.sqrt(inside), FOREGROUND_CLICKS)
    even = np.ones_like(outside)
    return foreground, _spread(near, even, NEAR_CLICKS) + _spread(far, even, FAR_CLICKS)


def _spread(where: np.ndarray, weight: np.ndarray, count: int) -> Points:
    """Up to `count` places of `where`, each as far from those before as its weight makes it worth."""
    places = np.flatnonzero(where)
    if not len(places):
        return []
    places = places[:: max(1, len(places) // CANDIDATES)]
    width, height = where.shape[1], where.shape[0]
    worth = weight.ravel()[places]
    spots = np.stack([places % width, places // width], axis=1).astype(np.float32)
    chosen = [int(worth.argmax())]
    distance = np.linalg.norm(spots - spots[chosen[0]], axis=1)
    while len(chosen) < min(count, len(places)):
        chosen.append(int((distance * worth).argmax()))
        distance = np.minimum(distance, np.linalg.norm(spots - spots[chosen[-1]], axis=1))
    return [((float(spots[i, 0]) + 0.5) / width, (float(spots[i, 1]) + 0.5) / height) for i in chosen]
