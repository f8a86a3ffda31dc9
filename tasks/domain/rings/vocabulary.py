"""The words of the trade that the offline designer reads, as tables: phrase → (kind, value).

Phrases are in the reader's normal form: lower case, no accents, no hyphens. Plurals in -s are understood from the
singular. Kinds and what the reader does with them are listed in `phrases.py`. A few French, German, Spanish and
Italian words are here because they cost nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tasks.domain.rings.spec import Cut, Metal, Stone
from tasks.domain.rings.unmodelled import UNMODELLED

METALS = {
    "yellow": "yellow gold, gelbgold, oro amarillo, oro giallo, or jaune, golden",
    "rose": "rose gold, pink gold, red gold, rosegold, rotgold, oro rosa, oro rosado, or rose",
    "white": "white gold, weissgold, oro blanco, oro bianco, or blanc",
    "any gold": "gold, oro",
    "platinum": "platinum, platin, platino, platine, pt950, 950 platinum, platinum 950, pt 950, plat",
    "silver": "silver, sterling silver, sterling, 925 silver, silver 925, 925, silber, plata, argento, argent",
}
HALLMARKS = {"14k": "585, 585 gold", "18k": "750, 750 gold"}

STONES: dict[Stone, str] = {
    "diamond": "diamond, diamant, diamante, brillant",
    "sapphire": "sapphire, saphir, zafiro, zaffiro",
    "ruby": "ruby, rubies, rubis, rubin, rubi, rubino",
    "emerald": "emerald, smaragd, esmeralda, smeraldo, emeraude",
    "amethyst": "amethyst",
    "aquamarine": "aquamarine",
    "citrine": "citrine",
    "garnet": "garnet",
    "morganite": "morganite",
    "moissanite": "moissanite",
    "opal": "opal",
    "pearl": "pearl, perle, perla",
    "peridot": "peridot",
    "tanzanite": "tanzanite",
    "topaz": "topaz, topazes",
    "tourmaline": "tourmaline",
    "onyx": "onyx, onyxes",
}
# Names as the kit has them.
COLORS = {
    "pink": "pink, rosa",
    "blue": "blue, swiss blue, navy, cornflower, cornflower blue, azul, blau, bleu, blu",
    "light blue": "light blue, sky blue, pale blue, baby blue, ice blue",
    "london blue": "london blue, dark blue, deep blue, midnight blue",
    "green": "green, forest green, verde, grun, vert",
    "mint": "mint, mint green, pale green, light green",
    "teal": "teal, blue green",
    "yellow": "yellow, canary, fancy yellow, amarillo, jaune",
    "black": "black, schwarz, negro, noir",
    "white": "white, colorless, colourless, clear, transparent",
    "purple": "purple",
    "violet": "violet",
    "lavender": "lavender, lilac",
    "orange": "orange, imperial, fanta",
    "padparadscha": "padparadscha",
    "peach": "peach, apricot",
    "red": "red, rojo, rouge",
    "champagne": "champagne",
    "cognac": "cognac, chocolate",
    "brown": "brown",
    "grey": "grey, gray",
    "salt and pepper": "salt and pepper",
}
# A colour without a stone's name: the stone usually meant.
STONE_OF_COLOR: dict[str, Stone] = {
    "pink": "morganite", "peach": "morganite", "padparadscha": "sapphire", "teal": "sapphire", "blue": "sapphire",
    "light blue": "aquamarine", "london blue": "topaz", "green": "emerald", "mint": "tourmaline",
    "yellow": "citrine", "orange": "citrine", "black": "onyx", "white": "diamond", "champagne": "diamond",
    "cognac": "diamond", "brown": "diamond", "grey": "diamond", "salt and pepper": "diamond",
    "purple": "amethyst", "violet": "tanzanite", "lavender": "amethyst", "red": "ruby",
}  # fmt: skip
CUTS: dict[Cut, str] = {
    "round": "round, round cut, round brilliant, brilliant cut, round shaped",
    "princess": "princess, princess cut",
    "emerald": "emerald cut, emerald shaped, emerald shape",
    "asscher": "asscher, asscher cut",
    "oval": "oval, oval cut, oval shaped, ovale",
    "cushion": "cushion, cushion cut, cushion shaped",
    "pear": "pear, pear cut, pear shaped, pear shape, teardrop, tear drop, teardrop shaped, drop shaped",
    "marquise": "marquise, marquise cut, marquise shaped, marquis, navette",
    "baguette": "baguette, baguette cut",
    "heart": "heart, heart cut, heart shaped, heart shape",
}
# The shape that a stone has unless the prompt names a faceted one.
DOMED: dict[Stone, Cut] = {"pearl": "pearl", "opal": "cabochon", "onyx": "cabochon"}
CABOCHON = "cabochon, cabochon cut, cab, cabochon set"
NEAREST_CUT: dict[str, Cut] = {
    "radiant": "cushion",
    "radiant cut": "cushion",
    "trillion": "pear",
    "trillion cut": "pear",
    "trilliant": "pear",
    "old mine": "cushion",
    "old mine cut": "cushion",
    "old european": "round",
    "old european cut": "round",
    "rose cut": "round",
    "hexagon cut": "round",
    "hexagonal": "round",
    "kite": "marquise",
    "kite cut": "marquise",
    "half moon": "round",
    "trapezoid": "baguette",
    "tapered baguette": "baguette",
    "briolette": "pear",
    "square cut": "princess",
    "lozenge": "marquise",
    "step cut": "emerald",
}
NEAREST_STONE: dict[str, tuple[Stone, str]] = {
    "alexandrite": ("tourmaline", "green"),
    "spinel": ("ruby", ""),
    "zircon": ("topaz", "blue"),
    "cubic zirconia": ("moissanite", ""),
    "cz": ("moissanite", ""),
    "zirconia": ("moissanite", ""),
    "turquoise": ("onyx", "light blue"),
    "lapis": ("onyx", "blue"),
    "lapis lazuli": ("onyx", "blue"),
    "jade": ("onyx", "green"),
    "moonstone": ("opal", ""),
    "labradorite": ("topaz", "blue"),
    "malachite": ("onyx", "green"),
    "amber": ("citrine", ""),
    "coral": ("onyx", "orange"),
    "iolite": ("tanzanite", ""),
    "kunzite": ("morganite", ""),
    "tsavorite": ("emerald", ""),
    "quartz": ("moissanite", ""),
    "rose quartz": ("morganite", ""),
    "smoky quartz": ("diamond", "brown"),
    "tiger eye": ("onyx", "brown"),
}
NEAREST_METAL: dict[str, Metal] = {
    "palladium": "platinum",
    "titanium": "platinum",
    "tungsten": "platinum",
    "steel": "silver",
    "stainless steel": "silver",
    "copper": "14k rose gold",
    "bronze": "14k rose gold",
    "brass": "14k yellow gold",
    "black gold": "18k white gold",
    "green gold": "18k yellow gold",
    "aluminium": "silver",
    "tantalum": "platinum",
}

HEADS = {
    "solitaire": "solitaire, single stone, solitario",
    "prong": "prong, claw, prong set, claw set, prong setting, prongs set, basket, basket setting, tiffany setting",
    "bezel": "bezel, bezel set, bezel setting, rub over, rubover, full bezel, zargenfassung",
    "halo": "halo, halo setting, halo style, halo of",
    "three-stone": "three stone, 3 stone, trilogy, trinity, past present future",
    "tension": "tension, tension set, tension setting, tension mount",
    "signet": "signet, signet ring, seal ring, siegelring, chevaliere",
}
ROWS = {
    "channel": "channel, channel set, channel setting, channel style",
    "pave": "pave, pave set, micropave, micro pave, pave setting, bead set, french set, scallop set",
    "eternity": "eternity, infinity band of, shared prong, stone all around",
}
COVERAGES = {
    360: "full eternity, all around, all the way around, full circle, entire band, whole band, fully set",
    270: "three quarter eternity, 3/4 eternity, three quarters of the way",
    180: "half eternity, half way around, halfway around, half way, halfway, half the band, semi eternity",
}
PROFILES = {
    "comfort": "comfort, comfort fit, court, court shaped, court profile",
    "flat": "flat, flat profile, flat band, pipe cut, square edge",
    "knife-edge": "knife edge, knife edged, knife",
    "half-round": "half round, d shape, d shaped, domed, dome, half dome, rounded",
}
SHOULDERS = {
    "cathedral": "cathedral, cathedral setting, cathedral shoulder, cathedral shank, cathedral style",
    "split": "split shank, split band, split shoulder, split",
}
FACES = {
    "rectangle": "rectangular, rectangle, square",
    "oval": "oval face, oval top",
    "round": "round face, round top, circular",
}
STYLES = {
    "art deco": "art deco, deco, gatsby, 1920s, twenties, geometric, great gatsby",
    "victorian": "victorian, 19th century",
    "vintage": "vintage, antique, retro, edwardian, georgian, old world, heirloom, estate, antiguo",
    "minimal": "minimal, minimalist, minimalistic, simple, clean, understated, sleek",
    "bold": "bold, chunky, statement, substantial, masculine, cocktail, massive",
    "classic": "classic, classical, timeless, traditional, clasico, classique",
    "modern": "modern, contemporary, futuristic, architectural, moderno",
    "delicate": "delicate, dainty, petite, feminine, fine, elegant, slender, romantic",
    "nature": "nature, organic, nature inspired, botanical, boho, bohemian",
}
# Widths and weights said in words, as factors on the usual shank or stone.
BUILDS = {
    ("width", 1.4): "wide, broad",
    ("width", 0.8): "thin, slim, narrow, skinny",
    ("thickness", 1.25): "thick, heavy, sturdy",
    ("carats", 2.0): "large, big, huge, oversized",
    ("carats", 0.5): "small, tiny, little, mini",
}
KINDS_OF_RING = {
    "engagement": "engagement, engagement ring, engagment ring, proposal ring, promise ring, verlobungsring, "
    "bague de fiancailles, anillo de compromiso, anello di fidanzamento",
    "wedding": "wedding band, wedding ring, marriage band, ehering, trauring, alliance, alianza, fede nuziale",
    "band": "band, stacking ring, stackable, stacking band, anniversary band, bandring",
    "mens": "men, mens, man, gent, gents, gentleman, his, male, groom",
}
ROLES = {
    "center": "center, centre, center stone, centre stone, main stone, central, solitary, in the middle, centrepiece",
    "side": "side stone, side, flanked, flanking, either side, each side, on either side, on each side, sidestone, "
    "flanked by, on both sides, at the sides, on the sides",
    "accent": "accent, accent stone, accented, shoulder stone, accented by, accented with, on the shoulder, "
    "along the band, on the band, down the band, along the shank, on the shank, set shoulder, melee",
    "around": "surrounded, surrounded by, encircled, encircled by, framed by, ringed by",
    "row": "row, row of, line of",
    "stones": "stone, gem, gemstone, jewel, piedra, stein, pierre",
}
PLAIN = "plain, undecorated, unadorned, no frill"
MILGRAIN = "milgrain, millgrain, milgrained, beaded edge, milgrain edge, milgrain detail, milgrain detailing"
TAPERS = "tapered, tapering, tapers, taper, tapered band, tapered shank"
NEGATIONS = "no, without, not, non, sans, ohne, sin, senza, never, nor, free of, w/o, lacking, zero, minus, skip, avoid"
BREAKS = (
    "with, featuring, plus, but, also, which, that, where, set in, set into, mounted in, mounted on, set on, in, on, "
    "atop, has, having, mit, con, avec, en, between, over, under, made of, made in, made from, crafted in, cast in"
)
JOINS = "and, or, und, y, et, e, &, then"
DIMENSIONS = {
    "width": "wide, width, in width, across the band, breit",
    "thickness": "thick, thickness, in thickness, deep",
    "inner": "inner diameter, inside diameter, internal diameter, diameter inside, inner, inside, id",
    "shank": "shank, band",
    "length": "long, diameter, in diameter, across",
}
SYSTEMS = {
    "us": "us, usa, american, america, u s, us size, us ring size, canadian",
    "uk": "uk, british, gb, australian, au, uk size, u k",
    "eu": "eu, european, europe, iso, french, german, iso 8653, eu size, eur, ringgrosse",
    "jp": "jp, japanese, japan, jcs, jpn, jp size",
}


def phrases() -> Iterator[tuple[str, str, object]]:
    """Every phrase of the tables as (phrase, kind, value); later kinds win when a phrase is in two tables."""
    yield from _spread("dimension", DIMENSIONS)
    yield from _spread("build", BUILDS)
    tables: dict[str, Mapping[Any, str]] = {
        "color": COLORS, "gold": METALS, "hallmark": HALLMARKS, "stone": STONES, "face": FACES, "cut": CUTS,
        "head": HEADS, "row": ROWS, "coverage": COVERAGES, "profile": PROFILES, "shoulders": SHOULDERS,
        "style": STYLES, "ring": KINDS_OF_RING, "role": ROLES, "system": SYSTEMS, "unmodelled": UNMODELLED,
    }  # fmt: skip
    for kind, table in tables.items():
        yield from _spread(kind, table)
    yield from ((phrase, "other cut", cut) for phrase, cut in NEAREST_CUT.items())
    yield from ((phrase, "other stone", stone) for phrase, stone in NEAREST_STONE.items())
    yield from ((phrase, "other metal", metal) for phrase, metal in NEAREST_METAL.items())
    words = {"plain": PLAIN, "milgrain": MILGRAIN, "taper": TAPERS, "dome": CABOCHON}
    words |= {"not": NEGATIONS, "break": BREAKS, "join": JOINS}
    for kind, listed in words.items():
        yield from ((phrase, kind, True) for phrase in _split(listed))


def _spread(kind: str, table: Mapping[Any, str]) -> Iterator[tuple[str, str, object]]:
    for value, listed in table.items():
        yield from ((phrase, kind, value) for phrase in _split(listed))


def _split(listed: str) -> list[str]:
    return [phrase.strip() for phrase in listed.split(",")]
