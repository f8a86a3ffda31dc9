"""Gems in ten faceted cuts and two domed ones, as the trade cuts them, in millimetres.

Axes of a gem: length along x, width along y, table towards +z; z = 0 is the middle of the girdle.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

from .cuts import PROPORTIONS, Rough, facets_of
from .domes import DOMED_CUTS, Ring, dome_facets, dome_rings, dome_solid
from .facets import Facet, cut_block, sloped_facet, with_mirror_image
from .outlines import SHAPES, Outline, outline_of
from .solids import Point2, Solid

MELEE_MM = 2.0  # below this a girdle of 16 sides is enough
DIAMOND_CARATS_PER_MM3 = 3.51 * 0.005  # density 3.51 g/cm³; a carat is 0.2 g


@dataclass(frozen=True)
class Gem:
    """A stone of `cut` 'round', 'princess', 'emerald', 'asscher', 'baguette', 'oval', 'cushion', 'pear', 'marquise',
    'heart', 'cabochon' or 'pearl'; `length_mm` by `width_mm` at the girdle, the width being the usual when left out.

    Length lies along x (a pear's or heart's point at +x), width along y, table towards +z, z = 0 mid-girdle.
    One carat of diamond: round 6.5, princess 5.5, cushion 5.9, asscher 5.6, heart 6.7, oval 7.9×5.8, emerald 7×5,
    pear 8.6×5.6, marquise 10.4×5.2 mm. ValueError for an unknown cut or a size outside 0.5-30 mm.
    """

    cut: str
    length_mm: float
    width_mm: float | None = None

    def __post_init__(self) -> None:
        if self.cut not in SHAPES:
            raise ValueError(f"unknown cut {self.cut!r}; known are {', '.join(SHAPES)}")
        if self.width_mm is None:
            object.__setattr__(self, "width_mm", self.length_mm / PROPORTIONS[self.cut].ratio)
        if not 0.5 <= self.width_mm <= self.length_mm * 1.25 <= 37.5:
            raise ValueError(f"a gem is 0.5-30 mm long and not wider than long, got {self.length_mm} × {self.width_mm}")

    @property
    def faceted(self) -> bool:
        """False for cabochons and pearls."""
        return self.cut not in DOMED_CUTS

    @property
    def crown_mm(self) -> float:
        """Height of the table above the girdle's upper edge."""
        return PROPORTIONS[self.cut].crown * self.width_mm

    @property
    def girdle_mm(self) -> float:
        """Thickness of the girdle."""
        return PROPORTIONS[self.cut].girdle * self.width_mm

    @property
    def pavilion_mm(self) -> float:
        """Depth of the culet below the girdle's lower edge."""
        return PROPORTIONS[self.cut].pavilion * self.width_mm

    @property
    def depth_mm(self) -> float:
        """From table to culet."""
        return self.crown_mm + self.girdle_mm + self.pavilion_mm

    @property
    def carats(self) -> float:
        """Weight as a diamond."""
        return self.solid().volume_mm3 * DIAMOND_CARATS_PER_MM3

    def solid(self) -> Solid:
        """The stone: closed, planar facets, girdle mid-plane at z = 0, table up."""
        return _solid(self)

    def outline(self, offset_mm: float = 0.0, points: int = 64) -> list[Point2]:
        """The girdle's outline seen from above, grown by `offset_mm`: (x, y) counter-clockwise from the +x end."""
        return self._loop(_girdle(self), 0.0, offset_mm, points)

    def level_outline(self, z_mm: float, offset_mm: float = 0.0, points: int = 64) -> list[Point2]:
        """The stone's outline at height `z_mm`, grown sideways by `offset_mm`; points match those of `outline`."""
        return self._loop(_girdle(self) + _half_facets(self), z_mm, offset_mm, points)

    def reach_mm(self, direction_deg: float, z_mm: float = 0.0, clear_mm: float = 0.0) -> float:
        """How far from the culet's axis the stone reaches at height `z_mm` in a direction (0 = +x, 90 = +y).

        With `clear_mm` of the stone grown that much on every facet: where the axis of a wire of that radius runs.
        """
        turn = math.radians(direction_deg)
        x, y = math.cos(turn), abs(math.sin(turn))
        facets = _girdle(self) + _half_facets(self)
        return min(
            (facet.reach_mm + clear_mm - facet.nz * z_mm - facet.nx * self.culet_x_mm) / along
            for facet in facets
            if (along := facet.nx * x + facet.ny * y) > 1e-9
        )

    def skin_outline(self, z_mm: float, clear_mm: float, points: int = 64) -> list[tuple[float, float, float]]:
        """(x, y, z) of the outline at height `z_mm` of the stone grown by `clear_mm` on every facet."""
        loop = []
        for x, y in self.outline(0.0, points):
            reach = self.reach_mm(math.degrees(math.atan2(y, x - self.culet_x_mm)), z_mm, clear_mm)
            away = math.hypot(x - self.culet_x_mm, y)
            loop.append((self.culet_x_mm + (x - self.culet_x_mm) / away * reach, y / away * reach, z_mm))
        return loop

    @property
    def culet_x_mm(self) -> float:
        """Where the culet stands on the x axis; 0 but for pear and heart."""
        return _outline(self).culet_x_mm

    def _loop(self, facets: tuple[Facet, ...], z_mm: float, offset_mm: float, points: int) -> list[Point2]:
        """The cut through `facets` at `z_mm`, by direction from the culet's axis; the lower half mirrors the upper."""
        half = []
        for x, y in _outline(self).half(points // 2):
            away = math.hypot(x - self.culet_x_mm, y)
            ux, uy = (x - self.culet_x_mm) / away, abs(y) / away
            reach = min(_level_reach(facet, ux, uy, z_mm, offset_mm, self.culet_x_mm) for facet in facets)
            half.append((self.culet_x_mm + ux * reach, uy * reach))
        return half + [(x, -y) for x, y in reversed(half[1:-1])]


def _level_reach(facet: Facet, ux: float, uy: float, z_mm: float, offset_mm: float, culet_x_mm: float) -> float:
    along = facet.nx * ux + facet.ny * uy
    if along < 1e-9:
        return math.inf
    inside = facet.reach_mm - facet.nz * z_mm - facet.nx * culet_x_mm
    return (inside + offset_mm * math.hypot(facet.nx, facet.ny)) / along


@lru_cache(maxsize=256)
def _outline(gem: Gem) -> Outline:
    return outline_of(gem.cut, gem.length_mm, gem.width_mm)


def _half_outline(gem: Gem) -> list[Point2]:
    coarse = gem.length_mm < MELEE_MM and gem.cut != "heart"  # a heart's lobes need more to keep their width
    return _outline(gem).half(8 if coarse else 32)


@lru_cache(maxsize=256)
def _solid(gem: Gem) -> Solid:
    bottom, top = -gem.girdle_mm / 2 - gem.pavilion_mm, gem.girdle_mm / 2 + gem.crown_mm
    half, facets = _half_outline(gem), _half_facets(gem)
    whole = half + [(x, -y) for x, y in reversed(half[1:-1])]
    if not gem.faceted:
        return dome_solid(whole, _rings(gem))
    if gem.cut == "heart":
        return with_mirror_image(cut_block(half, bottom, top, facets))
    return cut_block(whole, bottom, top, dict.fromkeys([*facets, *(facet.mirrored for facet in facets)]))


@lru_cache(maxsize=256)
def _girdle(gem: Gem) -> tuple[Facet, ...]:
    half = _half_outline(gem)
    return tuple(sloped_facet(a, (b[1] - a[1], a[0] - b[0]), 0.0, 0.0, 1.0) for a, b in itertools.pairwise(half))


@lru_cache(maxsize=256)
def _half_facets(gem: Gem) -> tuple[Facet, ...]:
    outline, table = _outline(gem), PROPORTIONS[gem.cut].table
    heights = (gem.crown_mm, gem.girdle_mm, gem.pavilion_mm)
    if not gem.faceted:
        return tuple(dome_facets(_half_outline(gem), _rings(gem)))
    return tuple(facets_of(Rough(gem.cut, outline, gem.length_mm, gem.width_mm, *heights, table)))


def _rings(gem: Gem) -> list[Ring]:
    return dome_rings(gem.cut, gem.crown_mm, gem.girdle_mm, gem.pavilion_mm)
