"""Rings: bands, solitaires, halos, three stones, eternity rows and signets. The finger goes along z, the top is +y."""

from dataclasses import dataclass, replace

import numpy as np

from tasks.domain.painting.arrays import Floats, vector
from tasks.domain.painting.gems import Glass
from tasks.domain.painting.jewels.matters import GLASSES
from tasks.domain.painting.jewels.settings import bezel, halo, pronged
from tasks.domain.painting.metals import Metal
from tasks.domain.painting.pieces import Hollow, Matter, Part, Piece, Stone, together
from tasks.domain.painting.solids import Solid, ball, grid, turn_about, turned

LIFT = 0.80  # of a stone's size, from the band to its girdle: the culet just clears the finger
FINE, COARSE = (150, 26), (40, 6)


@dataclass(frozen=True)
class Band:
    """Half width and thickness at the bottom and at the top, and how square its profile is (1 round, 0 a box)."""

    half_width: float = 0.15
    thickness: float = 0.15
    top_half_width: float = 0.13
    top_thickness: float = 0.17
    squareness: float = 0.8
    inner_radius: float = 1.0


def band(shape: Band, *, detail: tuple[int, int] = FINE) -> Solid:
    """Return the band."""
    turns, around = (np.linspace(0, 2 * np.pi, count, endpoint=False, dtype=np.float32) for count in detail)
    top = ((1 + np.sin(turns)) / 2) ** 2
    half = (shape.half_width + (shape.top_half_width - shape.half_width) * top)[:, None]
    thick = (shape.thickness + (shape.top_thickness - shape.thickness) * top)[:, None]
    out = np.where(np.sin(around) > 0, _bent(np.sin(around), shape.squareness), 0.55 * np.sin(around))
    reach = shape.inner_radius + thick * (0.35 + 0.65 * out)
    across = half * _bent(np.cos(around), shape.squareness * 0.55)
    points = np.stack([np.cos(turns)[:, None] * reach, np.sin(turns)[:, None] * reach, across], axis=2)
    return grid(points.astype(np.float32), wrap_rows=True, wrap_columns=True)


def plain(metal: Metal, shape: Band) -> Piece:
    """Return a band alone."""
    hollow = Hollow(vector(0, 0, 0), vector(0, 0, 1), shape.inner_radius, shape.half_width)
    return Piece([Part(band(shape), metal, hollow)], [], [band(shape, detail=COARSE)])


def solitaire(metal: Metal, shape: Band, glass: Glass, cut: str, size: float, *, held: str = "prongs") -> Piece:
    """Return a ring with one stone, in prongs, in a bezel, or within a halo."""
    stone = Stone(cut, glass, vector(0, top_of(shape) + size * LIFT, 0), _across(), size)
    base = plain(metal, shape)
    foot = vector(0, -(size * LIFT + shape.top_thickness * 0.3), 0)
    stones, parts = [stone], list(base.parts)
    if held == "bezel":
        parts += bezel(stone, metal)
    else:
        parts += pronged(stone, metal, foot, count=4 if cut != "round" else 6, thick=0.05 + 0.02 * size)
    if held == "halo":
        rail, small = halo(stone, metal, clear(), small=0.085 + 0.02 * size)
        parts, stones = parts + rail, stones + small
    return Piece(parts, stones, [*base.coarse, stone.coarse])


def three_stones(metal: Metal, shape: Band, glass: Glass, side: Glass, cut: str, size: float) -> Piece:
    """Return a ring with a stone between two smaller ones."""
    middle = solitaire(metal, shape, glass, cut, size)
    parts, stones, coarse = list(middle.parts), list(middle.stones), list(middle.coarse)
    for way in (-1, 1):
        small = size * 0.62
        angle = way * (size + small) * 0.93 / (top_of(shape) + small * 0.5)
        turn = turn_about(2, -np.degrees(angle)) @ _across()
        reach = top_of(shape) + small * LIFT * 0.9
        centre = vector(np.sin(angle) * reach, np.cos(angle) * reach, 0)
        stone = Stone("round", side, centre, turn.astype(np.float32), small)
        parts += pronged(stone, metal, vector(0, -(small * LIFT * 0.9 + 0.06), 0), thick=0.045)
        stones.append(stone)
        coarse.append(stone.coarse)
    return Piece(parts, stones, coarse)


def eternity(metal: Metal, shape: Band, glasses: list[Glass], *, share: float = 1.0) -> Piece:
    """Return a band with stones around `share` of it, from the top."""
    small = shape.half_width * 0.80
    reach = top_of(shape) + small * 0.02
    count = int(2 * np.pi * reach / (2.12 * small))
    base = plain(metal, shape)
    stones = []
    for number in range(count):
        angle = 2 * np.pi * number / count
        if abs(np.pi - angle) < np.pi * (1 - share):
            continue
        turn = turn_about(2, -np.degrees(angle)) @ _across()
        centre = vector(np.sin(angle) * reach, np.cos(angle) * reach, 0)
        stones.append(Stone("round", glasses[number % len(glasses)], centre, turn.astype(np.float32), small))
    return Piece(base.parts, stones, base.coarse)


def signet(metal: Metal, shape: Band) -> Piece:
    """Return a signet: a band that grows into a flat table."""
    wide = Band(shape.half_width * 0.9, shape.thickness, 0.62, 0.34, 0.62)
    turns, around = (np.linspace(0, 2 * np.pi, count, endpoint=False, dtype=np.float32) for count in (170, 40))
    top = np.clip(np.sin(turns), 0, 1) ** 3.2
    solid = _flattened(_signet_points(wide, turns, around, top))
    hollow = Hollow(vector(0, 0, 0), vector(0, 0, 1), 1.0, shape.half_width)
    return Piece([Part(solid, metal, hollow)], [], [band(Band(top_half_width=0.6, top_thickness=0.34), detail=COARSE)])


def bead_ring(metal: Metal, shape: Band, matter: Matter, size: float) -> Piece:
    """Return a ring with a pearl or a cabochon in a cup."""
    centre = vector(0, top_of(shape) + size * 0.86, 0)
    profile = [(1.04, -0.18), (1.03, -0.36), (0.86, -0.62), (0.45, -0.9), (0.2, -1.1), (0.05, -1.1)]
    cup = turned(np.array(profile, np.float32) * size, 40).placed(np.eye(3, dtype=np.float32), centre)
    base = plain(metal, shape)
    bead = ball(centre, size, 56)
    return Piece([*base.parts, Part(cup, metal), Part(bead, matter)], [], [*base.coarse, ball(centre, size, 12)])


def pair(metal: Metal, shape: Band, chance: np.random.Generator) -> Piece:
    """Return two bands: one lies, the other leans on it."""
    lying = plain(metal, shape).standing(lean_deg=90, x=0.55, z=-0.1)
    slim = replace(shape, half_width=shape.half_width * 0.8, top_half_width=shape.top_half_width * 0.8)
    stood = plain(metal, slim).standing(yaw_deg=chance.uniform(24, 40), lean_deg=chance.uniform(4, 9), x=-0.75, z=0.35)
    return together([lying, stood])


def _signet_points(shape: Band, turns: Floats, around: Floats, top: Floats) -> Floats:
    half = (shape.half_width + (shape.top_half_width - shape.half_width) * top)[:, None]
    thick = (shape.thickness + (shape.top_thickness - shape.thickness) * top)[:, None]
    reach = 1 + thick * (0.4 + 0.6 * _bent(np.sin(around), 0.6))
    across = half * _bent(np.cos(around), 0.5)
    return np.stack([np.cos(turns)[:, None] * reach, np.sin(turns)[:, None] * reach, across], axis=2)


def _flattened(points: Floats) -> Solid:
    """Press the top flat: nothing reaches above the table, with a soft edge."""
    height, table = points[..., 1], 1.24
    points[..., 1] = np.where(height > table, table + 0.10 * np.tanh((height - table) / 0.35), height)
    return grid(points.astype(np.float32), wrap_rows=True, wrap_columns=True)


def top_of(shape: Band) -> float:
    """Return how far the band's top is from the finger's axis."""
    return shape.inner_radius + shape.top_thickness


def clear() -> Glass:
    """Return diamond, which small stones are of."""
    return GLASSES["diamond"]


def _across() -> Floats:
    """A stone's long side lies along the finger's axis."""
    return turn_about(1, 90)


def _bent(wave: Floats, power: float) -> Floats:
    return (np.sign(wave) * np.abs(wave) ** power).astype(np.float32)
