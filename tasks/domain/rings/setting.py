"""How the stones are held: the head on top of the ring and the row along it, from the order sheet."""

from dataclasses import dataclass

from tasks.domain.rings.asked import Asked
from tasks.domain.rings.heads import head_kind, read_head
from tasks.domain.rings.roles import cast
from tasks.domain.rings.rows import read_row
from tasks.domain.rings.sheet import Sheet
from tasks.domain.rings.signets import read_signet
from tasks.domain.rings.spec import HeadSpec, RowSpec
from tasks.domain.rings.styles import Taste


@dataclass(frozen=True)
class Setting:
    """Head and row of a ring; either may be missing."""

    head: HeadSpec | None
    row: RowSpec | None


def read_setting(sheet: Sheet, taste: Taste, inner_diameter_mm: float) -> Setting:
    """Head and row as the prompt asks for them, and as the style or the trade has them where it does not."""
    asked = Asked(sheet)
    if asked.no_stones:
        return _without_stones(sheet, asked, inner_diameter_mm)
    parts = cast(sheet, asked.wanted)
    kind = head_kind(sheet, asked, parts, taste)
    if kind == "signet":
        return Setting(read_signet(sheet, parts.center or parts.row or parts.accent, inner_diameter_mm), None)
    head = read_head(sheet, parts, taste, kind) if kind else None
    row = read_row(sheet, asked, parts, taste, head, inner_diameter_mm)
    if head is None and row is None and not asked.plain:
        sheet.assume("a plain band, since no stones are named")
    return Setting(head, row)


def _without_stones(sheet: Sheet, asked: Asked, inner_diameter_mm: float) -> Setting:
    signet = any(phrase.value == "signet" for phrase in asked.heads)
    for phrase in [*asked.heads, *asked.rows, *asked.coverages]:
        if phrase.value != "signet":
            sheet.refuse(phrase.text, "the prompt asks for no stones")
    return Setting(read_signet(sheet, None, inner_diameter_mm) if signet else None, None)
