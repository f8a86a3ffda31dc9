"""Solids as triangles with smooth normals: bands, tubes, turned and round things, all made from one wrapped grid."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tasks.domain.painting.arrays import Floats, Ints, unit


@dataclass(frozen=True)
class Solid:
    """Points and normals (N × 3), and triangles that turn left seen from outside."""

    points: Floats
    normals: Floats
    faces: Ints

    def placed(self, turn: Floats, offset: Floats) -> "Solid":
        """Return the solid turned by a rotation (3 × 3), then moved."""
        points = self.points @ turn.T + offset
        return Solid(points.astype(np.float32), (self.normals @ turn.T).astype(np.float32), self.faces)


def joined(solids: Sequence[Solid]) -> Solid:
    """Return all solids as one."""
    starts = np.cumsum([0, *(len(solid.points) for solid in solids[:-1])])
    return Solid(
        np.concatenate([solid.points for solid in solids]),
        np.concatenate([solid.normals for solid in solids]),
        np.concatenate([solid.faces + start for solid, start in zip(solids, starts, strict=True)]).astype(np.int32),
    )


def grid(points: Floats, *, wrap_rows: bool, wrap_columns: bool) -> Solid:
    """Return the surface through `points` (R × C × 3); wrapped, the last row or column meets the first again."""
    down = _differences(points, 0, wrap_rows)
    across = _differences(points, 1, wrap_columns)
    normals = unit(np.cross(across, down))
    faces = _grid_faces(points.shape[0], points.shape[1], wrap_rows, wrap_columns)
    return Solid(points.reshape(-1, 3).astype(np.float32), normals.reshape(-1, 3), faces)


def tube(path: Floats, radius: Floats | float, *, closed: bool = False, sides: int = 10) -> Solid:
    """Return a round tube about `path` (N × 3), as thick at each of its points as `radius` says."""
    ahead = unit(_differences(path, 0, closed))
    first, second = _frames(ahead)
    turns = np.linspace(0, 2 * np.pi, sides, endpoint=False, dtype=np.float32)
    circle = np.cos(turns)[:, None] * first[:, None] + np.sin(turns)[:, None] * second[:, None]
    thick = np.broadcast_to(np.asarray(radius, np.float32), len(path))
    return grid(path[:, None] + circle * thick[:, None, None], wrap_rows=closed, wrap_columns=True)


def turned(profile: Floats, sides: int = 48) -> Solid:
    """Return what a lathe makes of `profile` (N × 2, distance from the y axis and height, from top to bottom)."""
    turns = np.linspace(0, 2 * np.pi, sides, endpoint=False, dtype=np.float32)
    across = profile[:, None, 0] * np.cos(turns), profile[:, None, 0] * np.sin(turns)
    height = np.broadcast_to(profile[:, None, 1], across[0].shape)
    return grid(np.stack([across[0], height, across[1]], axis=2), wrap_rows=False, wrap_columns=True)


def ball(centre: Floats, radii: Floats | float, sides: int = 24) -> Solid:
    """Return an ellipsoid."""
    falls = np.linspace(1e-3, np.pi - 1e-3, sides // 2 + 1, dtype=np.float32)
    sphere = turned(np.stack([np.sin(falls), np.cos(falls)], axis=1), sides)
    radii = np.broadcast_to(np.asarray(radii, np.float32), 3)
    return Solid((sphere.points * radii + centre).astype(np.float32), unit(sphere.points / radii), sphere.faces)


def turn_about(axis: int, degrees: float) -> Floats:
    """Return the rotation about x (0), y (1) or z (2)."""
    angle = np.radians(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    one, other = [index for index in range(3) if index != axis]
    turn = np.eye(3, dtype=np.float32)
    turn[one, one] = turn[other, other] = cosine
    turn[one, other], turn[other, one] = (-sine, sine) if axis != 1 else (sine, -sine)
    return turn


def facing(out: Floats, *, lift_deg: float) -> Floats:
    """Return the rotation that brings y to `out`, which is level, lifted by so many degrees; x stays level."""
    lift = np.radians(lift_deg)
    up = unit(out * np.cos(lift) + np.array([0, np.sin(lift), 0], np.float32))
    level = unit(np.cross(np.array([0, 1, 0], np.float32), out))
    return np.stack([level, up, np.cross(level, up)], axis=1).astype(np.float32)


def _differences(points: Floats, axis: int, wrap: bool) -> Floats:
    if wrap:
        return np.asarray(np.roll(points, -1, axis) - np.roll(points, 1, axis), np.float32)
    return np.asarray(np.gradient(points, axis=axis), np.float32)


def _grid_faces(rows: int, columns: int, wrap_rows: bool, wrap_columns: bool) -> Ints:
    numbers = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    if wrap_rows:
        numbers = np.concatenate([numbers, numbers[:1]])
    if wrap_columns:
        numbers = np.concatenate([numbers, numbers[:, :1]], axis=1)
    one, two = numbers[:-1, :-1].ravel(), numbers[:-1, 1:].ravel()
    three, four = numbers[1:, 1:].ravel(), numbers[1:, :-1].ravel()
    return np.concatenate([np.stack([one, three, four], 1), np.stack([one, two, three], 1)])


def _frames(ahead: Floats) -> tuple[Floats, Floats]:
    """Two directions across each of `ahead`, carried along without a twist."""
    first = np.empty_like(ahead)
    seed = np.eye(3, dtype=np.float32)[np.argmin(np.abs(ahead[0]))]
    for place, way in enumerate(ahead):
        seed = seed - way * (seed @ way)
        first[place] = seed = seed / np.linalg.norm(seed)
    return first, np.cross(ahead, first).astype(np.float32)
