"""The measures of a ring that need all of its parts together."""

from dataclasses import dataclass
from functools import cached_property
from math import pi

import numpy as np

from tasks.domain.meshes.distances import Surroundings
from tasks.domain.meshes.shells import Floats, Ints
from tasks.domain.rings.finger_hole import FingerHole, find_hole
from tasks.domain.rings.parts import Part
from tasks.domain.rings.seating import Seat, neighbours, seat_of
from tasks.domain.rings.solids import MIN_OVERLAP_MM3, Metal, overlap_mm3, unite

SHANK_SECTORS = 36


@dataclass(frozen=True)
class Ring:
    """The parts of a ring and what can be measured on them; each measure is taken once, when first asked for."""

    parts: list[Part]

    @cached_property
    def metal(self) -> list[Part]:
        """Metal parts, in file order."""
        return [part for part in self.parts if part.role == "metal" and len(part.surface.faces)]

    @cached_property
    def stones(self) -> list[Part]:
        """Stones, in file order."""
        return [part for part in self.parts if part.role == "stone" and len(part.surface.faces)]

    @cached_property
    def hole(self) -> FingerHole | None:
        """The finger hole in the metal."""
        return find_hole(*self._metal_edges) if self.metal else None

    @cached_property
    def union(self) -> Metal:
        """All closed metal as one solid."""
        return unite([part.surface for part in self.metal])

    @cached_property
    def seats(self) -> list[Seat]:
        """How each stone sits, in the order of `stones`; empty without both."""
        if not self.metal or not self.stones:
            return []
        metal = Surroundings(np.concatenate([part.surface.triangles for part in self.metal]))
        centre, axis = self._finger
        return [seat_of(stone.surface, metal, centre, axis) for stone in self.stones]

    @cached_property
    def colliding_stones(self) -> list[tuple[str, str]]:
        """Pairs of stones that share more than a touch."""
        surfaces = [stone.surface for stone in self.stones]
        pairs = [(i, j) for i, j in neighbours(surfaces) if overlap_mm3(surfaces[i], surfaces[j]) > MIN_OVERLAP_MM3]
        return [(self.stones[i].name, self.stones[j].name) for i, j in pairs]

    @cached_property
    def shank_thickness_mm(self) -> float | None:
        """Metal outside the hole where it is thinnest: least over the sectors of the circle of the most in each."""
        if self.hole is None:
            return None
        radius, sector = self._polar(self._metal_edges[0])
        thickest = np.full(SHANK_SECTORS, -np.inf)
        np.maximum.at(thickest, sector, radius - self.hole.radius_mm)
        return max(float(thickest[np.isfinite(thickest)].min()), 0.0)

    def clearance_mm(self, stone: Part) -> float:
        """How far the stone stays outside of the finger hole; negative when it reaches in."""
        if self.hole is None:
            return float("inf")
        return float(self._polar(stone.surface.vertices)[0].min()) - self.hole.radius_mm

    def _polar(self, vertices: Floats) -> tuple[Floats, Ints]:
        """Distance from the finger's axis in mm, and number of the sector."""
        assert self.hole is not None
        x, y = (vertices @ self.hole.across.T - self.hole.centre).T
        sector = ((np.arctan2(y, x) / (2 * pi) + 0.5) * SHANK_SECTORS).astype(np.int64) % SHANK_SECTORS
        return np.hypot(x, y), sector

    @property
    def _finger(self) -> tuple[Floats, Floats]:
        """A point on the finger's axis and its direction; the middle of the metal along glTF z if no hole was found."""
        if self.hole is None:
            vertices = self._metal_edges[0]
            return (vertices.min(axis=0) + vertices.max(axis=0)) / 2, np.array([0.0, 0.0, 1.0])
        return self.hole.centre @ self.hole.across, self.hole.axis

    @cached_property
    def _metal_edges(self) -> tuple[Floats, Ints]:
        surfaces = [part.surface for part in self.metal]
        starts = np.cumsum([0] + [len(surface.vertices) for surface in surfaces])
        edges = [surface.edges + start for surface, start in zip(surfaces, starts[:-1], strict=True)]
        return np.concatenate([surface.vertices for surface in surfaces]), np.concatenate(edges)
