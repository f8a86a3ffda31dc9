"""Shanks: the band round the finger, its shoulders, its edges, and the stones set along it."""

import math
from dataclasses import replace

import bpy

from .bands import HEAD_MM, STATIONS, Shank, band, shoulder_rise_mm
from .grooves import Seat
from .milgrain import BEAD_INSET_MM, bead_line
from .parts import part
from .rows import FLOOR_MM, Row, SetRow, seat_for, set_row
from .sections import PROFILES
from .shoulders import arch
from .solids import Point, Solid

SHOULDERS = ("plain", "cathedral", "split")
DIGITS = {"channel": 2, "pave": 3, "eternity": 2}


def shank(
    inner_diameter_mm: float,
    width_mm: float = 2.0,
    thickness_mm: float = 1.7,
    *,
    metal: bpy.types.Material,
    profile: str = "comfort",
    top_width_mm: float | None = None,
    top_thickness_mm: float | None = None,
    shoulders: str = "plain",
    opening_mm: float = 0.0,
    milgrain: bool = False,
    row: Row | None = None,
    row_stone: bpy.types.Material | None = None,
    head_gap_mm: float = 0.0,
) -> Shank:
    """Build the part `shank` with its shoulders, milgrain and row of stones; return it for a head to stand on.

    profile: 'comfort' (domed inside and out), 'flat', 'knife-edge' or 'half-round'. Width (along the finger) and
    thickness (radial) hold at the bottom and run to `top_width_mm` and `top_thickness_mm` at the top; left out, these
    are the same as below, or as large as the row needs (all round, when the row covers more than 230°).
    shoulders: 'plain', 'cathedral' (arches that rise to the head) or 'split' (two branches on either side of the
    head; give a `top_width_mm` of about twice the width; carries no row).
    head_gap_mm: length of the head along the circumference; no stones there, and shoulders end beside it.
    opening_mm: gap at the top for a tension setting; needs plain shoulders and no row.
    row: a `Row`, with `row_stone`, the material of its stones. milgrain: a line of beads along either edge.
    Parts: shank, shoulder_left/right, milgrain_left/right, channel_gem_01…, pave_gem_001…, pave_beads,
    eternity_gem_01…, eternity_prongs. ValueError says which argument cannot be honoured, and its limit.
    """
    tops = (top_width_mm or width_mm, top_thickness_mm or thickness_mm)
    made = Shank(inner_diameter_mm, width_mm, thickness_mm, metal, profile, *tops, shoulders, opening_mm, head_gap_mm)
    _check(made, row, row_stone)
    if row is None:
        part("shank", band(made), metal)
        _raise_shoulders(made)
    else:
        seat = seat_for(row, max(made.top_width_mm, width_mm))
        made = _sized_for(made, seat, row, top_width_mm, top_thickness_mm)
        _set_stones(made, row.kind, set_row(seat, row.coverage_deg, made), row_stone)
    if milgrain:
        _add_milgrain(made)
    return made


def _check(made: Shank, row: Row | None, row_stone: bpy.types.Material | None) -> None:
    if made.profile not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, got {made.profile!r}")
    if made.shoulders not in SHOULDERS:
        raise ValueError(f"shoulders must be one of {', '.join(SHOULDERS)}, got {made.shoulders!r}")
    if not 10 <= made.inner_diameter_mm <= 30:
        raise ValueError(f"inner_diameter_mm must be 10 to 30, got {made.inner_diameter_mm}")
    if not 0 <= made.opening_mm <= 0.8 * made.inner_diameter_mm:
        raise ValueError(f"opening_mm must be 0 to {0.8 * made.inner_diameter_mm:.1f}, got {made.opening_mm}")
    if not 0 <= made.head_gap_mm <= 1.2 * made.inner_diameter_mm:
        raise ValueError(f"head_gap_mm must be 0 to {1.2 * made.inner_diameter_mm:.1f}, got {made.head_gap_mm}")
    if min(made.width_mm, made.top_width_mm, made.thickness_mm, made.top_thickness_mm) < 1.0:
        raise ValueError("width_mm and thickness_mm must be at least 1.0, below as at the top")
    if made.opening_mm and (row or made.shoulders != "plain"):
        raise ValueError("opening_mm needs plain shoulders and no row: the top of the shank is cut away")
    if row and row_stone is None:
        raise ValueError("row_stone is missing: give the material of the row's stones")
    if row and made.shoulders == "split":
        raise ValueError("shoulders='split' cannot carry a row: its branches are too slender; use plain or cathedral")


def _sized_for(made: Shank, seat: Seat, row: Row, top_width_mm: float | None, top_thickness_mm: float | None) -> Shank:
    """The shank with a top that is wide and thick enough for its row; ValueError when it was stated too small."""
    thick = seat.depth_mm + FLOOR_MM
    if top_width_mm is not None and top_width_mm < seat.width_mm - 1e-6:
        raise ValueError(f"top_width_mm must be at least {seat.width_mm:.2f} for this row, got {top_width_mm}")
    if top_thickness_mm is not None and top_thickness_mm < thick - 1e-6:
        raise ValueError(f"top_thickness_mm must be at least {thick:.2f} for this row, got {top_thickness_mm}")
    solid_shoulders = made.shoulders == "cathedral"
    gap = made.head_gap_mm or (HEAD_MM if solid_shoulders else 0.0)
    return replace(
        made,
        top_width_mm=max(made.top_width_mm, seat.width_mm),
        top_thickness_mm=max(made.top_thickness_mm, thick),
        head_gap_mm=gap,
        row_deg=row.coverage_deg,
        shoulder_rise_mm=0.8 * shoulder_rise_mm(gap) if solid_shoulders else 0.0,
    )


def _raise_shoulders(made: Shank) -> None:
    if made.shoulders == "cathedral":
        part("shoulder_left", arch(made, -1), made.metal)
        part("shoulder_right", arch(made, 1), made.metal)


def _set_stones(made: Shank, kind: str, laid: SetRow, row_stone: bpy.types.Material) -> None:
    part("shank", band(made, laid.groove), made.metal)
    for number, gem in enumerate(laid.gems(), start=1):
        part(f"{kind}_gem_{number:0{DIGITS[kind]}d}", gem, row_stone, flat=True)
    beads = laid.beads()
    if beads is not None:
        part("pave_beads" if kind == "pave" else "eternity_prongs", beads, made.metal)


def _add_milgrain(made: Shank) -> None:
    part("milgrain_left", _edge_beads(made, -1), made.metal)
    part("milgrain_right", _edge_beads(made, 1), made.metal)


def _edge_beads(made: Shank, side: int) -> Solid:
    """Beads sunk by half into the rim of one edge, all round or from end to end of an open shank."""
    free = math.degrees(math.asin((made.opening_mm / 2 + 0.3) / made.inner_radius_mm)) if made.opening_mm else 0.0
    count = STATIONS
    stretch = 360.0 - 2 * free
    angles = [free + stretch * k / count for k in range(count + (1 if free else 0))]
    return bead_line([_rim(made, angle, side) for angle in angles], closed=not free)


def _rim(made: Shank, angle_deg: float, side: int) -> Point:
    """A point on the outside, near enough to the edge to leave stones free, far enough in to be seen from above."""
    y, turn = made.width_mm_at(angle_deg) / 2 - BEAD_INSET_MM, math.radians(angle_deg)
    radius = made.surface_radius_mm(angle_deg, y)
    return (radius * math.sin(turn), side * y, radius * math.cos(turn))
