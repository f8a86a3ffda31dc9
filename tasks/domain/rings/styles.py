"""What style words change, where the prompt says nothing itself.

    style      metal           centre cut  head     band of stones      profile     other
    art deco   platinum        emerald     prong    channel, baguette   flat        milgrain
    victorian  18k yellow      cushion     halo     pavé                half-round  milgrain
    vintage    14k rose        cushion     prong    pavé                half-round  milgrain
    minimal    14k yellow      round       bezel    –                   flat        shank ×0.85, stone ×0.5
    modern     platinum        round       bezel    channel, princess   flat
    bold       18k yellow      cushion     prong    –                   comfort     shank ×1.6, stone ×2
    delicate   14k rose        oval        prong    pavé                half-round  shank ×0.85, stone ×0.6
    classic    18k yellow      round       prong    eternity            half-round  six prongs
    nature     14k rose        marquise    prong    –                   half-round  shank ×0.95

Of several styles the first of this table that has an opinion decides; factors multiply.
Sources: platinum1911.com, "What are some characteristics of Art Deco jewelry" (white metal, milgrain, hard lines);
farringdonsjewellery.com, glossary (Art Deco: bold geometric shapes; cushions: the older version of the round cut).
The rest is usage.
"""

from dataclasses import dataclass
from math import prod

from tasks.domain.rings.spec import Cut, HeadKind, Metal, Profile, RowKind, Style


@dataclass(frozen=True)
class Taste:
    """Choices of one style; None where it has no opinion. Factors apply to the usual size."""

    metal: Metal | None = None
    cut: Cut | None = None
    head: HeadKind | None = None
    row: RowKind | None = None
    row_cut: Cut | None = None
    profile: Profile | None = None
    prongs: int | None = None
    milgrain: bool = False
    shank_factor: float = 1.0
    carat_factor: float = 1.0


TASTES: dict[Style, Taste] = {
    "art deco": Taste("platinum", "emerald", "prong", "channel", "baguette", "flat", milgrain=True),
    "victorian": Taste("18k yellow gold", "cushion", "halo", "pave", "round", "half-round", milgrain=True),
    "vintage": Taste("14k rose gold", "cushion", "prong", "pave", "round", "half-round", milgrain=True),
    "minimal": Taste("14k yellow gold", "round", "bezel", profile="flat", shank_factor=0.85, carat_factor=0.5),
    "modern": Taste("platinum", "round", "bezel", "channel", "princess", "flat"),
    "bold": Taste("18k yellow gold", "cushion", "prong", profile="comfort", shank_factor=1.6, carat_factor=2.0),
    "delicate": Taste(
        "14k rose gold", "oval", "prong", "pave", "round", "half-round", shank_factor=0.85, carat_factor=0.6
    ),
    "classic": Taste("18k yellow gold", "round", "prong", "eternity", "round", "half-round", prongs=6),
    "nature": Taste("14k rose gold", "marquise", "prong", profile="half-round", shank_factor=0.95),
}


def taste_of(styles: tuple[Style, ...]) -> Taste:
    """The taste of several styles together."""
    tastes = [taste for style, taste in TASTES.items() if style in styles]

    def opinion(field: str) -> object:
        return next((getattr(taste, field) for taste in tastes if getattr(taste, field) is not None), None)

    opinions = {name: opinion(name) for name in ("metal", "cut", "head", "row", "row_cut", "profile", "prongs")}
    return Taste(
        **opinions,  # type: ignore[arg-type]  # each comes from the field of the same name
        milgrain=any(taste.milgrain for taste in tastes),
        shank_factor=prod(taste.shank_factor for taste in tastes),
        carat_factor=prod(taste.carat_factor for taste in tastes),
    )
