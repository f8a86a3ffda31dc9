"""How far apart two surfaces are, where one is a small body and the other all that surrounds it."""

import numpy as np
from scipy.spatial import cKDTree

from tasks.domain.meshes.shells import Bools, Floats, Ints, Surface

REACHES_MM = (0.3, 3.0)  # where the other surface is looked for, closely at first; beyond, a gap is only estimated
_FINE_MM = 0.5  # triangles within a sphere of this radius are found by their centres, larger ones always looked at
_CANDIDATES, _NEARBY = 96, 12  # points measured exactly, each against so many triangles
_SIMPLE = 1000  # faces
_MAX_STEPS, _MAX_SAMPLES = 200, 3_000_000  # per side of a triangle, and in all


class Surroundings:
    """Many triangles, (m, 3, 3), in the order that finds what lies near a place without looking at the rest."""

    def __init__(self, triangles: Floats) -> None:
        centres = triangles.mean(axis=1)
        radii = np.sqrt(((triangles - centres[:, None]) ** 2).sum(axis=2).max(axis=1))
        fine = radii < _FINE_MM
        self._fine, self._coarse = triangles[fine], triangles[~fine]
        self._tree = cKDTree(centres[fine])

    def within(self, place: Floats, reach_mm: float) -> Floats:
        """The triangles of which some part may lie within `reach_mm` of `place`."""
        found = self._tree.query_ball_point(place, reach_mm + _FINE_MM, return_sorted=False)
        return np.concatenate([self._fine[np.array(found, dtype=np.int64)], self._coarse])

    def nearest_corner_mm(self, points: Floats) -> float:
        """Least distance between any of `points` and a triangle's centre or a large triangle's corner."""
        to_fine = self._tree.query(points)[0].min() if len(self._fine) else np.inf
        to_coarse = cKDTree(self._coarse.reshape(-1, 3)).query(points)[0].min() if len(self._coarse) else np.inf
        return float(min(to_fine, to_coarse))


def gap_mm(body: Surface, others: Floats) -> float | None:
    """Distance between the surfaces: 0 when the others reach into the body, None when there is none near."""
    size_mm = float(np.ptp(body.vertices, axis=0).max())
    if _any_behind_all_faces(_samples_near(others, body, 0.0, max(size_mm / 30, 0.1)), body):
        return 0.0
    for reach_mm in REACHES_MM:
        step_mm = max(size_mm / 60, reach_mm / 6)
        points = _samples_near(others, body, reach_mm, step_mm)
        samples, owner = _surface_samples(body.triangles, step_mm)
        shape = cKDTree(samples)
        rough, _ = shape.query(points, distance_upper_bound=reach_mm + step_mm)
        if np.isfinite(rough).any():
            closest = points[np.argsort(rough)[:_CANDIDATES]]
            _, nearby = shape.query(closest, k=min(_NEARBY, len(samples)))
            distances, inside = _distances(closest, body.triangles[owner[nearby.reshape(len(closest), -1)]])
            return 0.0 if inside.any() else float(distances.min())
    return None


def _any_behind_all_faces(points: Floats, body: Surface) -> bool:
    """True when a point is surely inside a simple body; a quick test that settles nearly every seated stone."""
    if len(body.faces) > _SIMPLE:
        return False
    a, b, c = body.triangles.swapaxes(0, 1)
    normals = np.cross(b - a, c - a) * np.sign(body.volumes.sum())
    return bool((points @ normals.T < np.einsum("ij,ij->i", a, normals)).all(axis=1).any())


def _samples_near(others: Floats, body: Surface, reach_mm: float, step_mm: float) -> Floats:
    """Points on the others in the body's box, grown by `reach_mm`."""
    low, high = body.vertices.min(axis=0) - reach_mm, body.vertices.max(axis=0) + reach_mm
    points, _ = _surface_samples(others[boxes_meet(others, low, high)], step_mm)
    return points[((points >= low) & (points <= high)).all(axis=1)]


def _surface_samples(triangles: Floats, step_mm: float) -> tuple[Floats, Ints]:
    """Points on every triangle about `step_mm` apart, and the number of the triangle that each lies on.

    They lie on lines fanned from the tip to the shortest side; of a triangle smaller than the step the tip is taken.
    """
    sides = np.linalg.norm(np.roll(triangles, -1, axis=1) - triangles, axis=2)
    rows = np.arange(len(triangles))
    base = sides.argmin(axis=1)
    left, right, tip = (triangles[rows, (base + turn) % 3] for turn in range(3))
    lines, steps = _lattice(sides.min(axis=1), sides.max(axis=1), step_mm)
    points = (lines + 1) * (steps + 1)
    owner = np.repeat(rows, points)
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(points) - points, points)
    line, step = np.divmod(rank, steps[owner] + 1)
    across = (line / np.maximum(lines[owner], 1))[:, None]
    down = (step / np.maximum(steps[owner], 1))[:, None]
    foot = left[owner] + across * (right - left)[owner]
    return tip[owner] + down * (foot - tip[owner]), owner


def _lattice(shortest: Floats, longest: Floats, step_mm: float) -> tuple[Ints, Ints]:
    """Lines and steps along each, per triangle; fewer than the step asks for when there would be too many in all."""
    wanted = float(
        (np.minimum(shortest / step_mm + 1, _MAX_STEPS) * np.minimum(longest / step_mm + 1, _MAX_STEPS)).sum()
    )
    step_mm *= max(1.0, np.sqrt(wanted / _MAX_SAMPLES))
    counts = [np.ceil(np.minimum(side / step_mm, _MAX_STEPS)) for side in (shortest, longest)]
    lines, steps = (np.where(longest > step_mm, count, 0).astype(np.int64) for count in counts)
    return lines, steps


def _distances(points: Floats, triangles: Floats) -> tuple[Floats, Bools]:
    """Per point: distance to the nearest of its triangles (p, k, 3, 3), and whether it lies on the inner side."""
    a, b, c = np.moveaxis(triangles, 2, 0)
    normals = np.cross(b - a, c - a)
    apart = points[:, None] - _closest_on_triangles(points[:, None], (a, b, c), normals)
    squared = np.einsum("pkx,pkx->pk", apart, apart)
    rows, best = np.arange(len(points)), squared.argmin(axis=1)
    side = np.einsum("px,px->p", apart[rows, best], normals[rows, best])
    return np.sqrt(squared[rows, best]), side < 0


def _closest_on_triangles(points: Floats, corners: tuple[Floats, Floats, Floats], normals: Floats) -> Floats:
    """Closest point of each triangle, (p, k, 3): the foot on its plane if that lies within, else on a side."""
    a, b, c = corners
    height = _dot(points - a, normals) / np.maximum(_dot(normals, normals), 1e-18)
    foot = points - height[..., None] * normals
    within = np.ones(height.shape, bool)
    sides = []
    for start, end in ((a, b), (b, c), (c, a)):
        along = end - start
        within &= _dot(foot - start, np.cross(normals, along)) >= 0
        share = np.clip(_dot(points - start, along) / np.maximum(_dot(along, along), 1e-18), 0, 1)
        sides.append(start + share[..., None] * along)
    on_sides = np.stack(sides)
    nearest = _dot(points - on_sides, points - on_sides).argmin(axis=0)
    on_side = np.take_along_axis(on_sides, nearest[None, ..., None], axis=0)[0]
    return np.where(within[..., None], foot, on_side)


def _dot(one: Floats, other: Floats) -> Floats:
    return np.asarray(np.einsum("...x,...x->...", one, other))


def boxes_meet(triangles: Floats, low: Floats, high: Floats) -> Bools:
    """Which triangles' boxes meet the box from `low` to `high`."""
    a, b, c = triangles.swapaxes(0, 1)
    above = np.maximum(np.maximum(a, b), c) >= low
    below = np.minimum(np.minimum(a, b), c) <= high
    return (above & below).all(axis=1)
