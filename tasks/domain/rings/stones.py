"""Stones: densities, usual colours and proportions, and millimetres to carats and back.

Densities are the middle of the ranges in the International Gem Society's "Gemstone Physical Properties" and in
Encyclopaedia Britannica's table of important gemstones. Weights have the form of the appraisers' formulas for mounted
stones (gemgate.com, "Estimating mounted diamond weight": round 0.0061, oval 0.0062), carats = factor × length × width
× depth × (density / diamond's); depths and factors are those of the stones that the ring kit cuts. A carat is 0.2 g.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from tasks.domain.rings.spec import Cut, Stone

DENSITY_G_CM3: Mapping[Stone, float] = MappingProxyType(
    {
        "diamond": 3.52,
        "sapphire": 4.00,
        "ruby": 4.00,
        "emerald": 2.72,
        "amethyst": 2.65,
        "aquamarine": 2.71,
        "citrine": 2.65,
        "garnet": 3.90,
        "morganite": 2.80,
        "moissanite": 3.22,
        "opal": 2.12,
        "pearl": 2.72,
        "peridot": 3.34,
        "tanzanite": 3.35,
        "topaz": 3.54,
        "tourmaline": 3.06,
        "onyx": 2.60,
    }
)


class CutProportions(NamedTuple):
    """How a cut is usually made; `weight_factor` gives a diamond's carats from length × width × depth in mm³."""

    length_to_width: float
    depth_share: float  # total depth over width
    weight_factor: float


# Length-to-width ratios are those most often asked for.
PROPORTIONS: Mapping[Cut, CutProportions] = MappingProxyType(
    {
        "round": CutProportions(1.0, 0.61, 0.0061),
        "princess": CutProportions(1.0, 0.73, 0.0086),
        "emerald": CutProportions(1.4, 0.65, 0.0099),
        "asscher": CutProportions(1.0, 0.67, 0.0086),
        "oval": CutProportions(1.4, 0.62, 0.0060),
        "cushion": CutProportions(1.1, 0.68, 0.0071),
        "pear": CutProportions(1.55, 0.635, 0.0057),
        "marquise": CutProportions(2.0, 0.63, 0.0055),
        "baguette": CutProportions(1.6, 0.59, 0.0104),
        "heart": CutProportions(1.0, 0.625, 0.0052),
        "cabochon": CutProportions(1.3, 0.56, 0.0097),
        "pearl": CutProportions(1.0, 1.0, 0.0092),
    }
)


def carats(cut: Cut, stone: Stone, length_mm: float, width_mm: float) -> float:
    """Estimated weight of one stone of the usual depth, in carats."""
    depth_mm = PROPORTIONS[cut].depth_share * min(length_mm, width_mm)
    factor = PROPORTIONS[cut].weight_factor * DENSITY_G_CM3[stone] / DENSITY_G_CM3["diamond"]
    return factor * length_mm * width_mm * depth_mm


def size_mm(cut: Cut, stone: Stone, weight_ct: float, length_to_width: float | None = None) -> tuple[float, float]:
    """(length, width) in mm, to 0.05, of a stone of `weight_ct` carats; the inverse of `carats`."""
    ratio = length_to_width or PROPORTIONS[cut].length_to_width
    unit_ct = carats(cut, stone, ratio, 1.0)
    width_mm = (weight_ct / unit_ct) ** (1 / 3)
    return _twentieths(width_mm * ratio), _twentieths(width_mm)


def _twentieths(value_mm: float) -> float:
    return round(round(value_mm * 20) / 20, 2)
