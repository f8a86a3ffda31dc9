"""Colours: as people name them, in linear light, and as screens show light."""

import re
from pathlib import Path

import numpy as np
import yaml

from tasks.domain.painting.arrays import Floats, dot, vector

NAMED: dict[str, str] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text())
_HEX = re.compile(r"#(?P<hex>[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")


def linear(spelled: str) -> Floats:
    """Return the linear light of rrggbb or rgb in hexadecimals."""
    full = spelled if len(spelled) == 6 else "".join(digit * 2 for digit in spelled)
    shown = vector(*(int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)))
    return to_linear(shown)


def named(name: str) -> Floats | None:
    """Return the linear light of a colour's name or of #rrggbb, None when it is neither."""
    name = name.strip().lower()
    if hexed := _HEX.search(name):
        return linear(hexed["hex"])
    if name in NAMED:
        return linear(NAMED[name])
    last = name.split()[-1] if name.split() else ""
    return linear(NAMED[last]) if last in NAMED else None


def hexes_in(text: str) -> list[Floats]:
    """Return every #rrggbb of `text`, in order."""
    return [linear(found["hex"]) for found in _HEX.finditer(text)]


def to_linear(shown: Floats) -> Floats:
    """Return linear light for sRGB values 0 to 1."""
    return np.where(shown <= 0.04045, shown / 12.92, ((shown + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_shown(light: Floats) -> Floats:
    """Return sRGB values 0 to 1 for linear light."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def luminance(light: Floats) -> Floats:
    """Return how bright linear light looks."""
    return dot(light, vector(0.2126, 0.7152, 0.0722))
