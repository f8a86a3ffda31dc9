"""A picture's light, as far as its pixels tell: brightness, contrast, the brighter side, warmth, saturation."""

from dataclasses import dataclass

import numpy as np

from tasks.domain.scenes.measuring.colours import Lab

_DARK, _BRIGHT = 35.0, 65.0  # mean L*
_FLAT, _STRONG = 40.0, 75.0  # L* from the darkest twentieth to the brightest
_SLOPE = 8.0  # L* from side to side, below which the light counts as even
_WARM, _COOL = 6.0, -4.0  # mean b*
_GREY, _MUTED, _MODERATE = 4.0, 14.0, 32.0  # mean chroma
_GREY_EVERYWHERE = 8.0  # chroma of the most colourful twentieth
_BURNT_OUT, _BLACKENED = 99.0, 2.0  # L*
_NOTABLE = 0.01  # share of the picture
_SIDES = ("right", "lower right", "bottom", "lower left", "left", "upper left", "top", "upper right")


@dataclass(frozen=True)
class Light:
    """`brighter_side` is None where no side is clearly brighter; shares are of the picture, 0 to 1."""

    mean: float
    spread: float
    brighter_side: str | None
    warmth: float
    chroma: float
    is_grey: bool
    burnt_out: float
    blackened: float

    @property
    def key(self) -> str:
        """The photographers' word for how bright it is."""
        return "low-key" if self.mean < _DARK else "high-key" if self.mean > _BRIGHT else "mid-key"

    @property
    def brightness(self) -> str:
        """The same in plain words."""
        return "dark" if self.mean < _DARK else "bright" if self.mean > _BRIGHT else "mid-toned"

    @property
    def contrast(self) -> str:
        """How far apart dark and bright are."""
        return "low" if self.spread < _FLAT else "high" if self.spread > _STRONG else "moderate"

    @property
    def temperature(self) -> str:
        """Warm, cool or neutral, of all colours together."""
        return "warm" if self.warmth > _WARM else "cool" if self.warmth < _COOL else "neutral"

    @property
    def saturation(self) -> str:
        """How colourful it is."""
        if self.is_grey:
            return "monochrome"
        return "muted" if self.chroma < _MUTED else "moderately saturated" if self.chroma < _MODERATE else "vivid"

    @property
    def words(self) -> str:
        """All of it in a sentence's parts."""
        side = f"brighter towards the {self.brighter_side}" if self.brighter_side else "evenly spread over the frame"
        parts = [f"{self.key}, {self.contrast} contrast", side]
        overall = "neither warm nor cool" if self.temperature == "neutral" else self.temperature
        parts.append("without colour" if self.is_grey else f"{overall} overall")
        if self.burnt_out > _NOTABLE:
            parts.append(f"{self.burnt_out:.0%} of the frame is white without detail")
        if self.blackened > _NOTABLE:
            parts.append(f"{self.blackened:.0%} of the frame is almost black")
        return "; ".join(parts)


def measure_light(lab: Lab) -> Light:
    """Measure a picture's light."""
    lightness = lab[..., 0]
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    darkest, brightest = np.percentile(lightness, [5, 95]).tolist()
    mean_chroma = float(chroma.mean())
    return Light(
        mean=float(lightness.mean()),
        spread=brightest - darkest,
        brighter_side=_brighter_side(lightness),
        warmth=float(lab[..., 2].mean()),
        chroma=mean_chroma,
        is_grey=mean_chroma < _GREY and float(np.percentile(chroma, 95)) < _GREY_EVERYWHERE,
        burnt_out=float((lightness > _BURNT_OUT).mean()),
        blackened=float((lightness < _BLACKENED).mean()),
    )


def _brighter_side(lightness: np.ndarray) -> str | None:
    """Return where the plane through all lightnesses rises to, None where it is almost level."""
    height, width = lightness.shape
    across, down = np.linspace(-0.5, 0.5, width), np.linspace(-0.5, 0.5, height)
    slopes = _slope(across, lightness.mean(0)), _slope(down, lightness.mean(1))
    if np.hypot(*slopes) < _SLOPE:
        return None
    return _SIDES[round(float(np.arctan2(slopes[1], slopes[0])) / (np.pi / 4)) % 8]


def _slope(where: np.ndarray, values: np.ndarray) -> float:
    """Return the rise of the line through `values` over the whole length; `where` has its middle at 0."""
    spread = float((where**2).sum())
    return float((where * (values - values.mean())).sum()) / spread if spread else 0.0
