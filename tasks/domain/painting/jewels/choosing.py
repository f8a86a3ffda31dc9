"""Which piece a brief asks for: its kind, metal, stones and cut by its words, and by chance what they leave open."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tasks.domain.painting.arrays import Floats
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.jewels import bracelet, brooch, earrings, necklace, pendant, ring
from tasks.domain.painting.jewels.matters import BEADS, GLASSES, OF_COLOUR
from tasks.domain.painting.jewels.ring import Band
from tasks.domain.painting.metals import METALS, Metal
from tasks.domain.painting.pieces import Matter, Piece
from tasks.domain.painting.reading import Brief

CUTS = ("round", "oval", "cushion", "emerald", "pear", "princess")
PLAIN_KINDS = ("band", "signet", "hoops", "bangle", "locket", "bracelet")
ROUGHNESS = {"brushed": 0.22, "hammered": 0.10, "polished": 0.03}


@dataclass(frozen=True)
class Wish:
    """What a piece is made of. `glasses` is empty where no clear stone is wanted, `bead` None where no bead is.

    `tall` is how much higher than wide the picture is, at least 1: chains must reach its upper edge.
    """

    metal: Metal
    glasses: list[Glass]
    bead: Matter | None
    cut: str
    style: str | None
    tall: float
    chance: np.random.Generator

    @property
    def glass(self) -> Glass:
        """The main stone."""
        return self.glasses[0] if self.glasses else GLASSES["diamond"]

    @property
    def side(self) -> Glass:
        """What stands beside the main stone."""
        return self.glasses[1] if len(self.glasses) > 1 else GLASSES["diamond"]


@dataclass(frozen=True)
class View:
    """How a piece is looked at: camera's height above the horizon, height of the picture there, and its middle."""

    elevation_deg: float
    span: float
    height: float
    away: float = 0.0


@dataclass(frozen=True)
class Chosen:
    """A piece in its place, and its view."""

    piece: Piece
    view: View


def chosen(brief: Brief, aspect: float, chance: np.random.Generator) -> Chosen:
    """Return the piece that `brief` asks for, in a picture of that width to its height."""
    kind = brief.first("jewel")
    if kind in (None, "jewelry"):
        kind = str(chance.choice(["ring", "pendant", "earrings", "bracelet", "necklace"]))
    if kind == "necklace" and brief.has("jewel", "pendant", "locket"):
        kind = "pendant"
    return _KINDS[kind](_wish(brief, kind, aspect, chance))


def _wish(brief: Brief, kind: str, aspect: float, chance: np.random.Generator) -> Wish:
    stones = [GLASSES[name] for name in brief.all("stone")]
    beads = [BEADS[name] for name in brief.all("bead")]
    if not stones and not beads and kind not in PLAIN_KINDS:
        stones = [
            GLASSES[OF_COLOUR.get(_colour_of_stone(brief), str(chance.choice(["diamond", "diamond", "sapphire"])))]
        ]
    metal = METALS[brief.first("metal") or str(chance.choice(["yellow gold", "white gold", "rose gold"]))]
    finish = brief.first("finish")
    if finish is not None:
        metal = replace(metal, roughness=ROUGHNESS[finish])
    first = next((each for each in brief.found if each.kind in ("stone", "bead")), None)
    bead = beads[0] if beads and (not stones or (first is not None and first.kind == "bead")) else None
    cut = brief.first("cut") or str(chance.choice(CUTS))
    return Wish(metal, stones, bead, cut, brief.first("ring style"), max(1.0, 1.5 / aspect), chance)


def _colour_of_stone(brief: Brief) -> str:
    """The colour that stands next to a word for a piece: the stone's, when no stone is named."""
    jewels = [each.place for each in brief.found if each.kind == "jewel"]
    near = (
        each.value for each in brief.found if each.kind == "colour" and any(0 < at - each.place < 3 for at in jewels)
    )
    return next(near, "")


def _ring(wish: Wish) -> Chosen:
    chance = wish.chance
    size = chance.uniform(0.40, 0.54)
    width = chance.uniform(0.10, 0.15)
    shape = Band(width, 0.13, width * 0.85, 0.16, chance.uniform(0.6, 0.95))
    if wish.style == "three":
        piece = ring.three_stones(wish.metal, shape, wish.glass, wish.side, wish.cut, size * 0.9)
    elif wish.style == "eternity" and wish.glasses:
        piece = ring.eternity(wish.metal, Band(0.17, 0.16, 0.17, 0.16, 0.5), wish.glasses)
    elif wish.bead is not None and not wish.glasses:
        piece = ring.bead_ring(wish.metal, shape, wish.bead, size)
    else:
        held = (
            wish.style if wish.style in ("halo", "bezel") else str(chance.choice(["prongs", "prongs", "halo", "bezel"]))
        )
        piece = ring.solitaire(wish.metal, shape, wish.glass, wish.cut, size, held=held)
    return Chosen(_stood(piece, chance), View(chance.uniform(20, 28), 4.1, 1.28))


def _stood(piece: Piece, chance: np.random.Generator) -> Piece:
    return piece.standing(
        yaw_deg=float(chance.choice([-1, 1])) * chance.uniform(18, 38), lean_deg=chance.uniform(12, 20)
    )


def _band(wish: Wish) -> Chosen:
    chance = wish.chance
    if wish.glasses:
        return _ring(replace(wish, style=wish.style or "eternity"))
    width = chance.uniform(0.16, 0.32)
    shape = Band(width, 0.13, width, 0.13, chance.uniform(0.45, 0.95))
    pair = ring.pair(wish.metal, shape, chance)
    return Chosen(pair, View(chance.uniform(18, 26), 4.0, 1.0))


def _signet(wish: Wish) -> Chosen:
    return Chosen(_stood(ring.signet(wish.metal, Band()), wish.chance), View(26, 3.8, 1.15))


def _hanging(wish: Wish, size: float) -> Piece:
    """What hangs: a stone or a bead."""
    if wish.bead is not None:
        return pendant.bead_pendant(wish.metal, wish.bead, size)
    held = wish.style if wish.style in ("halo", "bezel") else str(wish.chance.choice(["bezel", "halo", "prongs"]))
    return pendant.stone_pendant(wish.metal, wish.glass, wish.cut, size, held=held)


def _path(wish: Wish) -> Floats:
    return necklace.curve(wish.chance, wish.tall)


def _pendant(wish: Wish) -> Chosen:
    piece = necklace.necklace(wish.metal, _hanging(wish, wish.chance.uniform(0.40, 0.52)), _path(wish))
    return Chosen(piece, View(60, 3.9, 0.0, 0.75))


def _locket(wish: Wish) -> Chosen:
    return Chosen(necklace.necklace(wish.metal, pendant.medal(wish.metal, 0.56), _path(wish)), View(60, 3.9, 0.0, 0.75))


def _necklace(wish: Wish) -> Chosen:
    if wish.bead is not None:
        piece = necklace.beads(wish.bead, _path(wish), wish.chance)
    elif wish.chance.uniform() < 0.5:
        piece = necklace.riviere(wish.metal, wish.glasses or [wish.glass], _path(wish))
    else:
        piece = necklace.necklace(wish.metal, _hanging(wish, 0.42), _path(wish), smooth=True)
    return Chosen(piece, View(58, 4.4, 0.0, 0.1))


def _earrings(wish: Wish) -> Chosen:
    return Chosen(earrings.drops(wish.metal, _hanging(wish, 0.42), wish.chance), View(62, 3.3, 0.0, 0.15))


def _studs(wish: Wish) -> Chosen:
    if wish.bead is not None:
        return Chosen(earrings.bead_studs(wish.metal, wish.bead, wish.chance), View(30, 3.0, 0.45))
    haloed = wish.style == "halo"
    piece = earrings.studs(wish.metal, wish.glass, wish.cut, 0.44, wish.chance, haloed=haloed)
    return Chosen(piece, View(32, 2.9, 0.45))


def _hoops(wish: Wish) -> Chosen:
    return Chosen(earrings.hoops(wish.metal, wish.chance), View(22, 4.0, 0.85))


def _bracelet(wish: Wish) -> Chosen:
    view = View(36, 4.3, 0.15, 0.1)
    if wish.bead is not None:
        return Chosen(bracelet.bead_bracelet(wish.bead, wish.chance), view)
    if wish.glasses or wish.style == "eternity":
        return Chosen(bracelet.tennis(wish.metal, wish.glasses or [wish.glass]), view)
    return Chosen(bracelet.chain_bracelet(wish.metal), view)


def _bangle(wish: Wish) -> Chosen:
    piece = bracelet.bangle(wish.metal, half_width=wish.chance.uniform(0.14, 0.34))
    return Chosen(piece, View(28, 4.6, 0.35))


def _brooch(wish: Wish) -> Chosen:
    return Chosen(brooch.flower(wish.metal, wish.glass, wish.side, wish.bead, wish.chance), View(58, 3.2, 0.1))


def _tiara(wish: Wish) -> Chosen:
    return Chosen(brooch.tiara(wish.metal, wish.glasses or [wish.glass]), View(16, 4.4, 0.85))


_KINDS: dict[str, Callable[[Wish], Chosen]] = {
    "ring": _ring, "band": _band, "signet": _signet, "pendant": _pendant, "locket": _locket, "necklace": _necklace,
    "earrings": _earrings, "studs": _studs, "hoops": _hoops, "bracelet": _bracelet, "bangle": _bangle,
    "brooch": _brooch, "tiara": _tiara,
}  # fmt: skip
