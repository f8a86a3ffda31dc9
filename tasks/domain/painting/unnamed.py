"""Subjects that nobody named, as measured scenes have them: in this house a ring, in their colours."""

import colorsys
from collections.abc import Iterator

from tasks.domain.painting.arrays import Floats
from tasks.domain.painting.colours import named, to_shown
from tasks.domain.scenes.scene import Scene

WARM = range(20, 65)  # degrees of hue in which gold lies
COLOURFUL = 0.35  # saturation from which a colour is a stone's
# Hues in degrees, as usual for the stones.
STONES = {
    "ruby": 355,
    "peridot": 80,
    "emerald": 150,
    "aquamarine": 190,
    "sapphire": 228,
    "amethyst": 280,
}


def jewelry_in_colours(scene: Scene) -> Iterator[tuple[str, str]]:
    """Yield what the first subject is painted as, as kinds and values of the vocabulary."""
    seen = [hue_of(light) for light in map(named, scene.subjects[0].color_palette) if light is not None]
    if not seen:
        return
    yield "jewel", "ring"
    is_gold = any(hue in WARM and saturation > COLOURFUL / 2 for hue, saturation in seen)
    yield "metal", "yellow gold" if is_gold else "silver"
    bright = [(saturation, hue) for hue, saturation in seen if saturation > COLOURFUL and hue not in WARM]
    if bright:
        yield "stone", min(STONES, key=lambda stone: _apart(STONES[stone], max(bright)[1]))


def hue_of(light: Floats) -> tuple[int, float]:
    """Return the hue in degrees and the saturation of a colour given as linear light."""
    red, green, blue = (float(each) for each in to_shown(light))
    hue, saturation, _ = colorsys.rgb_to_hsv(red, green, blue)
    return round(hue * 360), saturation


def _apart(one: int, other: int) -> int:
    """Return how many degrees lie between two hues, the short way round."""
    return min((one - other) % 360, (other - one) % 360)
