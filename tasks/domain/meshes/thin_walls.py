"""How thick walls are: rays from points spread over the surface, straight inwards, to where they come out again.

The points lie evenly over the area, so a thin place that is narrower than their spacing can lie between them: that
spacing is the stated error. Where a ray leaves through a surface that stands at more than 45° to the one it came from,
it has cut a corner, and what it measured is no wall; a taper sharper than that counts as the thin edge which it is.
"""

from dataclasses import dataclass

import numpy as np

from tasks.domain.meshes.crossings import Solids, depths, way_out
from tasks.domain.meshes.print_frame import TO_PRINT
from tasks.domain.meshes.proof import Wall, Xyz
from tasks.domain.meshes.shells import Floats, Ints

# Print guides disagree by material: supported walls from 0.4 mm and free ones from 0.6 mm in standard resin, hollow
# shells from 0.7 mm in castable wax, gold and silver cast from prints from 0.8 mm, general services 1 mm. 0.8 mm is
# what printing and casting both bear.
LIMIT_MM = 0.8
SPACING_MM = 0.1
FEWEST_SAMPLES, MOST_SAMPLES = 20_000, 150_000
_OPPOSITE = np.cos(np.radians(45))
_PLASTIC = 1.324717957244746  # root of x³ = x + 1; its powers spread points over a plane more evenly than chance does


@dataclass(frozen=True)
class Walls:
    """What the rays say: `wall` is None when not one met an opposite surface; points are in print axes, mm."""

    wall: Wall | None
    thin_mm2: float  # area thinner than the limit
    thin_rays: int
    buried_share: float  # of the surface: inside another body


def walls(solids: Solids) -> Walls:
    """Measure closed shells in mm along glTF's axes."""
    corners = solids.vertices[solids.faces]
    a, b, c = corners.swapaxes(0, 1)
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    area = float(areas.sum())
    points, faces = spread_points(corners, areas, int(np.clip(area / SPACING_MM**2, FEWEST_SAMPLES, MOST_SAMPLES)))
    normals = solids.normals[faces]
    start = points + normals * solids.step
    buried = depths(solids, start, normals) > 0
    thickness, cosines, depth = way_out(solids, points - normals * solids.step, -normals)
    measured = ~buried & (depth == 1) & (cosines > _OPPOSITE)
    thickness = np.where(measured, thickness, np.inf)
    thin = int((thickness < LIMIT_MM).sum())
    each_mm2 = area / len(points)
    wall = _wall(points, thickness, thin, each_mm2) if measured.any() else None
    return Walls(wall, thin * each_mm2, thin, float(buried.mean()))


def _wall(points: Floats, thickness: Floats, thin: int, each_mm2: float) -> Wall:
    at = int(thickness.argmin())
    return Wall(
        thinnest_mm=float(thickness[at]),
        at_mm=_xyz(points[at] @ TO_PRINT.T),
        thin_share=thin / len(points),
        error_mm=float(np.sqrt(each_mm2)),
        rays=len(points),
    )


def _xyz(values: Floats) -> Xyz:
    x, y, z = values.tolist()
    return x, y, z


def spread_points(corners: Floats, areas: Floats, count: int) -> tuple[Floats, Ints]:
    """`count` points spread evenly over triangles (m, 3, 3) by area, and the triangle of each; always the same ones."""
    reached = np.cumsum(areas)
    targets = (np.arange(count) + 0.5) * (reached[-1] / count)
    owner = np.minimum(np.searchsorted(reached, targets), len(areas) - 1)
    u, v = (np.arange(1, count + 1) * np.array([[1 / _PLASTIC], [1 / _PLASTIC**2]])) % 1
    beyond = u + v > 1
    u, v = np.where(beyond, 1 - u, u), np.where(beyond, 1 - v, v)
    a, b, c = corners[owner].swapaxes(0, 1)
    return a + u[:, None] * (b - a) + v[:, None] * (c - a), owner
