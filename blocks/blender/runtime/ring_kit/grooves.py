"""Seats for rows: the groove's section under the stones, and the measures of what holds them.

Depths are in mm below the crest of the band; a section's line runs from the rim to y = 0.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .sections import Line
from .solids import Point2, Solid

if TYPE_CHECKING:
    from .gems import Gem

LAP_MM = 0.04  # how far a seat's rim reaches into the girdle's outline
CULET_MM = 0.12  # clear space under a culet
CHANNEL_WALL_MM = 0.55
PAVE_EDGE_MM = 0.3
RIDGE_MM = 0.14  # between the girdles of neighbouring rows
BRIGHT_CUT_MM = 0.16
BEVEL_MM = 0.12  # width of the bevel along a rim
MAX_ROWS = 3


@dataclass(frozen=True)
class Seat:
    """How stones of one row kind sit: sizes in mm, `turned` when a long stone lies across the band."""

    gem: "Gem"
    turned: bool
    width_mm: float
    girdle_depth_mm: float
    depth_mm: float
    centres_mm: tuple[float, ...] = (0.0,)
    rim_mm: float = 0.0
    rim_depth_mm: float = 0.0
    corner_mm: float = 0.0
    bead_mm: float = 0.0
    bead_root_mm: float = 0.0
    bead_top_mm: float = 0.0
    end_mm: float = 0.0

    @property
    def along_mm(self) -> float:
        """A stone's extent along the circumference."""
        return self.gem.width_mm if self.turned else self.gem.length_mm

    @property
    def across_mm(self) -> float:
        """A stone's extent along the finger."""
        return self.gem.length_mm if self.turned else self.gem.width_mm

    def solid(self) -> Solid:
        """The stone as it stands in the row: girdle at the origin, x along the circumference."""
        return self.gem.solid().turned("z", 90.0) if self.turned else self.gem.solid()

    def outline(self) -> list[Point2]:
        """The girdle's outline as it stands in the row."""
        points = self.gem.outline(points=256)
        return [(-y, x) for x, y in points] if self.turned else points

    @property
    def reach_mm(self) -> float:
        """Beyond this y nothing is cut."""
        return max(self.centres_mm) + self.rim_mm + BEVEL_MM

    @property
    def steps(self) -> tuple[float, ...]:
        """Distances from a groove's end at which its section changes."""
        reach = self.corner_mm
        return (-0.3, -0.02, 0.02, 0.1 * reach + 0.02, 0.35 * reach, 0.65 * reach, reach)

    def line(self, inside_mm: float) -> Line:
        """(y, depth) from the rim to y = 0, for a section `inside_mm` within the groove's end."""
        opened = min(1.0, max(0.0, (inside_mm + 0.3) / 0.28))
        share = min(1.0, max(0.0, inside_mm / self.corner_mm))
        round_share = math.sqrt(1 - (1 - share) ** 2)
        rim = self.rim_mm - self.corner_mm * (1 - round_share)
        cut = self.rim_depth_mm * opened
        if inside_mm <= 0:
            return [(y, cut) for y, _ in self._trenches(max(rim, 0.3 * self.rim_mm), 0.0, 0.0)]
        return self._trenches(max(rim, 0.3 * self.rim_mm), cut, self._depth_share(share))

    def _depth_share(self, share: float) -> float:
        return 1.0 if self.bead_mm == 0 else 0.35 + 0.65 * share

    def _trenches(self, rim_mm: float, cut_mm: float, depth_share: float) -> Line:
        """The half section with every trench that lies at y >= 0, outermost first."""
        line: Line = []
        for centre in sorted((y for y in self.centres_mm if y > -1e-9), reverse=True):
            half = self._trench(rim_mm, cut_mm, depth_share)
            line += [(centre + y, depth) for y, depth in half]
            if centre > 1e-9:
                line += [(centre - y, depth) for y, depth in half[-2::-1]]
        if line[-1][0] > 1e-9:
            line.append((0.0, cut_mm))
        return line

    def _trench(self, rim_mm: float, cut_mm: float, depth_share: float) -> Line:
        """Half a trench, rim to middle: upright at the girdle, then down to the culet."""
        deep = cut_mm + (self.depth_mm - cut_mm) * depth_share
        if self.bead_mm == 0:
            return [(rim_mm, cut_mm), (rim_mm - 0.015, deep), (rim_mm / 2, deep), (0.0, deep)]
        wall = min(deep, cut_mm + self.gem.girdle_mm + 0.14) if depth_share else cut_mm
        return [(rim_mm, cut_mm), (rim_mm - 0.01, wall), (0.12 * rim_mm, deep), (0.0, deep)]


def channel_seat(gem: "Gem", turned: bool) -> Seat:
    """Between two upright walls that hold the girdle's sides; the table is level with the walls."""
    across = gem.length_mm if turned else gem.width_mm
    girdle_depth = max(0.2, gem.crown_mm + gem.girdle_mm / 2 - 0.04)
    straight = gem.cut in ("baguette", "princess", "emerald", "asscher")
    rim = across / 2 - LAP_MM
    return Seat(
        gem,
        turned,
        width_mm=across + 2 * CHANNEL_WALL_MM,
        girdle_depth_mm=girdle_depth,
        depth_mm=girdle_depth + gem.girdle_mm / 2 + gem.pavilion_mm + CULET_MM,
        rim_mm=rim,
        rim_depth_mm=0.07,
        corner_mm=0.12 if straight else 0.6 * rim,
        end_mm=0.04,
    )


def pave_seat(gem: "Gem", turned: bool, width_mm: float) -> Seat:
    """One to three rows between bright-cut edges, the girdle just below the cut, beads at every stone's corners."""
    across, along = (gem.length_mm, gem.width_mm) if turned else (gem.width_mm, gem.length_mm)
    rows = int((width_mm - 2 * PAVE_EDGE_MM + RIDGE_MM) / (across + RIDGE_MM) + 1e-6)
    rows = max(1, min(MAX_ROWS, rows))
    step = across + RIDGE_MM
    girdle_depth = BRIGHT_CUT_MM + gem.girdle_mm / 2 + 0.04
    bead = max(0.2, 0.13 * min(along, across))
    deep = gem.girdle_mm / 2 + gem.pavilion_mm + CULET_MM
    return Seat(
        gem,
        turned,
        width_mm=rows * step - RIDGE_MM + 2 * PAVE_EDGE_MM,
        girdle_depth_mm=girdle_depth,
        depth_mm=girdle_depth + deep,
        centres_mm=tuple((k - (rows - 1) / 2) * step for k in range(rows)),
        rim_mm=across / 2 - LAP_MM,
        rim_depth_mm=BRIGHT_CUT_MM,
        corner_mm=0.8 * along / 2,
        bead_mm=bead,
        bead_root_mm=deep,
        bead_top_mm=gem.girdle_mm / 2 + 0.02,
        end_mm=-LAP_MM,
    )


def shared_prong_seat(gem: "Gem", turned: bool) -> Seat:
    """Stones that stand proud of a slender band, two prongs shared by each pair of neighbours."""
    across, along = (gem.length_mm, gem.width_mm) if turned else (gem.width_mm, gem.length_mm)
    proud = 0.3 * gem.pavilion_mm
    level = gem.level_outline(-gem.girdle_mm / 2 - proud)
    rim = max(x if turned else y for x, y in level) - LAP_MM
    deep = gem.girdle_mm / 2 + gem.pavilion_mm + CULET_MM
    return Seat(
        gem,
        turned,
        width_mm=max(0.95 * across, 2 * (rim + 0.25)),
        girdle_depth_mm=-gem.girdle_mm / 2 - proud,
        depth_mm=deep - gem.girdle_mm / 2 - proud,
        rim_mm=rim,
        rim_depth_mm=0.0,
        corner_mm=0.7 * along / 2,
        bead_mm=min(0.3, max(0.2, 0.12 * min(along, across))),
        bead_root_mm=deep,
        bead_top_mm=gem.girdle_mm / 2 + 0.35 * gem.crown_mm,
        end_mm=-0.15 * along,
    )
