"""The head on top of a ring, from the order sheet: its kind, its centre stone, and what stands beside it."""

from typing import Literal

from tasks.domain.rings import proportions
from tasks.domain.rings.asked import Asked
from tasks.domain.rings.cutting import CENTER_LIMITS_CT, Usual, cut_gem, dome_of
from tasks.domain.rings.roles import Cast
from tasks.domain.rings.sheet import Mention, Sheet
from tasks.domain.rings.spec import Cut, Gem, HeadKind, HeadSpec, Stone
from tasks.domain.rings.stones import carats
from tasks.domain.rings.styles import Taste

# When two heads are asked, the first of this list is made.
_HEAD_ORDER: tuple[HeadKind, ...] = ("signet", "tension", "three-stone", "halo", "bezel", "prong")
# A halo's and a three-stone ring's centre are held by prongs, and any single stone is a solitaire.
_GO_TOGETHER = frozenset(
    {("halo", "prong"), ("three-stone", "prong"), ("halo", "solitaire"), ("tension", "solitaire")}
    | {("prong", "solitaire"), ("bezel", "solitaire")}
)


def head_kind(sheet: Sheet, asked: Asked, parts: Cast, taste: Taste) -> HeadKind | None:
    """Which head is made; None for a band. Heads that cannot stand together are listed on the sheet."""
    named = {str(phrase.value): phrase for phrase in asked.heads}
    order = [kind for kind in _HEAD_ORDER if kind in named]
    if order[:1] == ["tension"] and not _can_be_gripped(sheet, parts, taste):
        order = [*order[1:], "prong"]
    kind: HeadKind | None = next(iter(order), None)
    kind = _held_by(parts, kind or ("prong" if "solitaire" in named else None))
    if kind is None and _has_center(asked, parts):
        kind = _usual_head(sheet, asked, taste)
    for other, phrase in named.items():
        refused_before = other == "tension" and kind != "signet"
        if kind and other != kind and not refused_before and (kind, other) not in _GO_TOGETHER:
            sheet.refuse(phrase.text, f"a ring has one head, and this one is {_named_head(kind)}")
    if kind and asked.plain and named:
        sheet.assume("'plain' is taken for the shank, since a setting is named as well")
    return kind


def _can_be_gripped(sheet: Sheet, parts: Cast, taste: Taste) -> bool:
    cut = dome_of(parts.center) or (parts.center and parts.center.value("cut")) or taste.cut or "round"
    if cut not in proportions.TENSION_CUTS:
        sheet.refuse("tension", f"a shank cannot grip a {cut} stone; prongs hold it")
        return False
    return True


def _named_head(kind: HeadKind) -> str:
    return {"halo": "a halo", "bezel": "a bezel", "signet": "a signet"}.get(kind, kind)


def _held_by(parts: Cast, kind: HeadKind | None) -> HeadKind | None:
    """A halo's or a side stone's mention makes the head what holds them."""
    if parts.halo and kind in (None, "prong"):
        return "halo"
    if parts.side and kind in (None, "prong"):
        return "three-stone"
    return kind


def _has_center(asked: Asked, parts: Cast) -> bool:
    """A stone on top is made unless the prompt asks for a band, or for a row without a centre."""
    if parts.center or asked.is_for("engagement"):
        return True
    if asked.raised and not asked.plain:
        return True
    band = asked.is_for("band", "wedding", "mens") or asked.plain or asked.rows or asked.coverages or asked.band_only
    return not (band or parts.row or parts.accent)


def _usual_head(sheet: Sheet, asked: Asked, taste: Taste) -> HeadKind:
    usual: HeadKind = taste.head or "prong"
    if usual in asked.declined:
        usual = "bezel" if usual == "prong" else "prong"
    because = " as engagement rings usually have," if asked.is_for("engagement") else ""
    sheet.assume(f"head: a {usual} setting,{because} since none is named")
    return usual


def read_head(sheet: Sheet, parts: Cast, taste: Taste, kind: HeadKind) -> HeadSpec:
    """A head of `kind` that holds the centre stone, with its side stones."""
    usual = Usual(
        "diamond",
        taste.cut or "round",
        carats=round(proportions.CENTER_CT * taste.carat_factor, 2),
        reason=", as the style has it" if taste.cut else "",
        limits_ct=CENTER_LIMITS_CT,
    )
    gem = cut_gem(sheet, "centre", parts.center, usual)
    if parts.center and kind == "three-stone" and parts.center.value("count") == 3:
        sheet.use(parts.center.phrases["count"])
        sheet.assume("three stones in all")
    side = _side_gem(sheet, parts, kind, gem)
    return HeadSpec(kind=kind, gem=gem, prongs=_prongs(sheet, kind, gem, taste), side_gem=side)


def _prongs(sheet: Sheet, kind: HeadKind, gem: Gem, taste: Taste) -> Literal[4, 6]:
    if kind != "prong":
        return 4
    asked = sheet.one("prongs", "number of prongs")
    if asked not in (None, 4, 6):
        sheet.refuse(f"{asked} prongs", "heads have 4 or 6")
    if asked == 6 and gem.cut in proportions.SQUARE_CUTS:
        sheet.refuse("6 prongs", f"{gem.cut} cuts are held at their four corners")
    six = gem.cut not in proportions.SQUARE_CUTS and (asked or taste.prongs) in (5, 6, 8)
    if asked is None:
        sheet.assume(f"{6 if six else 4} prongs")
    return 6 if six else 4


def _side_gem(sheet: Sheet, parts: Cast, kind: HeadKind, center: Gem) -> Gem | None:
    if kind == "halo":
        melee_mm = proportions.halo_melee_mm(center.width_mm)
        usual = Usual("diamond", "round", length_mm=melee_mm, limits_ct=(0.004, 0.05), faceted=True)
        gem = cut_gem(sheet, "halo", parts.halo, usual)
        if gem.cut != "round":
            sheet.refuse(f"{gem.cut} halo", "a halo's stones are round")
        return gem.model_copy(update={"cut": "round", "width_mm": gem.length_mm})
    if kind != "three-stone":
        return None
    cut = _side_cut(parts, center)
    stone: Stone = center.stone if parts.side is None else "diamond"
    length_mm = proportions.side_length_mm(center, cut)
    center_ct = carats(center.cut, center.stone, center.length_mm, center.width_mm)
    usual = Usual(stone, cut, length_mm=length_mm, limits_ct=(0.03, center_ct))
    return cut_gem(sheet, "side stones", _two(sheet, parts.side), usual)


def _side_cut(parts: Cast, center: Gem) -> Cut:
    """The centre's cut where a pair of it can be had in the stone that is named beside it."""
    unpaired: tuple[Cut, ...] = ("marquise", "heart", "pear")
    if parts.side is not None:
        unpaired += ("cabochon", "pearl")
    return dome_of(parts.side) or (center.cut if center.cut not in unpaired else "round")


def _two(sheet: Sheet, side: Mention | None) -> Mention | None:
    """A side stone's mention; a count of two is honoured, 'each side' has room for one."""
    if side and "count" in side.phrases:
        count = side.phrases["count"]
        sheet.use(count)
        if count.value not in (2, 3):
            sheet.refuse(f"{count.value} side stones", "a head has one on each side")
    return side
