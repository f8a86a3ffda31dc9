"""Cutting a stone as a lapidary does: every facet is a plane that takes a slice off a convex block."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .solids import Face, Point, Point2, Solid

ON_PLANE_MM = 1e-6


@dataclass(frozen=True)
class Facet:
    """The half-space x·nx + y·ny + z·nz ≤ reach_mm that a facet leaves standing; (nx, ny, nz) has length 1."""

    nx: float
    ny: float
    nz: float
    reach_mm: float

    def height_mm(self, point: Point) -> float:
        """How far `point` stands outside the facet; negative inside."""
        return self.nx * point[0] + self.ny * point[1] + self.nz * point[2] - self.reach_mm

    @property
    def mirrored(self) -> "Facet":
        """This facet on the other side of the plane y = 0."""
        return Facet(self.nx, -self.ny, self.nz, self.reach_mm)


def facet_through(a: Point, b: Point, c: Point, inside: Point) -> Facet:
    """The facet through three points that keeps `inside`; ValueError when the points lie on one line."""
    u, v = [b[k] - a[k] for k in range(3)], [c[k] - a[k] for k in range(3)]
    normal = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
    length = math.hypot(*normal)
    if length < ON_PLANE_MM**2:
        raise ValueError(f"three points on one line make no facet: {a}, {b}, {c}")
    nx, ny, nz = (value / length for value in normal)
    facet = Facet(nx, ny, nz, nx * a[0] + ny * a[1] + nz * a[2])
    return facet if facet.height_mm(inside) < 0 else Facet(-nx, -ny, -nz, -facet.reach_mm)


def sloped_facet(at: Point2, normal: Point2, z_mm: float, inset_mm: float, rise_mm: float) -> Facet:
    """The facet that leaves the girdle at `at`, `z_mm`, and is `inset_mm` further in once it has risen `rise_mm`."""
    length = math.hypot(normal[0], normal[1])
    nx, ny = normal[0] / length, normal[1] / length
    slope = inset_mm / rise_mm
    steep = math.hypot(1.0, slope)
    reach = nx * at[0] + ny * at[1] + slope * z_mm
    return Facet(nx / steep, ny / steep, slope / steep, reach / steep)


def cut_block(outline: Sequence[Point2], bottom_mm: float, top_mm: float, facets: Iterable[Facet]) -> Solid:
    """The upright block over a convex, counter-clockwise outline, cut by `facets`; closed and outward."""
    size = len(outline)
    points = [(x, y, bottom_mm) for x, y in outline] + [(x, y, top_mm) for x, y in outline]
    faces: list[Face] = [(k, (k + 1) % size, size + (k + 1) % size, size + k) for k in range(size)]
    faces += [tuple(reversed(range(size))), tuple(range(size, 2 * size))]
    block = Solid(points, faces)
    for facet in facets:
        block = _sliced(block, facet)
    return block


def with_mirror_image(half: Solid) -> Solid:
    """A solid that lies on one side of y = 0 and stands on it, joined with its mirror image."""
    on_plane = [abs(point[1]) < ON_PLANE_MM for point in half.vertices]
    faces = [face for face in half.faces if not all(on_plane[index] for index in face)]
    points = [(x, 0.0, z) if flat else (x, y, z) for (x, y, z), flat in zip(half.vertices, on_plane, strict=True)]
    image: dict[int, int] = {}
    for index in range(len(half.vertices)):
        image[index] = index if on_plane[index] else len(points)
        if not on_plane[index]:
            x, y, z = half.vertices[index]
            points.append((x, -y, z))
    return Solid(points, faces + [tuple(image[index] for index in reversed(face)) for face in faces])


def _sliced(block: Solid, facet: Facet) -> Solid:
    heights = [facet.height_mm(point) for point in block.vertices]
    heights = [0.0 if abs(height) < ON_PLANE_MM else height for height in heights]
    if max(heights) <= 0.0:
        return block
    points, new = list(block.vertices), {}
    faces = []
    for face in block.faces:
        kept = _kept(face, heights, points, new)
        if len(kept) > 2 and any(index < len(heights) and heights[index] < 0 for index in kept):
            faces.append(kept)
    rim = set(new.values()) | {index for face in faces for index in face if index < len(heights) and not heights[index]}
    faces.append(_around(rim, points, facet))
    return _compact(Solid(points, faces))


def _kept(face: Face, heights: list[float], points: list[Point], new: dict[tuple[int, int], int]) -> Face:
    """What a slice leaves of one face; `points` and `new` take the corners it makes on cut edges."""
    kept: list[int] = []
    for a, b in zip(face, face[1:] + face[:1], strict=True):
        if heights[a] <= 0:
            kept.append(a)
        if heights[a] * heights[b] < 0:
            edge = (min(a, b), max(a, b))
            if edge not in new:
                new[edge] = len(points)
                points.append(_crossing(points[edge[0]], points[edge[1]], heights[edge[0]], heights[edge[1]]))
            kept.append(new[edge])
    return tuple(kept)


def _crossing(a: Point, b: Point, height_a: float, height_b: float) -> Point:
    share = height_a / (height_a - height_b)
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def _around(rim: set[int], points: list[Point], facet: Facet) -> Face:
    """The corners of a new facet, counter-clockwise seen from outside."""
    normal = (facet.nx, facet.ny, facet.nz)
    seed = (1.0, 0.0, 0.0) if abs(facet.nx) < 0.7 else (0.0, 1.0, 0.0)
    u = _cross(seed, normal)
    v = _cross(normal, u)
    flat = {index: (_dot(points[index], u), _dot(points[index], v)) for index in rim}
    middle = (sum(p for p, _ in flat.values()) / len(flat), sum(q for _, q in flat.values()) / len(flat))
    return tuple(sorted(rim, key=lambda index: math.atan2(flat[index][1] - middle[1], flat[index][0] - middle[0])))


def _compact(solid: Solid) -> Solid:
    """The same solid without the points that a slice took off."""
    used = sorted({index for face in solid.faces for index in face})
    place = {index: k for k, index in enumerate(used)}
    faces = [tuple(place[index] for index in face) for face in solid.faces]
    return Solid([solid.vertices[index] for index in used], faces)


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Point, b: Point) -> Point:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
