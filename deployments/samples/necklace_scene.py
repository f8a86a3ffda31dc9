"""The sample photo of a necklace: a gold chain with an emerald drop on a linen-covered display bust.

Run from the project's root (a quarter of an hour on two free cores; a last argument 0.25 makes a quick proof):
    .venv-blender/bin/python deployments/samples/necklace_scene.py api/console/samples/necklace.jpg
"""

import math
import sys

import bpy
import numpy as np
from studio_photo import camera, empty_scene, gem, linen, metal, put, shoot

from mathutils import Matrix, Vector  # isort: skip
from ring_kit.gems import Gem  # isort: skip

# Lengths in cm; x to the right, z up, the camera at -y. Rows: height, half width, half depth, how far to the front.
BUST = np.array(
    [
        (14, 5.3, 5.2, -1.4), (9, 5.1, 5.0, -1.1), (5, 5.2, 5.0, -0.8), (2.6, 5.8, 5.1, -0.5), (0.8, 7.2, 5.4, 0.0),
        (-0.8, 9.4, 5.9, 0.4), (-2.4, 11.8, 6.4, 0.8), (-5, 14.6, 7.2, 1.4), (-9, 16.2, 8.2, 2.2),
        (-15, 16.6, 9.0, 3.0), (-20, 16.6, 9.0, 3.0),
    ]
)  # fmt: skip
SLATE, WALL = (0.060, 0.070, 0.086), (0.36, 0.35, 0.34)
LOWEST_CM, HIGHEST_CM, HALF_SPAN_CM = -6.4, 3.0, 5.45
LINK_CM, LINK_WIDE_CM, WIRE_CM = 0.62, 0.44, 0.055  # outer length and width, radius of the wire
DROP = Gem("pear", 15.0, 10.5)


def bust_point(turn: np.ndarray, height: np.ndarray, lift: float = 0.0) -> np.ndarray:
    """(n, 3) places on the bust, `turn` radians around from the front, `lift` above its cloth."""
    rows = BUST[::-1]
    wide, deep, front = (_smooth(rows[:, 0], rows[:, column], height) for column in (1, 2, 3))
    return np.stack([(wide + lift) * np.sin(turn), -front - (deep + lift) * np.cos(turn), height], axis=-1)


def _smooth(at: np.ndarray, values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Interpolation without kinks: linear, averaged over a window of 2 cm."""
    window = np.linspace(-1.0, 1.0, 15)
    return np.mean([np.interp(places + shift, at, values) for shift in window], axis=0)


def bust(cloth: bpy.types.Material) -> None:
    turns, heights = np.linspace(-math.pi, math.pi, 161), np.linspace(-18, 12, 150)
    grid_turn, grid_height = np.meshgrid(turns, heights)
    points = bust_point(grid_turn.ravel(), grid_height.ravel())
    across = len(turns)
    faces = [
        (row * across + i, row * across + i + 1, (row + 1) * across + i + 1, (row + 1) * across + i)
        for row in range(len(heights) - 1)
        for i in range(across - 1)
    ]
    mesh = bpy.data.meshes.new("bust")
    mesh.from_pydata(points.tolist(), [], faces)
    layer = mesh.uv_layers.new()
    flat = np.stack([grid_turn.ravel() * 8.0, grid_height.ravel()], axis=-1)  # cm of cloth, about
    for loop in mesh.loops:
        layer.data[loop.index].uv = flat[loop.vertex_index]
    put("bust", mesh, cloth)


def chain_line() -> np.ndarray:
    """(n, 3) finely spaced places along the chain, which lies on the bust and vanishes behind the neck."""
    across = np.linspace(-HALF_SPAN_CM, HALF_SPAN_CM, 1200)
    height = LOWEST_CM + (HIGHEST_CM - LOWEST_CM) * (np.hypot(across / HALF_SPAN_CM, 0.11) - 0.11) ** 1.35
    wide = _smooth(BUST[::-1, 0], BUST[::-1, 1], height)
    turn = np.arcsin(np.clip(across / wide, -1, 1))
    behind = np.linspace(0, 0.9, 150)[1:]
    turn = np.concatenate([turn[0] - behind[::-1], turn, turn[-1] + behind])
    height = np.concatenate([height[0] + 0.9 * behind[::-1], height, height[-1] + 0.9 * behind])
    return bust_point(turn, height, WIRE_CM * 2.6)


def even_places(line: np.ndarray, pitch: float) -> tuple[np.ndarray, np.ndarray]:
    """Places and directions every `pitch` along the line, the middle one exactly at its lowest point."""
    run = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    middle = run[line[:, 2].argmin()]
    stops = middle + pitch * np.arange(-int(middle / pitch) + 1, int((run[-1] - middle) / pitch))
    at = lambda where: np.stack([np.interp(where, run, line[:, axis]) for axis in range(3)], axis=-1)  # noqa: E731
    ahead = at(stops + pitch / 2) - at(stops - pitch / 2)
    return at(stops), ahead / np.linalg.norm(ahead, axis=1, keepdims=True)


def link_mesh() -> bpy.types.Mesh:
    """An oval link, long along x, lying in the xy plane."""
    return torus("link", LINK_CM / 2 - WIRE_CM, LINK_WIDE_CM / 2 - WIRE_CM, WIRE_CM)


def torus(name: str, half_x: float, half_y: float, wire: float) -> bpy.types.Mesh:
    """A round wire along an ellipse that is a little squared, as a link is."""
    major, minor = 40, 14
    points, faces = [], []
    for i in range(major):
        turn = 2 * math.pi * i / major
        c, s = math.cos(turn), math.sin(turn)
        cx, cy = half_x * math.copysign(abs(c) ** 0.85, c), half_y * math.copysign(abs(s) ** 0.85, s)
        for j in range(minor):
            around = 2 * math.pi * j / minor
            out = wire * math.cos(around)
            points.append((cx + c * out, cy + s * out, wire * math.sin(around)))
            ahead, up = (i + 1) % major, (j + 1) % minor
            faces.append((i * minor + j, ahead * minor + j, ahead * minor + up, i * minor + up))
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata(points, [], faces)
    return mesh


def chain(gold: bpy.types.Material) -> Vector:
    """All links, each turned against its neighbours; returns where the pendant hangs."""
    places, ways = even_places(chain_line(), LINK_CM - 4 * WIRE_CM + 0.02)
    mesh = link_mesh()
    for number, (place, way) in enumerate(zip(places, ways, strict=True)):
        out = np.array([place[0], place[1] * 1.1, 0.0])
        out -= way * (out @ way)
        frame = _frame(Vector(way), Vector(out))
        lean = math.radians(40 if number % 2 else -40)
        item = put("link", mesh, gold)
        item.matrix_world = Matrix.Translation(Vector(place)) @ frame @ Matrix.Rotation(lean, 4, "X")
    return Vector(places[places[:, 2].argmin()])


def _frame(along: Vector, out: Vector) -> Matrix:
    out, along = out.normalized(), along.normalized()
    return Matrix((along, out.cross(along), out)).transposed().to_4x4()


def pendant(hang: Vector, gold: bpy.types.Material, stone: bpy.types.Material) -> None:
    """A pear-cut stone in a bezel with a rim of beads, on a bail around the lowest link; it rests on the chest."""
    here, below = (Vector(bust_point(np.zeros(1), np.array([hang.z - drop]))[0].tolist()) for drop in (0.5, 2.2))
    down = (below - here).normalized()
    out = Vector((1, 0, 0)).cross(down).normalized()
    out = out if out.y < 0 else -out
    bail = put("bail", torus("bail", 0.17, 0.36, 0.07), gold)
    bail.matrix_world = Matrix.Translation(hang + 0.22 * down + 0.06 * out) @ _frame(out, Vector((1, 0, 0)))
    lie = _frame(-down, out)  # the stone's point is up, its table faces out
    foot = here + 0.55 * out
    centre = foot + down * ((hang - foot) @ down + 0.42 + DROP.outline()[0][0] / 10 + 0.12)
    seat = Matrix.Translation(centre) @ lie
    faceted = DROP.solid()
    mesh = bpy.data.meshes.new("stone")
    mesh.from_pydata([tuple(c / 10 for c in point) for point in faceted.vertices], [], faceted.faces)
    put("stone", mesh, stone, smooth=False).matrix_world = seat
    put("bezel", _bezel(), gold).matrix_world = seat
    bead = torus("bead", 0.026, 0.026, 0.03)
    rim = DROP.outline(1.0, 64)
    for x, y in rim:
        put("bead", bead, gold).matrix_world = seat @ Matrix.Translation((x / 10, y / 10, 0.07))


def _bezel() -> bpy.types.Mesh:
    """A wall around the girdle, closed below the stone by a polished plate."""
    section = [(-0.15, 0.06), (0.1, 0.09), (0.55, 0.09), (0.75, 0.06), (1.2, 0.02), (1.25, -0.2), (0.6, -0.45)]
    section += [(-0.25, -0.45)]
    loops = [[(x / 10, y / 10, z) for x, y in DROP.outline(offset, 96)] for offset, z in section]
    count = len(loops[0])
    faces = [
        (k * count + i, k * count + (i + 1) % count, (k + 1) * count + (i + 1) % count, (k + 1) * count + i)
        for k in range(len(loops) - 1)
        for i in range(count)
    ]
    plate = [(len(loops) - 1) * count + i for i in range(count)]
    mesh = bpy.data.meshes.new("bezel")
    mesh.from_pydata([point for loop in loops for point in loop], [], [*faces, plate])
    return mesh


def main(path: str, share: float) -> None:
    empty_scene(WALL, 13.0)
    gold = metal("18k yellow gold")
    bust(linen(SLATE, 13.0))
    pendant(chain(gold), gold, gem("emerald"))
    camera((0, -70, 3.0), (0, -4, -2.4), 21.0)
    shoot(path, 40, share)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1.0)
