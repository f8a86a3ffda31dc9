"""Prove a ring from its GLB alone: nothing that a script says about its own geometry is believed.

GLB ─► parts (welded, metal or stone) ─► finger hole ─► union of the metal ─► seats of the stones ─► remarks
"""

import numpy as np

from tasks.domain.meshes.glb import open_glb
from tasks.domain.meshes.shells import Floats
from tasks.domain.rings.alloys import weights_g
from tasks.domain.rings.measures import Ring
from tasks.domain.rings.metal_or_stone import alloy_named, stone_named
from tasks.domain.rings.parts import Part, foreign_unit, parts_of, scaled
from tasks.domain.rings.remarks import Remark, remarks_on
from tasks.domain.rings.report import PartProof, RingProof, StoneProof
from tasks.domain.rings.seating import FLOATING_MM, Seat
from tasks.domain.rings.sizes import finger_sizes
from tasks.domain.rings.stones import DENSITY_G_CM3

CARATS_PER_G = 5.0


def prove(glb: bytes) -> RingProof:
    """Measure the ring in `glb`; raises InvalidInput when it is no readable GLB."""
    pieces = open_glb(glb)
    unit = foreign_unit(pieces)
    ring = Ring(parts_of(scaled(pieces, unit[1]) if unit else pieces))
    return _report(ring, remarks_on(ring, unit[0] if unit else None))


def _report(ring: Ring, remarks: list[Remark]) -> RingProof:
    vertices = np.concatenate([part.surface.vertices for part in ring.parts])
    parts = [_part_proof(part) for part in ring.parts]
    stones = [_stone_proof(stone, seat) for stone, seat in zip(ring.stones, ring.seats, strict=bool(ring.metal))]
    volume_mm3 = ring.union.volume_mm3
    return RingProof(
        triangles=sum(part.triangles for part in parts),
        bounding_box_mm=_rounded(np.ptp(vertices, axis=0)),
        parts=parts,
        stones=stones,
        finger=finger_sizes(round(2 * ring.hole.radius_mm, 3)) if ring.hole else None,
        open_inside=ring.hole is not None and ring.hole.open_inside,
        shank_thickness_mm=None if ring.shank_thickness_mm is None else round(ring.shank_thickness_mm, 2),
        metal_volume_mm3=round(volume_mm3, 3),
        metal_bodies=len(ring.union.bodies) if ring.union.complete else 0,
        alloy=alloy_named([part.material for part in ring.metal]),
        weights_g=weights_g(volume_mm3),
        total_carats=round(sum(stone.carats for stone in stones), 3),
        degenerate_faces=sum(part.degenerate_faces for part in parts),
        warnings=[remark.text for remark in remarks],
        findings=[remark.text for remark in remarks if remark.mend],
    )


def _part_proof(part: Part) -> PartProof:
    surface = part.surface
    return PartProof(
        name=part.name,
        role=part.role,
        material=part.material,
        triangles=part.triangles,
        low_mm=_rounded(surface.vertices.min(axis=0)),
        extents_mm=_rounded(np.ptp(surface.vertices, axis=0)),
        volume_mm3=round(float(surface.volumes.sum()), 4),
        watertight=bool(len(surface.faces) and surface.closed.all()),
        winding_consistent=bool(surface.consistent.all()),
        inverted=part.inverted,
        degenerate_faces=surface.degenerate,
    )


def _stone_proof(stone: Part, seat: Seat) -> StoneProof:
    kind = stone_named(stone.name, stone.material)
    length_mm, width_mm, depth_mm = _rounded(np.array(seat.extents_mm))
    return StoneProof(
        name=stone.name,
        stone=kind,
        length_mm=length_mm,
        width_mm=width_mm,
        depth_mm=depth_mm,
        carats=round(_carats(stone, kind), 3),
        floating=seat.gap_mm > FLOATING_MM,
        buried=seat.buried,
        gap_mm=round(seat.gap_mm, 3),
        covered_share=round(seat.covered_share, 3),
    )


def _carats(stone: Part, kind: str) -> float:
    """From the closed volume; a stone that nothing names is weighed as a diamond."""
    densities: dict[str, float] = dict(DENSITY_G_CM3.items())
    density = densities.get(kind.split()[-1], DENSITY_G_CM3["diamond"])
    return stone.solid_mm3 / 1000 * density * CARATS_PER_G


def _rounded(values: Floats) -> tuple[float, float, float]:
    x, y, z = (round(float(value), 3) for value in values)
    return x, y, z
