"""Proportions of the trade: how wide, how thick, how large, in millimetres.

Sources
- Shanks: 1.4 mm under the finger at the least for daily wear, 1.6 to 2 mm in platinum (jewellersreviews.com, "CAD
  renders: 7 red flags"); 1.8 mm for a solitaire, from 2 mm for men's bands (putaringonit.co, "How do I know if a custom
  ring design will be structurally sound?").
- Cast walls 0.8 mm and more (gemwares.com, rules for CAD files).
- Melee 1.1 to 1.7 mm in halos and pavé, in steps of 0.05 mm (Ganoksin, "Melee sizes for better layouts"); channels from
  1.3 mm, usually 1.5 mm and up, covering a tenth of the stone on each side (Orchid forum, "Channel-set size limit?").
- Side stones of a three-stone ring: half the centre's weight each, which is 0.8 of its width.
"""

import math

from tasks.domain.rings.spec import Cut, Gem, HeadKind, HeadSpec, Metal, RowKind, Shoulders
from tasks.domain.rings.stones import PROPORTIONS

CENTER_CT, MIN_CENTER_CT, MAX_CENTER_CT = 1.0, 0.15, 8.0
SIDE_TO_CENTER, BAGUETTE_TO_CENTER = 0.8, 0.55  # width; half the weight, or a slim frame
CHANNEL_WALL_MM, PAVE_WALL_MM, SHARED_PRONG_WALL_MM = 0.6, 0.43, 0.1
ROW_LENGTH_MM: dict[RowKind, float] = {"channel": 1.8, "pave": 1.4, "eternity": 2.0}
ROW_CUTS: dict[RowKind, tuple[Cut, ...]] = {
    "channel": ("round", "princess", "baguette", "asscher", "emerald"),
    "pave": ("round",),
    "eternity": ("round", "princess", "emerald", "asscher", "oval", "cushion", "baguette"),
}
TENSION_CUTS: tuple[Cut, ...] = ("round", "princess", "asscher", "cushion", "emerald", "oval")
STRAIGHT_CUTS: tuple[Cut, ...] = ("princess", "emerald", "asscher", "baguette")
SQUARE_CUTS: tuple[Cut, ...] = (*STRAIGHT_CUTS, "cushion")


def shank_width_mm(center_ct: float) -> float:
    """Width of the shank below a centre stone: 1.8 mm for melee up to 2.8 mm for four carats and more."""
    return round(min(1.7 + 0.28 * center_ct, 2.8), 2)


def shank_thickness_mm(center_ct: float, metal: Metal) -> float:
    """Thickness below a centre stone: 1.6 mm and a little per carat; platinum, being softer, 0.1 mm more."""
    return round(min(1.6 + 0.1 * center_ct, 2.1) + (0.1 if metal == "platinum" else 0.0), 2)


def halo_melee_mm(center_width_mm: float) -> float:
    """Diameter of a halo's stones: 1.2 mm round a small stone, 1.6 mm round a large one."""
    return _twentieth(min(max(0.21 * center_width_mm, 1.2), 1.6))


def side_length_mm(center: Gem, cut: Cut) -> float:
    """Length of a three-stone ring's side stone of `cut`; baguettes beside a centre are slender."""
    share = BAGUETTE_TO_CENTER if cut == "baguette" else SIDE_TO_CENTER
    return _twentieth(share * center.width_mm * PROPORTIONS[cut].length_to_width)


def row_width_mm(kind: RowKind, gem: Gem) -> float:
    """Width of a shank that carries a row of such stones, long sides across: the stones and a wall on each side."""
    return _twentieth(gem.length_mm + 2 * row_wall_mm(kind, gem.cut))


def row_wall_mm(kind: RowKind, cut: Cut) -> float:
    """Metal beside a row's stones; straight-sided stones of an eternity band sit in a channel too."""
    if kind == "channel" or cut in STRAIGHT_CUTS:
        return CHANNEL_WALL_MM
    return PAVE_WALL_MM if kind == "pave" else SHARED_PRONG_WALL_MM


def row_pitch_mm(gem: Gem) -> float:
    """From stone to stone along the shank: the short side (long sides lie across) and 0.12 mm of metal or air."""
    return gem.width_mm + 0.12


def row_thickness_mm(gem: Gem) -> float:
    """Thickness of a shank under a row: the stones' depth and 0.75 mm of metal, at least 1.6 mm."""
    return round(max(PROPORTIONS[gem.cut].depth_share * gem.width_mm + 0.75, 1.6), 2)


def coverage_for_deg(count: int, gem: Gem, inner_diameter_mm: float) -> float:
    """Arc that `count` stones take on a finger of that size, with a fifth of a stone to spare."""
    radius_mm = inner_diameter_mm / 2 + row_thickness_mm(gem)
    return round(min(math.degrees((count + 0.2) * row_pitch_mm(gem) / radius_mm), 360.0), 1)


def _twentieth(value_mm: float) -> float:
    return round(round(value_mm * 20) / 20, 2)


def tension_shank_mm(center: Gem) -> tuple[float, float]:
    """(width, thickness) of a shank that grips its stone: half the stone wide, thick enough to cover its girdle."""
    return round(max(3.0, 0.55 * center.width_mm), 2), round(max(2.6, 0.45 * center.width_mm), 2)


def shoulders_allowed(shoulders: Shoulders, head: HeadKind | None) -> bool:
    """Cathedral and split shoulders rise to a head that stands on the shank."""
    return shoulders == "plain" or head in ("prong", "bezel", "halo", "three-stone")


def tension_opening_mm(center: Gem) -> float:
    """Opening of a tension shank: its ends reach 0.6 mm over the stone on each side."""
    return round(center.length_mm - 1.2, 2)


def head_gap_mm(head: HeadSpec) -> float:
    """Arc at the top that the head's foot and stones take, kept free of a row's stones."""
    if head.gem is None:
        return 0.0
    beside_mm = 0.4
    if head.kind == "halo" and head.side_gem:
        beside_mm = head.side_gem.length_mm + 0.5
    if head.kind == "three-stone" and head.side_gem:
        beside_mm = head.side_gem.width_mm + 0.4
    return _twentieth(head.gem.width_mm + 2 * beside_mm)


def head_gap_deg(head: HeadSpec, inner_diameter_mm: float) -> float:
    """The same as an angle, to the tenth of a degree."""
    return round(math.degrees(head_gap_mm(head) / (inner_diameter_mm / 2 + 1.8)), 1)
