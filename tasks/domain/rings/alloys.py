"""Densities of the alloys that rings are cast in, and what a volume of metal weighs.

Source: Stuller, "Where can I find the specific gravity of various materials?" (rose gold is its "red"; white gold is
the nickel alloy; palladium white gold is about 8 % heavier; platinum is the 950/cobalt casting alloy).
"""

from types import MappingProxyType
from typing import get_args

from tasks.domain.rings.spec import Metal

DENSITY_G_CM3: MappingProxyType[Metal, float] = MappingProxyType(
    {
        "14k yellow gold": 13.07,
        "18k yellow gold": 15.58,
        "14k rose gold": 13.26,
        "18k rose gold": 15.18,
        "14k white gold": 12.61,
        "18k white gold": 14.64,
        "platinum": 20.80,
        "silver": 10.40,
    }
)


def weight_g(volume_mm3: float, metal: Metal) -> float:
    """Weight in grams of `volume_mm3` of `metal`, to the nearest hundredth."""
    return round(volume_mm3 / 1000 * DENSITY_G_CM3[metal], 2)


def weights_g(volume_mm3: float) -> dict[str, float]:
    """The same volume in every alloy, in grams."""
    return {metal: weight_g(volume_mm3, metal) for metal in get_args(Metal)}
