"""Halos: a ring of melee in a grooved tray that follows the centre stone's outline, held by shared beads.

All solids are in the centre stone's axes: length along x, z = 0 mid-girdle of the centre stone.
"""

import itertools
import math
from dataclasses import dataclass

from .claws import BITE_MM, pointed_deg
from .gems import Gem
from .milgrain import bead_line
from .solids import Point, Point2, Solid, bead, loft, merged

TRAY_AIR_MM = 0.16  # between the centre's girdle and the tray's inner wall
RIM_MM = 0.32  # outside the melee
FLOOR_MM = 0.35  # under the melee's culets
APART_MM = 0.06  # between two melee
POINTS = 96


@dataclass(frozen=True)
class Halo:
    """A row of round `melee` around `centre`, whose inner edge lies `inner_mm` outside the centre's girdle."""

    centre: Gem
    melee: Gem
    inner_mm: float

    @property
    def middle_mm(self) -> float:
        """From the centre's girdle to the line through the melee."""
        return self.inner_mm + self.melee.length_mm / 2

    @property
    def level_mm(self) -> float:
        """Height of the melee's girdle: their tables lie level with the centre's girdle."""
        return -self.melee.crown_mm - self.melee.girdle_mm / 2

    def places(self) -> list[Point2]:
        """Where the melee stand: one on every corner, the others evenly between, as many as there is room for."""
        need = self.melee.length_mm + APART_MM
        spacing = need
        while _closest(places := _spread(self._sides(), spacing)) < need:
            spacing *= 1.01
        return places

    def gems(self) -> list[Solid]:
        """The melee, table up."""
        cut = self.melee.solid()
        return [cut.moved(x, y, self.level_mm) for x, y in self.places()]

    def tray(self) -> Solid:
        """The closed ring of metal with the groove in which the melee sit."""
        reach = self.melee.length_mm / 2
        inner, outer = self.middle_mm - TRAY_AIR_MM, reach + RIM_MM
        deep = self.melee.pavilion_mm + 0.15
        edge, half = reach - BITE_MM, self.melee.girdle_mm / 2
        profile = (
            (-inner, -0.6 * deep), (-inner + 0.25, -deep - FLOOR_MM), (0.35 * outer, -deep - FLOOR_MM),
            (outer - 0.1, -0.5 * deep), (outer, -0.1), (outer, 0.02), (outer - 0.08, 0.08), (edge + 0.03, 0.08),
            (edge, 0.05), (edge, -half), (0.1, -deep), (-0.1, -deep), (-edge, -half), (-edge, 0.05),
            (-edge - 0.03, 0.08), (-inner + 0.08, 0.08), (-inner, 0.0),
        )  # fmt: skip
        loops = [self._loop(across, height) for across, height in profile]
        return loft(loops, closed=True)

    def beads(self) -> Solid:
        """A bead on either side of every gap, bearing on both neighbours' crowns."""
        places, reach = self.places(), self.melee.length_mm / 2
        edges = [self.centre.outline(self.middle_mm + side * 0.82 * reach, 4 * POINTS) for side in (-1, 1)]
        balls = []
        for (ax, ay), (bx, by) in zip(places, places[1:] + places[:1], strict=True):
            along, across = math.dist((ax, ay), (bx, by)) / 2, 0.82 * reach
            radius = min(0.28, max(0.15, math.hypot(along, across) - reach + BITE_MM))
            middle = ((ax + bx) / 2, (ay + by) / 2)
            ball = bead(radius, sides=8).moved(z_mm=self.level_mm + 0.08)
            balls += [ball.moved(*min(edge, key=lambda point: math.dist(point, middle))) for edge in edges]
        return merged(balls)

    def milgrain(self) -> Solid:
        """Beads along the outer rim."""
        return bead_line(self._loop(self.melee.length_mm / 2 + RIM_MM - 0.14, 0.07), closed=True)

    def _loop(self, across_mm: float, height_mm: float) -> list[Point]:
        outline = self.centre.outline(self.middle_mm + across_mm, POINTS)
        return [(x, y, self.level_mm + height_mm) for x, y in outline]

    def _sides(self) -> list[list[Point2]]:
        """The melee's line, cut at the outline's corners; a smooth outline is one side that closes on itself."""
        line = self.centre.outline(self.middle_mm, 4 * POINTS)
        turns = [math.degrees(math.atan2(y, x - self.centre.culet_x_mm)) % 360.0 for x, y in line]
        corners = set(pointed_deg(self.centre)) | ({180.0} if self.centre.cut == "heart" else set())
        cuts = sorted(min(range(len(line)), key=lambda k: _apart_deg(turns[k], corner)) for corner in corners) or [0]
        track = line + line[: cuts[0] + 1]
        return [track[a : b + 1] for a, b in itertools.pairwise([*cuts, cuts[0] + len(line)])]


def _spread(sides: list[list[Point2]], spacing_mm: float) -> list[Point2]:
    """Points along each side from its start, evenly, at least `spacing_mm` apart; a side ends where the next starts."""
    places = []
    for side in sides:
        steps = [math.dist(a, b) for a, b in itertools.pairwise(side)]
        count = max(1, int(sum(steps) / spacing_mm + 1e-9))
        places += [_along(side, steps, sum(steps) * k / count) for k in range(count)]
    return places


def _along(track: list[Point2], steps: list[float], wanted_mm: float) -> Point2:
    for (a, b), step in zip(itertools.pairwise(track), steps, strict=True):
        if wanted_mm <= step:
            share = wanted_mm / step
            return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
        wanted_mm -= step
    return track[-1]


def _closest(places: list[Point2]) -> float:
    return min(math.dist(a, b) for a, b in itertools.combinations(places, 2))


def _apart_deg(a: float, b: float) -> float:
    return abs((a - b + 180.0) % 360.0 - 180.0)
