"""Ring sizes: the inner diameter in the four systems of the trade, both ways.

    system  what the number means                                 one step
    us      inner diameter 0.458 in (11.63 mm) at size 0          0.032 in = 0.8128 mm of diameter
    uk      letter; inner circumference 40 mm at C                1.25 mm of circumference
    eu      inner circumference in mm                             1 mm of circumference
    jp      number; inner diameter 13 mm at 1                     1/3 mm of diameter
    mm      inner diameter in mm

Sources: US and Canada: the jewelers' stick, 0.458 in + 0.032 in per size (Wikipedia, "Ring size"; spikevm.com,
"US / Canadian Ring Sizes"). UK, Ireland, Australia: BS 6820:1987, half sizes between letters, Z+1 … beyond Z.
EU: ISO 8653:2016, sizes 41 to 76. Japan: the customary number of the trade's standard gauge of 1967 (JCS: 13 mm at
no. 1, 19 mm at no. 19); JIS S 4700:1998 itself is a translation of ISO 8653, so a JIS size is the `eu` one.
"""

import re
from math import pi
from typing import Literal

from tasks.domain.errors import InvalidInput
from tasks.domain.rings.report import FingerSizes

System = Literal["us", "uk", "eu", "jp", "mm"]

US_ZERO_MM, US_STEP_MM = 0.458 * 25.4, 0.032 * 25.4
UK_A_MM, UK_STEP_MM = 37.5, 1.25  # circumference; C, two steps on, is 40 mm
JP_ONE_MM, JP_STEP_MM = 13.0, 1 / 3
SMALLEST_MM, LARGEST_MM = 11.0, 26.0  # inner diameters that the ring specification takes

_UK_SIZE = re.compile(r"([A-Y]|Z(?:\+([1-6]))?)\s*(½|1/2|\.5)?")


def diameter_mm_from(system: System, value: float | str) -> float:
    """Inner diameter in mm of size `value`; UK sizes are letters such as 'N', 'N½', 'n 1/2' or 'Z+2'.

    Raises InvalidInput when the size does not exist in `system` or no finger is that large or small.
    """
    diameter_mm = _uk_diameter_mm(str(value)) if system == "uk" else _numeric_diameter_mm(system, value)
    if not SMALLEST_MM <= diameter_mm <= LARGEST_MM:
        problem = f"{system.upper()} {value} is {diameter_mm:.1f} mm; rings run from {SMALLEST_MM} to {LARGEST_MM} mm"
        raise InvalidInput("ring size", problem)
    return diameter_mm


def finger_sizes(inner_diameter_mm: float) -> FingerSizes:
    """The same ring in all four systems: US to the nearest quarter, UK to the nearest half, EU to 0.1, JP whole."""
    return FingerSizes(
        inner_diameter_mm=inner_diameter_mm,
        us=round((inner_diameter_mm - US_ZERO_MM) / US_STEP_MM * 4) / 4,
        uk=_uk_name(pi * inner_diameter_mm),
        iso=round(pi * inner_diameter_mm, 1),
        jp=round((inner_diameter_mm - JP_ONE_MM) / JP_STEP_MM) + 1,
    )


def _numeric_diameter_mm(system: System, value: float | str) -> float:
    try:
        number = float(value)
    except ValueError:
        raise InvalidInput("ring size", f"{system.upper()} sizes are numbers, not {value!r}") from None
    if system == "us":
        return US_ZERO_MM + US_STEP_MM * number
    if system == "eu":
        return number / pi
    return JP_ONE_MM + JP_STEP_MM * (number - 1) if system == "jp" else number


def _uk_diameter_mm(letters: str) -> float:
    match = _UK_SIZE.fullmatch(letters.strip().upper())
    if match is None:
        raise InvalidInput("ring size", f"UK sizes are A to Z+6 with halves, not {letters!r}")
    steps = ord(match[1][0]) - ord("A") + int(match[2] or 0) + (0.5 if match[3] else 0.0)
    return (UK_A_MM + UK_STEP_MM * steps) / pi


def _uk_name(circumference_mm: float) -> str:
    halves = round((circumference_mm - UK_A_MM) / UK_STEP_MM * 2)
    if halves < 0:
        return "under A"
    letter, half = divmod(halves, 2)
    beyond_z = letter - 25
    name = f"Z+{beyond_z}" if beyond_z > 0 else chr(ord("A") + letter)
    return name + "½" * half
