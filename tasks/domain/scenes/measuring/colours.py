"""A picture's main colours: found by k-means in CIELAB, named by lightness, chroma and hue."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tasks.domain.masks.regions import SEED, Mask, Pixels
from tasks.domain.scenes.scene import MAX_COLORS, MIN_COLORS

Lab = NDArray[np.float32]  # H × W × 3 or N × 3: L* 0 to 100, a* and b* about -100 to 100

_CLUSTERS = 8
_SAMPLES = 8_000
_ALIKE = 12.0  # CIELAB units, below which two clusters count as one colour
_MINOR = 0.015  # share of the pixels
_ACCENT_SHARE, _ACCENT_CHROMA, _ACCENT_FAR = 0.003, 35.0, 30.0  # a gem: small, but unlike all the rest
_NEUTRAL, _TINTED = 4.0, 12.0  # chroma
_TINT_SHOWS = (18.0, 86.0)  # L*, between which a grey may be told as warm or cool

# Of each hue up to an angle in degrees: names with the lightness and chroma below which they hold; the first counts.
_ANY = 999.0
_HUES: tuple[tuple[float, tuple[tuple[float, float, str], ...]], ...] = (
    (15, ((28, _ANY, "burgundy"), (70, 25, "mauve"), (58, _ANY, "crimson"), (101, 25, "pale pink"),
          (101, _ANY, "pink"))),
    (42, ((28, _ANY, "dark red"), (62, 30, "reddish brown"), (62, _ANY, "red"), (82, 28, "dusty pink"),
          (101, 28, "pale pink"), (101, _ANY, "salmon pink"))),
    (52, ((24, _ANY, "dark reddish brown"), (45, 38, "reddish brown"), (45, _ANY, "brick red"),
          (68, 25, "pinkish brown"), (68, _ANY, "reddish orange"), (101, 28, "pinkish beige"),
          (101, _ANY, "light coral"))),
    (80, ((25, _ANY, "dark brown"), (48, 18, "greyish brown"), (48, 60, "brown"), (60, 22, "greyish brown"),
          (60, 45, "light brown"), (60, _ANY, "burnt orange"), (72, 45, "tan"), (88, 30, "beige"), (101, 22, "cream"),
          (101, 45, "peach"), (101, _ANY, "orange"))),
    (96, ((28, _ANY, "dark brown"), (50, 20, "greyish brown"), (50, _ANY, "golden brown"), (72, 18, "taupe"),
          (66, 45, "dull gold"), (66, _ANY, "ochre"), (78, 28, "sand"), (78, _ANY, "gold"), (90, 25, "sand"),
          (101, 20, "cream"), (90, _ANY, "golden yellow"), (101, 48, "pale yellow"), (101, _ANY, "golden yellow"))),
    (108, ((28, _ANY, "dark olive"), (50, 25, "greyish olive"), (50, _ANY, "olive"), (72, 40, "khaki"),
           (60, _ANY, "olive"), (72, _ANY, "mustard yellow"), (88, 30, "pale khaki"), (101, 25, "cream"),
           (101, 50, "pale yellow"), (101, _ANY, "yellow"))),
    (125, ((35, _ANY, "dark olive green"), (65, _ANY, "olive green"), (101, 30, "pale green"),
           (101, _ANY, "yellow-green"))),
    (170, ((30, _ANY, "dark green"), (60, 22, "greyish green"), (60, _ANY, "green"), (101, 30, "pale green"),
           (101, _ANY, "light green"))),
    (215, ((30, _ANY, "dark teal"), (60, 20, "greyish teal"), (60, _ANY, "teal"), (101, 25, "pale turquoise"),
           (101, _ANY, "turquoise"))),
    (308, ((20, _ANY, "navy blue"), (48, 22, "slate blue"), (31, _ANY, "dark blue"), (48, 60, "dark blue"),
           (62, 22, "greyish blue"), (62, _ANY, "blue"), (101, 18, "pale blue"), (101, _ANY, "light blue"))),
    (338, ((25, _ANY, "dark purple"), (55, 25, "greyish purple"), (55, _ANY, "purple"), (101, 25, "pale lilac"),
           (101, _ANY, "lilac"))),
    (361, ((28, _ANY, "dark plum"), (70, 25, "mauve"), (62, _ANY, "magenta"), (101, 25, "pale pink"),
           (101, _ANY, "pink"))),
)  # fmt: skip
_GREYS = ((7.0, "black"), (18.0, "near-black"), (40.0, "dark grey"), (65.0, "grey"), (86.0, "light grey"),
          (96.0, "off-white"), (101.0, "white"))  # fmt: skip


@dataclass(frozen=True)
class Shade:
    """A colour and its share of the pixels, 0 to 1."""

    lab: tuple[float, float, float]
    share: float

    @property
    def name(self) -> str:
        """Such as "dark brown"."""
        return colour_name(*self.lab)

    @property
    def text(self) -> str:
        """Such as "dark brown #3b2a1c"."""
        return f"{self.name} {hex_code(self.lab)}"


def to_lab(pixels: Pixels) -> Lab:
    """Return CIELAB in its own units."""
    return np.asarray(cv2.cvtColor(pixels.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def hex_code(lab: tuple[float, float, float]) -> str:
    """Return the colour as sRGB in hexadecimal."""
    pixel = cv2.cvtColor(np.array([[lab]], np.float32), cv2.COLOR_LAB2RGB)[0, 0]
    red, green, blue = (pixel.clip(0, 1) * 255).round().astype(int).tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def colour_name(lightness: float, a: float, b: float) -> str:
    """Return the colour's name in plain English."""
    chroma, hue = float(np.hypot(a, b)), float(np.degrees(np.arctan2(b, a))) % 360
    if chroma < _TINTED or lightness < _GREYS[0][0]:
        tinted = chroma >= _NEUTRAL and _TINT_SHOWS[0] <= lightness < _TINT_SHOWS[1]
        tint = ("warm " if b > 0 else "cool ") if tinted else ""
        return tint + _grey(lightness)
    shades = next(shades for end, shades in _HUES if hue < end)
    return next(name for light, colourful, name in shades if lightness < light and chroma < colourful)


def main_shades(lab: Lab, within: Mask | None = None) -> list[Shade]:
    """Return three to five colours, the largest first, of a picture or of what lies `within` a mask.

    An even area yields the same colour more than once, so that there are three.
    """
    samples = lab.reshape(-1, 3) if within is None else lab[within]
    if len(samples) > _SAMPLES:
        samples = np.random.default_rng(SEED).choice(samples, _SAMPLES, replace=False)
    clusters = _clusters(samples)
    merged = _merged(clusters)
    kept = [shade for shade in merged if shade.share >= _MINOR][:MAX_COLORS]
    kept = _with_accent(kept, merged)
    spare = [shade for shade in clusters if shade not in kept]
    while len(kept) < MIN_COLORS:
        kept.append(spare.pop(0) if spare else kept[-1])
    return sorted(kept, key=lambda shade: -shade.share)


def _grey(lightness: float) -> str:
    return next((name for end, name in _GREYS if lightness < end), "white")


def _clusters(samples: Lab) -> list[Shade]:
    """Return the centres of k-means, the largest first."""
    if len(samples) == 1:  # OpenCV would take its three numbers for three samples
        return [Shade(_triple(samples[0]), 1.0)]
    count = min(_CLUSTERS, len(samples))
    criteria = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.5)
    cv2.setRNGSeed(SEED)
    first = np.zeros((len(samples), 1), np.int32)
    contiguous = np.ascontiguousarray(samples, np.float32)
    _, labels, centres = cv2.kmeans(contiguous, count, first, criteria, 2, cv2.KMEANS_PP_CENTERS)
    shares = np.bincount(labels.ravel(), minlength=count) / len(samples)
    order = np.argsort(-shares, kind="stable")
    return [Shade(_triple(centres[index]), float(shares[index])) for index in order if shares[index]]


def _merged(clusters: list[Shade]) -> list[Shade]:
    """Return the clusters with alike ones, and those of one name, put together."""
    merged: list[Shade] = []
    for shade in clusters:
        same = next((other for other in merged if other.name == shade.name or _apart(other, shade) < _ALIKE), None)
        if same is None:
            merged.append(shade)
        else:
            merged[merged.index(same)] = _mixed(same, shade)
    return sorted(merged, key=lambda shade: -shade.share)


def _with_accent(kept: list[Shade], merged: list[Shade]) -> list[Shade]:
    """Let a small colour that stands out take the last place, or a place of its own where there is room."""
    for shade in merged:
        strong = shade.share >= _ACCENT_SHARE and np.hypot(*shade.lab[1:]) > _ACCENT_CHROMA
        if shade not in kept and strong and all(_apart(shade, other) > _ACCENT_FAR for other in kept):
            return [*kept[: MAX_COLORS - 1], shade]
    return kept


def _mixed(one: Shade, other: Shade) -> Shade:
    share = one.share + other.share
    lab = (np.array(one.lab) * one.share + np.array(other.lab) * other.share) / share
    return Shade(_triple(lab), share)


def _apart(one: Shade, other: Shade) -> float:
    return float(np.linalg.norm(np.array(one.lab) - np.array(other.lab)))


def _triple(lab: NDArray[np.floating]) -> tuple[float, float, float]:
    lightness, a, b = lab.tolist()
    return lightness, a, b
