"""Closed solids in millimetres, as plain points and faces; no Blender here.

Axes: the finger runs along y, z points up through the top of the ring, and the ring's centre is the origin.
An angle on the ring lies in the xz plane: 0° is the top, positive turns towards +x.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Point = tuple[float, float, float]
Point2 = tuple[float, float]
Face = tuple[int, ...]

DOME_DEG = (88.0, 60.0, 30.0)  # latitudes of a wire's rounded end, tip first


@dataclass(frozen=True)
class Solid:
    """A closed mesh in mm: points, and faces that list point indices, counter-clockwise seen from outside."""

    vertices: list[Point]
    faces: list[Face]

    def moved(self, x_mm: float = 0.0, y_mm: float = 0.0, z_mm: float = 0.0) -> "Solid":
        """This solid, shifted by millimetres."""
        return Solid([(x + x_mm, y + y_mm, z + z_mm) for x, y, z in self.vertices], self.faces)

    def turned(self, axis: str, angle_deg: float) -> "Solid":
        """This solid, turned about axis 'x', 'y' or 'z' through the origin, right-handed."""
        return Solid([_turned(point, axis, angle_deg) for point in self.vertices], self.faces)

    def scaled(self, x: float, y: float, z: float) -> "Solid":
        """This solid, scaled about the origin by three factors above 0."""
        if min(x, y, z) <= 0:
            raise ValueError(f"scale factors must be above 0, got {x}, {y}, {z}")
        return Solid([(px * x, py * y, pz * z) for px, py, pz in self.vertices], self.faces)

    def on_ring(self, angle_deg: float, radius_mm: float, y_mm: float = 0.0) -> "Solid":
        """This solid, stood on the ring: its z points away from the finger, its x along the circumference."""
        return self.moved(0.0, y_mm, radius_mm).turned("y", angle_deg)

    @property
    def volume_mm3(self) -> float:
        """Enclosed volume; negative when the faces look inwards."""
        points, total = self.vertices, 0.0
        for face in self.faces:  # written out, since a ring has ten thousand faces and each is a fan of triangles
            ax, ay, az = points[face[0]]
            bx, by, bz = points[face[1]]
            for index in face[2:]:
                cx, cy, cz = points[index]
                total += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx)
                bx, by, bz = cx, cy, cz
        return total / 6.0

    @property
    def open_edges(self) -> int:
        """Edges without exactly one face on each side; 0 when the solid is closed."""
        directed: dict[tuple[int, int], int] = {}
        for face in self.faces:
            for edge in zip(face, face[1:] + face[:1], strict=True):
                directed[edge] = directed.get(edge, 0) + 1
        return sum(count != 1 or directed.get(edge[::-1]) != 1 for edge, count in directed.items())


def loft(loops: Sequence[Sequence[Point]], closed: bool = False) -> Solid:
    """A skin over loops of equal length, in order; flat caps at both ends, or joined end to start when `closed`.

    Neighbouring points must correspond from loop to loop. The result looks outwards whatever the winding.
    """
    size = len(loops[0])
    if any(len(loop) != size for loop in loops):
        raise ValueError(f"loft needs loops of equal length, got {sorted({len(loop) for loop in loops})}")
    rows = len(loops) if closed else len(loops) - 1
    faces: list[Face] = []
    for row in range(rows):
        here, there = row * size, (row + 1) % len(loops) * size
        faces += [(here + k, here + (k + 1) % size, there + (k + 1) % size, there + k) for k in range(size)]
    if not closed:
        last = (len(loops) - 1) * size
        faces += [tuple(reversed(range(size))), tuple(range(last, last + size))]
    return _outward(Solid([point for loop in loops for point in loop], faces))


def tube(path: Sequence[Point], radii: float | Sequence[float], sides: int = 16) -> Solid:
    """A round wire along `path` with domed ends; `radii` in mm, one for all points or one per point.

    The domes reach one radius beyond the path's ends.
    """
    sizes = [float(radii)] * len(path) if isinstance(radii, int | float) else list(radii)
    if len(path) < 2 or len(sizes) != len(path):
        raise ValueError(f"a wire needs two points or more and a radius for each, got {len(path)} and {len(sizes)}")
    tangents = [_unit(_minus(path[min(k + 1, len(path) - 1)], path[max(k - 1, 0)])) for k in range(len(path))]
    normals = _parallel_normals(tangents)
    loops = _dome(path[0], tangents[0], normals[0], -sizes[0], sides)
    loops += [_circle(*station, sides) for station in zip(path, tangents, normals, sizes, strict=True)]
    loops += reversed(_dome(path[-1], tangents[-1], normals[-1], sizes[-1], sides))
    return loft(loops)


def hoop(outline: Sequence[Point2], radius_mm: float, z_mm: float = 0.0, sides: int = 12) -> Solid:
    """A closed round wire of `radius_mm` that follows a closed planar outline of (x, y) points at height `z_mm`."""
    size = len(outline)
    loops = []
    for k, (x, y) in enumerate(outline):
        before, after = outline[k - 1], outline[(k + 1) % size]
        tangent = _unit((after[0] - before[0], after[1] - before[1], 0.0))
        loops.append(_circle((x, y, z_mm), tangent, (0.0, 0.0, 1.0), radius_mm, sides))
    return loft(loops, closed=True)


def bead(radius_mm: float, sides: int = 10) -> Solid:
    """A ball of `radius_mm` about the origin."""
    rows = sides // 2
    points: list[Point] = [(0.0, 0.0, -radius_mm)]
    for row in range(1, rows):
        angle = math.pi * row / rows
        points += _ring(radius_mm * math.sin(angle), -radius_mm * math.cos(angle), sides)
    points.append((0.0, 0.0, radius_mm))
    top, last = len(points) - 1, 1 + (rows - 2) * sides
    faces: list[Face] = [(0, 1 + (k + 1) % sides, 1 + k) for k in range(sides)]
    for start in range(1, last, sides):
        faces += [
            (start + k, start + (k + 1) % sides, start + sides + (k + 1) % sides, start + sides + k)
            for k in range(sides)
        ]
    faces += [(last + k, last + (k + 1) % sides, top) for k in range(sides)]
    return Solid(points, faces)


def merged(solids: Iterable[Solid]) -> Solid:
    """Several separate solids as one; they are put side by side, not united."""
    vertices: list[Point] = []
    faces: list[Face] = []
    for solid in solids:
        shift = len(vertices)
        vertices += solid.vertices
        faces += [tuple(index + shift for index in face) for face in solid.faces]
    return Solid(vertices, faces)


def _outward(solid: Solid) -> Solid:
    if solid.volume_mm3 >= 0:
        return solid
    return Solid(solid.vertices, [face[::-1] for face in solid.faces])


def _ring(radius_mm: float, z_mm: float, sides: int) -> list[Point]:
    turns = (2 * math.pi * k / sides for k in range(sides))
    return [(radius_mm * math.cos(turn), radius_mm * math.sin(turn), z_mm) for turn in turns]


def _circle(centre: Point, tangent: Point, normal: Point, radius_mm: float, sides: int) -> list[Point]:
    side = _cross(tangent, normal)
    loop = []
    for k in range(sides):
        c, s = radius_mm * math.cos(2 * math.pi * k / sides), radius_mm * math.sin(2 * math.pi * k / sides)
        loop.append(_plus(_plus(centre, normal, c), side, s))
    return loop


def _dome(end: Point, tangent: Point, normal: Point, reach_mm: float, sides: int) -> list[list[Point]]:
    """Circles of a rounded end, tip first; `reach_mm` is the radius, negative at the start of the wire."""
    loops = []
    for latitude in map(math.radians, DOME_DEG):
        centre = _plus(end, tangent, reach_mm * math.sin(latitude))
        loops.append(_circle(centre, tangent, normal, abs(reach_mm) * math.cos(latitude), sides))
    return loops


def _parallel_normals(tangents: Sequence[Point]) -> list[Point]:
    """One normal per tangent, carried along without twist."""
    x, y, z = (abs(value) for value in tangents[0])
    seed = (1.0, 0.0, 0.0) if x <= min(y, z) else (0.0, 1.0, 0.0) if y <= z else (0.0, 0.0, 1.0)
    normals = []
    for tangent in tangents:
        seed = _unit(_plus(seed, tangent, -_dot(seed, tangent)))
        normals.append(seed)
    return normals


def _turned(point: Point, axis: str, angle_deg: float) -> Point:
    x, y, z = point
    c, s = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    if axis == "x":
        return (x, c * y - s * z, s * y + c * z)
    if axis == "y":
        return (c * x + s * z, y, c * z - s * x)
    if axis == "z":
        return (c * x - s * y, s * x + c * y, z)
    raise ValueError(f"axis must be 'x', 'y' or 'z', got {axis!r}")


def _plus(a: Point, b: Point, factor: float = 1.0) -> Point:
    return (a[0] + b[0] * factor, a[1] + b[1] * factor, a[2] + b[2] * factor)


def _minus(a: Point, b: Point) -> Point:
    return _plus(a, b, -1.0)


def _dot(a: Point, b: Point) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Point, b: Point) -> Point:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _unit(vector: Point) -> Point:
    length = math.sqrt(_dot(vector, vector))
    if length == 0:
        raise ValueError("two neighbouring points coincide, so a wire has no direction there")
    return (vector[0] / length, vector[1] / length, vector[2] / length)
