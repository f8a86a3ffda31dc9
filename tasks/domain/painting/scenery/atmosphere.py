"""What hour and weather make of light: colours of the sky, where the sun is, haze, and how dark the land lies."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tasks.domain.painting.arrays import Floats, mix
from tasks.domain.painting.colours import linear, luminance
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.reading import Brief

Shape = tuple[int, int]


@dataclass(frozen=True)
class Air:
    """Light of an hour. The sun's place is in shares of the picture; `land` is how bright lit land is."""

    top: Floats
    middle: Floats
    horizon: Floats
    sun: Floats
    sun_place: tuple[float, float]
    shade: Floats
    land: float
    haze: float = 0.5
    clouds: float = 0.45
    stars: float = 0.0
    moon: bool = False
    weather: str = "clear"

    @property
    def mist(self) -> Floats:
        """The colour that distance takes on."""
        return mix(self.horizon, self.middle, 0.25)


def _air(
    top: str, middle: str, horizon: str, sun: Floats, height: float, shade: str, land: float, **more: object
) -> Air:
    return Air(linear(top), linear(middle), linear(horizon), sun, (0.5, height), linear(shade), land, **more)  # type: ignore[arg-type]


AIRS = {
    "day": _air("2f6db3", "77aedb", "d5e4ec", np.array([1.0, 0.96, 0.88], np.float32) * 1.0, 0.12, "5d7795", 0.85),
    "dawn": _air(
        "5c78a8", "d3a9ad", "f8d9b4", np.array([1.0, 0.72, 0.48], np.float32) * 1.3, 0.44, "56587c", 0.42, haze=0.8
    ),
    "golden": _air(
        "5f8fbe", "d9c197", "fbdc98", np.array([1.0, 0.70, 0.34], np.float32) * 1.7, 0.36, "6b6478", 0.55, haze=0.65
    ),
    "sunset": _air(
        "2b3a70", "b9566e", "fb9d4a", np.array([1.0, 0.46, 0.16], np.float32) * 1.7, 0.47, "3a3358", 0.24, clouds=0.55
    ),
    "dusk": _air(
        "101a3c", "3c4580", "d08a86", np.array([0.9, 0.42, 0.32], np.float32) * 0.5, 0.56, "1c2140", 0.11, stars=0.25
    ),
    "night": _air(
        "04060f",
        "0a1430",
        "1b2a4e",
        np.array([0.62, 0.74, 1.0], np.float32) * 0.35,
        0.20,
        "070b18",
        0.035,
        clouds=0.25,
        stars=1.0,
        moon=True,
    ),
}
COLOURED = ("house", "flowers", "interior", "portrait", "city")  # scenes that wear the colours that are named
OF_LIGHT = {"golden": "golden", "candle": "dusk", "dramatic": "sunset", "bright": "day", "cool": "dawn"}


def air_of(brief: Brief, order: PaintingOrder) -> Air:
    """Return the hour and weather that are asked for; without a word of them, one that chance chooses."""
    chance = order.chance("air")
    hour = brief.first("time") or OF_LIGHT.get(brief.first("light") or "")
    if hour is None and brief.first("weather") is not None:
        hour = "day" if brief.first("weather") != "fog" else "dawn"
    air = AIRS[hour or str(chance.choice(["day", "golden", "sunset", "dawn"]))]
    side = 0.25 + 0.5 * chance.uniform()
    air = replace(air, sun_place=(side, air.sun_place[1] + chance.uniform(-0.03, 0.03)))
    air = replace(air, clouds=float(np.clip(air.clouds + chance.uniform(-0.2, 0.25), 0.1, 0.8)))
    for weather in brief.all("weather"):
        air = _under(air, weather)
    return air if brief.first("scene") in COLOURED else _tinted(air, brief.colours)


def _under(air: Air, weather: str) -> Air:
    grey = float(luminance(air.middle))
    dull = np.array([0.92, 0.97, 1.03], np.float32) * grey
    if weather == "clear":
        return replace(air, clouds=0.05, haze=air.haze * 0.7)
    if weather == "fog":
        return replace(air, haze=1.7, clouds=0.2, weather="fog", top=mix(air.top, air.horizon, 0.6), sun=air.sun * 0.6)
    if weather == "snow":
        return replace(
            air, top=mix(air.top, dull, 0.6), middle=mix(air.middle, dull * 1.1, 0.6), haze=0.9, weather="snow"
        )
    dark = 0.45 if weather == "storm" else 0.75
    return replace(
        air, top=mix(air.top, dull * 0.6, 0.75) * dark, middle=mix(air.middle, dull, 0.75) * dark,
        horizon=mix(air.horizon, dull * 1.3, 0.6) * (dark + 0.15), sun=air.sun * 0.35, land=air.land * dark,
        clouds=0.95, haze=air.haze * 1.2, weather=weather,
    )  # fmt: skip


def _tinted(air: Air, colours: Sequence[Floats]) -> Air:
    """The sky drawn towards the colours that are asked for, its brightness kept."""
    if not colours:
        return air
    low, high = colours[0], colours[min(1, len(colours) - 1)]
    return replace(
        air, horizon=_towards(air.horizon, low), middle=_towards(air.middle, low), top=_towards(air.top, high)
    )


def _towards(own: Floats, colour: Floats) -> Floats:
    wanted = colour * (float(luminance(own)) / max(float(luminance(colour)), 0.02))
    return mix(own, np.clip(wanted, 0, 1.2), 0.5)
