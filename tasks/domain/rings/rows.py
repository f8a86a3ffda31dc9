"""The row of stones along a shank, from the order sheet: its kind, its stones, and how far it reaches."""

import math
from typing import cast as typed

from tasks.domain.rings import proportions
from tasks.domain.rings.asked import Asked
from tasks.domain.rings.cutting import Usual, cut_gem
from tasks.domain.rings.roles import Cast
from tasks.domain.rings.sheet import Mention, Sheet
from tasks.domain.rings.spec import Cut, Gem, HeadSpec, RowKind, RowSpec
from tasks.domain.rings.stones import carats
from tasks.domain.rings.styles import Taste

ROW_LIMITS_CT = (0.004, 0.5)
ROW_END_MM = 0.8  # of solid metal after the last stone
WIDEST_DEG = 300.0  # beside a head
ELONGATED_CUTS, ELONGATED_MM = ("baguette", "emerald", "oval"), 2.4


def read_row(
    sheet: Sheet, asked: Asked, parts: Cast, taste: Taste, head: HeadSpec | None, inner_diameter_mm: float
) -> RowSpec | None:
    """The row, None when none is asked for or the shank cannot carry one."""
    mention = parts.row or parts.accent
    if not (mention or asked.rows or asked.coverages) or _refused(sheet, asked, head):
        return None
    kind = _row_kind(sheet, asked, mention, taste)
    gem = _row_gem(sheet, kind, mention, taste)
    coverage = _coverage_deg(sheet, asked, kind, gem, mention, head, inner_diameter_mm)
    needed = _needed_deg(gem, head, inner_diameter_mm)
    if needed > WIDEST_DEG:
        sheet.refuse(f"the {kind} row", "the head leaves no room for stones beside it")
        return None
    if coverage < needed:
        coverage = float(10 * math.ceil(needed / 10))
        sheet.assume(f"stones along {coverage:g}° of the shank after all, so that some stand beside the head")
    return RowSpec(kind=kind, gem=_of_total(sheet, gem, mention, coverage, inner_diameter_mm), coverage_deg=coverage)


def _needed_deg(gem: Gem, head: HeadSpec | None, inner_diameter_mm: float) -> float:
    """The arc that the head takes and two stones on each side of it, with the row's solid ends."""
    if head is None:
        return 0.0
    beside_mm = 2 * (2 * (max(gem.length_mm, gem.width_mm) + 0.1) + ROW_END_MM)
    return proportions.head_gap_deg(head, inner_diameter_mm) + math.degrees(beside_mm / (inner_diameter_mm / 2 + 1.8))


def _row_gem(sheet: Sheet, kind: RowKind, mention: Mention | None, taste: Taste) -> Gem:
    cut: Cut = taste.row_cut if taste.row_cut in proportions.ROW_CUTS[kind] else "round"
    reason = ", as the style has it" if taste.row_cut else ""
    length_mm = _usual_mm(sheet, kind, cut, mention)
    usual = Usual("diamond", cut, length_mm=length_mm, reason=reason, limits_ct=ROW_LIMITS_CT, faceted=True)
    gem = cut_gem(sheet, f"{kind} row", mention, usual)
    if gem.cut in proportions.ROW_CUTS[kind]:
        return gem
    sheet.refuse(f"{gem.cut} stones in a {kind} row", f"{kind} rows hold {' or '.join(proportions.ROW_CUTS[kind])}")
    return gem.model_copy(update={"cut": "round", "length_mm": gem.width_mm})


def _usual_mm(sheet: Sheet, kind: RowKind, cut: Cut, mention: Mention | None) -> float:
    """Length of the row's stones: what fills the shank, or few large ones, or the usual ones."""
    elongated = cut == "baguette" or (mention is not None and mention.value("cut") in ELONGATED_CUTS)
    usual_mm = ELONGATED_MM if elongated else proportions.ROW_LENGTH_MM[kind]
    return _fitting_mm(sheet, kind, cut) or _counted_mm(mention) or usual_mm


def _fitting_mm(sheet: Sheet, kind: RowKind, cut: Cut) -> float | None:
    """Size of stones that fill a shank of the width that is asked for, its walls taken off."""
    widths = sheet.lengths("mm", "width")
    if not widths or kind == "pave":
        return None
    across_mm = typed(float, widths[0].value) - 2 * proportions.row_wall_mm(kind, cut)
    return round(min(max(across_mm, 1.2), 3.2), 2)


def _counted_mm(mention: Mention | None) -> float | None:
    """A few stones are larger than many: five of 3 mm, seven of 2.6 mm, nine of 2.2 mm."""
    count = mention.value("count") if mention else None
    return max(4.0 - 0.2 * count, 2.0) if isinstance(count, int) and 3 < count < 10 else None


def _refused(sheet: Sheet, asked: Asked, head: HeadSpec | None) -> bool:
    why = ""
    if head and head.kind == "tension":
        why = "a tension shank is under stress, and carries no row"
    elif head and asked.split:
        why = "the branches of a split shank are too slender for a row"
    for phrase in [*asked.rows, *asked.coverages] if why else []:
        sheet.refuse(phrase.text, why)
    return bool(why)


def _row_kind(sheet: Sheet, asked: Asked, mention: Mention | None, taste: Taste) -> RowKind:
    for phrase in asked.rows[1:]:
        if phrase.value != asked.rows[0].value:
            sheet.refuse(phrase.text, f"a shank carries one row, and '{asked.rows[0].text}' was asked first")
    if asked.rows:
        return typed(RowKind, asked.rows[0].value)
    if any("eternity" in phrase.text for phrase in asked.coverages):
        return "eternity"
    if _counted_mm(mention):
        sheet.assume("the stones along the shank share prongs")
        return "eternity"
    step_cut = mention is not None and mention.value("cut") in ("baguette", "princess", "emerald", "asscher")
    usual: RowKind = "channel" if step_cut else taste.row or "pave"
    sheet.assume(f"the stones along the shank are {'channel set' if usual == 'channel' else usual}")
    return usual


def _coverage_deg(
    sheet: Sheet, asked: Asked, kind: RowKind, gem: Gem, mention: Mention | None, head: HeadSpec | None, inner_mm: float
) -> float:
    count = mention.phrases.get("count") if mention else None
    if count:
        sheet.use(count)
        stones_deg = proportions.coverage_for_deg(typed(int, count.value), gem, inner_mm)
        return min(stones_deg + (proportions.head_gap_deg(head, inner_mm) if head else 0.0), 360.0)
    if asked.coverages:
        return float(typed(int, asked.coverages[0].value))
    if kind == "eternity" and head is None:
        return 360.0
    coverage = 180.0 if head is None else 150.0
    sheet.assume(f"stones along {coverage:g}° of the shank")
    return coverage


def _of_total(sheet: Sheet, gem: Gem, mention: Mention | None, coverage_deg: float, inner_mm: float) -> Gem:
    """The row's stone resized so that all of them together weigh what is asked, as far as a row can hold it."""
    total = mention.phrases.get("total") if mention else None
    if total is None:
        return gem
    sheet.use(total)
    wanted_ct = typed(float, total.value)
    arc_mm = math.radians(coverage_deg) * (inner_mm / 2 + 1.8)
    per_mm_ct = carats(gem.cut, gem.stone, gem.length_mm, gem.width_mm) / gem.width_mm
    factor = math.sqrt(wanted_ct / (per_mm_ct * arc_mm))  # weight goes with the cube, the number with the inverse
    factor = min(max(factor, 1.1 / gem.width_mm), 3.5 / gem.length_mm)
    sheet.assume(f"row: stones of about {gem.length_mm * factor:.2g} mm, for {wanted_ct:g} ct together")
    sides = {"length_mm": round(gem.length_mm * factor, 2), "width_mm": round(gem.width_mm * factor, 2)}
    return gem.model_copy(update=sides)
