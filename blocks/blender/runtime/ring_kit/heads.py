"""Heads: what holds the centre stone on top of a shank. Every head overlaps its shank and becomes one body with it."""

import math

import bpy

from .bands import Shank
from .bezels import bezel_cup, rim_milgrain
from .claws import claw_radius_mm, claw_solid, claws_for, rail
from .gems import Gem
from .halos import Halo
from .parts import part
from .signets import Signet
from .stands import Stand, stand_on
from .tension import girdle_mm, jaw

Material = bpy.types.Material

GALLERY_DEPTH = 0.68  # of the pavilion's depth
SEAT_RAIL_DEPTH = 0.36
HALO_CLAW_MM = 0.34  # radius: claws between a centre and its halo are slender
ROUNDED = frozenset({"round", "oval", "cushion", "pear", "marquise", "heart", "cabochon", "pearl"})
ROUND_GAP_MM, STRAIGHT_GAP_MM = 0.25, 0.7  # between the centre and a side stone, seen from above


def prong_head(shank: Shank, gem: Gem, *, metal: Material, stone: Material, prongs: int = 4) -> None:
    """Hold `gem` in 4 or 6 claws on a gallery and a seat rail; sharp corners get V claws. Length lies along the finger.

    Parts: head, prong_01…, gallery_rail, seat_rail, center_<stone>. ValueError for another number of prongs.
    """
    stand = stand_on(shank, gem)
    _basket(stand, metal, prongs, claw_radius_mm(gem))
    part(_center(stone), stand.placed(gem.solid()), stone, flat=gem.faceted)


def bezel_head(shank: Shank, gem: Gem, *, metal: Material, stone: Material, milgrain: bool = False) -> None:
    """Hold `gem` in a cup that follows its outline, its rim burnished over the girdle. Length lies along the finger.

    Parts: head, bezel, center_<stone>, and bezel_milgrain (beads on the rim) with `milgrain`.
    """
    stand = stand_on(shank, gem)
    part("head", stand.placed(stand.foot()), metal)
    part("bezel", stand.placed(bezel_cup(stand)), metal)
    if milgrain:
        part("bezel_milgrain", stand.placed(rim_milgrain(stand)), metal)
    part(_center(stone), stand.placed(gem.solid()), stone, flat=gem.faceted)


def halo_head(
    shank: Shank,
    gem: Gem,
    *,
    metal: Material,
    stone: Material,
    side_gem: Gem,
    side_stone: Material,
    milgrain: bool = False,
) -> None:
    """Hold `gem` in four slender claws within a ring of round `side_gem` (0.9-2.5 mm) that follows its outline.

    As many stones as there is room for, one on every corner. Parts: those of prong_head, and halo, halo_beads,
    halo_gem_01…, and halo_milgrain with `milgrain`. ValueError for melee of another cut or size.
    """
    if side_gem.cut != "round" or not 0.9 <= side_gem.length_mm <= 2.5:
        raise ValueError(f"side_gem of a halo must be round, 0.9-2.5 mm, got {side_gem.cut} {side_gem.length_mm} mm")
    stand = stand_on(shank, gem)
    wire = min(HALO_CLAW_MM, claw_radius_mm(gem))
    _basket(stand, metal, 4, wire)
    part(_center(stone), stand.placed(gem.solid()), stone, flat=gem.faceted)
    halo = Halo(gem, side_gem, 2 * wire)
    part("halo", stand.placed(halo.tray()), metal)
    part("halo_beads", stand.placed(halo.beads()), metal)
    for number, melee in enumerate(halo.gems(), start=1):
        part(f"halo_gem_{number:02d}", stand.placed(melee), side_stone, flat=True)
    if milgrain:
        part("halo_milgrain", stand.placed(halo.milgrain()), metal)


def three_stone_head(
    shank: Shank,
    gem: Gem,
    side_gem: Gem,
    *,
    metal: Material,
    stone: Material,
    side_stone: Material,
    prongs: int = 4,
) -> None:
    """Hold `gem` in 4 or 6 claws between two `side_gem` in four each, tilted to follow the finger.

    Parts: those of prong_head, the same with _left and _right (prong_left_01 …), side_<stone>_left/right.
    """
    prong_head(shank, gem, metal=metal, stone=stone, prongs=prongs)
    angle = _beside_deg(shank, gem, side_gem)
    for side, turn in (("left", -angle), ("right", angle)):
        stand = stand_on(shank, side_gem, turn)
        _basket(stand, metal, 4, claw_radius_mm(side_gem), f"_{side}")
        part(f"side_{_named(side_stone)}_{side}", stand.placed(side_gem.solid()), side_stone, flat=side_gem.faceted)


def tension_head(shank: Shank, gem: Gem, *, metal: Material, stone: Material) -> None:
    """Grip `gem` by both ends of its length in notches over the ends of a shank made with `opening_mm`.

    The opening must be 0.4-2.4 mm less than the stone's length; a wide, thick top looks best (3 × 2.6 mm and more).
    Parts: head_left, head_right, center_<stone>. ValueError when the opening does not fit.
    """
    if not gem.faceted:
        raise ValueError(f"a shank cannot grip a {gem.cut}: set it in prong_head or bezel_head")
    part("head_left", jaw(shank, gem, -1), metal)
    part("head_right", jaw(shank, gem, 1), metal)
    part(_center(stone), gem.solid().moved(z_mm=girdle_mm(shank, gem)), stone, flat=True)


def signet_head(
    shank: Shank,
    *,
    metal: Material,
    length_mm: float,
    width_mm: float,
    shape: str = "oval",
    gem: Gem | None = None,
    stone: Material | None = None,
) -> None:
    """A solid polished face, `length_mm` across the finger and `width_mm` along it, that grows out of the shoulders.

    shape: 'oval', 'round', 'cushion' or 'rectangle'. `gem`, with its material `stone`, is set flush in the middle and
    may take 0.75 of the face each way. Parts: head, center_<stone>. ValueError names the size that does not fit.
    """
    signet = Signet(shank, length_mm, width_mm, shape, gem)
    part("head", signet.body(), metal)
    if gem is not None:
        if stone is None:
            raise ValueError("stone is missing: give the material of the flush gem")
        part(_center(stone), gem.solid().moved(z_mm=signet.gem_level_mm), stone, flat=gem.faceted)


def _basket(stand: Stand, metal: Material, prongs: int, wire_mm: float, suffix: str = "") -> None:
    claws = claws_for(stand.gem, prongs, wire_mm)
    part(f"head{suffix}", stand.placed(stand.foot()), metal)
    for number, claw in enumerate(claws, start=1):
        part(f"prong{suffix}_{number:02d}", stand.placed(claw_solid(stand, claw)), metal)
    part(f"gallery_rail{suffix}", stand.placed(rail(stand, claws, GALLERY_DEPTH, 0.8 * wire_mm)), metal)
    part(f"seat_rail{suffix}", stand.placed(rail(stand, claws, SEAT_RAIL_DEPTH, 0.8 * wire_mm)), metal)


def _beside_deg(shank: Shank, gem: Gem, side_gem: Gem) -> float:
    """The angle at which a side stone's girdle clears the centre's, room for the claws included."""
    straight = not {gem.cut, side_gem.cut} & ROUNDED
    clear = gem.width_mm / 2 + (STRAIGHT_GAP_MM if straight else ROUND_GAP_MM)
    angle = 0.0
    while _inner_edge_mm(stand_on(shank, side_gem, angle)) < clear:
        angle += 0.25
    return angle


def _inner_edge_mm(stand: Stand) -> float:
    """x of the girdle's edge that is nearest to the middle of the ring."""
    turn = math.radians(stand.angle_deg)
    return stand.girdle_mm * math.sin(turn) - stand.gem.width_mm / 2 * math.cos(turn)


def _center(stone: Material) -> str:
    return f"center_{_named(stone)}"


def _named(stone: Material) -> str:
    return stone.name.replace(" ", "_")
