"""Find the finger hole: its axis, its centre and the largest circle that fits inside the metal's edges."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, label
from scipy.optimize import linprog

from tasks.domain.meshes.shells import Floats, Ints

MIN_DIAMETER_MM = 8.0  # below the smallest baby ring
MAX_DIAMETER_MM = 40.0
SECTORS = 72
MIN_COVERED_SECTORS = 40  # 200 degrees: an arc of more than half a circle still holds the finger
OPEN_SECTORS = 2  # 10 degrees without metal near the circle count as cut away
CONTACT = 1.06  # metal within 6 % of the radius belongs to the inner wall
_GRID = 160
_FINE_SECTORS = 720
_SLACK_MM = 0.5  # how far the coarse centre may be off
_MAX_SAMPLES = 3_000_000


@dataclass(frozen=True)
class FingerHole:
    """The hole in mm along glTF axes; `axis` and `across` (2, 3) are unit vectors, `centre` lies in `across`."""

    axis: Floats
    across: Floats
    centre: Floats
    radius_mm: float
    open_inside: bool


def find_hole(vertices: Floats, edges: Ints) -> FingerHole | None:
    """The largest circle that fits between the metal's edges (k, 2), seen along the best of six axes.

    The three glTF axes come first; principal axes of the metal serve rings that were turned. None when no
    circle of a finger's size is held by more than half of its arc.
    """
    for axes in (np.eye(3), _principal_axes(vertices)):
        holes = [hole for axis in axes if (hole := _hole_along(axis, vertices, edges)) is not None]
        if holes:
            return max(holes, key=lambda hole: hole.radius_mm)
    return None


def _principal_axes(vertices: Floats) -> Floats:
    return np.linalg.svd(np.cov(vertices.T))[2]


def _hole_along(axis: Floats, vertices: Floats, edges: Ints) -> FingerHole | None:
    across = _across(axis)
    flat = vertices @ across.T
    if np.ptp(flat, axis=0).min() < MIN_DIAMETER_MM / 2:
        return None  # an arc of more than half a circle is at least a radius high; most bands, seen from the side
    start, end = flat[edges[:, 0]], flat[edges[:, 1]]
    coarse = _roomiest_point(start, end)
    if coarse is None:
        return None
    start, end, reach_mm = _inner_wall(start, end, coarse)
    if _covered_sectors(start - coarse, end - coarse, reach_mm) < MIN_COVERED_SECTORS:
        return None
    centre, radius_mm = _inscribed_circle(start, end, coarse)
    covered = _covered_sectors(start - centre, end - centre, CONTACT * radius_mm + 0.05)
    if covered < MIN_COVERED_SECTORS or not MIN_DIAMETER_MM <= 2 * radius_mm <= MAX_DIAMETER_MM:
        return None
    return FingerHole(axis, across, centre, radius_mm, covered <= SECTORS - OPEN_SECTORS)


def _inner_wall(start: Floats, end: Floats, centre: Floats) -> tuple[Floats, Floats, float]:
    """The edges that can touch the circle once its centre has moved by up to `_SLACK_MM`, and how far they reach."""
    distances, sector = _polar(_closest_on_edges(start, end, centre) - centre)
    nearest = np.full(_FINE_SECTORS + 1, np.inf)
    np.minimum.at(nearest, sector, distances)
    reach_mm = CONTACT * float(distances.min()) + 2 * _SLACK_MM
    wall = distances <= np.minimum(nearest[sector] + _SLACK_MM, reach_mm)
    return start[wall], end[wall], reach_mm


def _across(axis: Floats) -> Floats:
    """Two unit vectors across `axis`; for a glTF axis, the two others in order."""
    helper = np.eye(3)[np.argmin(np.abs(axis))]
    first = helper - axis * (helper @ axis)
    first /= np.linalg.norm(first)
    return np.array([first, np.cross(axis, first)])


def _roomiest_point(start: Floats, end: Floats) -> Floats | None:
    """The cell farthest from any edge on a coarse grid; cells walled in on all sides come first."""
    low = np.minimum(start.min(axis=0), end.min(axis=0))
    extent = float((np.maximum(start.max(axis=0), end.max(axis=0)) - low).max())
    cell_mm = extent / (_GRID - 3)
    if cell_mm <= 0:
        return None
    metal = np.zeros((_GRID, _GRID), bool)
    column, row = (((_samples(start, end, cell_mm) - low) / cell_mm).astype(np.int64) + 1).T
    metal[column, row] = True
    regions, _ = label(~metal)
    walled_in = (regions > 0) & (regions != regions[0, 0])
    for allowed in (walled_in, ~metal & _between_metal(metal)):
        room = np.where(allowed, distance_transform_edt(~metal), 0) * cell_mm
        if 2 * room.max() >= MIN_DIAMETER_MM - 4 * cell_mm:
            best = np.array(np.unravel_index(room.argmax(), room.shape))
            return np.asarray(low + (best - 0.5) * cell_mm)
    return None


def _between_metal(metal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells with metal on at least three of four sides: within an open ring, but not in the corners around it."""
    sides = [np.maximum.accumulate(metal, axis=0), np.maximum.accumulate(metal[::-1], axis=0)[::-1]]
    sides += [np.maximum.accumulate(metal, axis=1), np.maximum.accumulate(metal[:, ::-1], axis=1)[:, ::-1]]
    return np.asarray(np.sum(sides, axis=0) >= 3)


def _samples(start: Floats, end: Floats, step_mm: float) -> Floats:
    """Points along every edge, at most `step_mm` apart."""
    lengths = np.linalg.norm(end - start, axis=1)
    step_mm = max(step_mm, float(lengths.sum()) / _MAX_SAMPLES)
    pieces = np.ceil(lengths / step_mm).astype(np.int64) + 1
    edge = np.repeat(np.arange(len(start)), pieces)
    rank = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (rank / np.maximum(pieces - 1, 1)[edge])[:, None]
    return start[edge] + share * (end - start)[edge]


def _inscribed_circle(start: Floats, end: Floats, centre: Floats) -> tuple[Floats, float]:
    """Centre and radius of the largest circle near `centre` that no edge enters.

    Each round keeps the nearest point in every half degree and solves the linear programme
    max r with (p - c)·u >= r for the directions u to those points, as for a Chebyshev centre.
    """
    radius_mm = 0.0
    for _ in range(4):
        nearest = _nearest_points(start, end, centre)
        offsets = nearest - centre
        distances = np.linalg.norm(offsets, axis=1)
        radius_mm = float(distances.min())
        near = distances < 1.5 * radius_mm + 1
        units = offsets[near] / np.maximum(distances[near], 1e-9)[:, None]
        limits = np.c_[units, np.ones(near.sum())]
        reach = 0.25 * max(radius_mm, 0.1)
        bounds = [(-reach, reach), (-reach, reach), (0, None)]
        step = linprog([0, 0, -1], limits, distances[near], bounds=bounds, method="highs")
        if not step.success or step.x[2] <= radius_mm + 1e-5:
            break
        moved = centre + step.x[:2]
        if np.linalg.norm(_nearest_points(start, end, moved) - moved, axis=1).min() <= radius_mm:
            break
        centre = moved
    return centre, float(np.linalg.norm(_nearest_points(start, end, centre) - centre, axis=1).min())


def _nearest_points(start: Floats, end: Floats, centre: Floats) -> Floats:
    """Of all edges, the nearest point to `centre` in each sector of half a degree."""
    points = _closest_on_edges(start, end, centre)
    distances, sector = _polar(points - centre)
    nearest = np.full(_FINE_SECTORS + 1, np.inf)
    np.minimum.at(nearest, sector, distances)
    return np.asarray(points[distances == nearest[sector]])


def _polar(offsets: Floats) -> tuple[Floats, Ints]:
    """Distances, and sectors of half a degree."""
    x, y = offsets.T
    return np.hypot(x, y), ((np.arctan2(y, x) / (2 * np.pi) + 0.5) * _FINE_SECTORS).astype(np.int64)


def _closest_on_edges(start: Floats, end: Floats, point: Floats) -> Floats:
    along = end - start
    share = np.einsum("ij,ij->i", point - start, along) / np.maximum(np.einsum("ij,ij->i", along, along), 1e-18)
    return np.asarray(start + np.clip(share, 0, 1)[:, None] * along)


def _covered_sectors(start: Floats, end: Floats, reach_mm: float) -> int:
    """How many of SECTORS around the origin hold a piece of an edge within `reach_mm`."""
    near = np.linalg.norm(_closest_on_edges(start, end, np.zeros(2)), axis=1) <= reach_mm
    points = _samples(start[near], end[near], reach_mm * np.pi / SECTORS)
    wall = points[np.linalg.norm(points, axis=1) <= reach_mm]
    angles = np.arctan2(wall[:, 1], wall[:, 0]) / (2 * np.pi) + 0.5
    return len(np.unique((angles * SECTORS).astype(np.int64) % SECTORS))
