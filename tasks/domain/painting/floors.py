"""The ground of a still life: its cover under the lights, with shadows, coloured light, and what it mirrors."""

from dataclasses import dataclass

import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, dot, smooth_step, unit, vector
from tasks.domain.painting.camera import Camera
from tasks.domain.painting.pieces import Piece, Stone
from tasks.domain.painting.renders import rendered
from tasks.domain.painting.rigs import Rig
from tasks.domain.painting.shadows import Shadows, shadows
from tasks.domain.painting.solids import Solid
from tasks.domain.painting.surfaces import SURFACES, Cover, lean

LARGE = 0.2  # stones from this size on throw coloured light that is seen
MIRROR_FINENESS = 0.75


@dataclass(frozen=True)
class Ground:
    """Where each pixel looks on the ground (H × W each), and from where (H × W × 3)."""

    across: Floats
    away: Floats
    ways: Floats


def ground_of(camera: Camera) -> Ground:
    """Return where the camera's pixels look on the ground; those that look above it look very far away."""
    rows, columns = np.indices((camera.height_px, camera.width_px), np.float32)
    ways = camera.rays(columns + 0.5, rows + 0.5)
    length = camera.eye[1] / np.maximum(-ways[..., 1], 0.02)
    across, away = camera.eye[0] + ways[..., 0] * length, camera.eye[2] + ways[..., 2] * length
    return Ground(across.astype(np.float32), away.astype(np.float32), ways)


def lit_floor(
    piece: Piece,
    camera: Camera,
    rig: Rig,
    surface: str,
    colour: Floats | None,
    backdrop: Floats,
    chance: np.random.Generator,
) -> tuple[Floats, Ground]:
    """Return the ground as the camera sees it, and where that is."""
    ground = ground_of(camera)
    cover = SURFACES[surface](ground.across, ground.away, colour, chance)
    dark = shadows(piece.coarse, rig.towards, rig.spread, *_shadow_square(piece))
    floor = _lit(cover, ground, camera, rig, dark)
    floor += _caustics(piece, ground, rig)
    if cover.gloss:
        floor = _with_mirror(floor, cover, piece, camera, rig, backdrop)
    return floor, ground


def _shadow_square(piece: Piece) -> tuple[Floats, float]:
    points = np.concatenate([solid.points for solid in piece.coarse])
    low, high = points.min(0), points.max(0)
    middle = (low + high) / 2 * vector(1, 0, 1)
    return middle.astype(np.float32), float((high - low).max()) * 1.25 + 0.6


def _lit(cover: Cover, ground: Ground, camera: Camera, rig: Rig, dark: Shadows) -> Floats:
    key_dark, dome_dark = dark.at(ground.across, ground.away)
    upright = lean(cover.slopes)
    pool = _pool(ground, camera)
    lambert = np.clip(dot(upright, rig.towards), 0, None) / max(float(rig.towards[1]), 0.2)
    light = (lambert * (1 - 0.93 * key_dark) * pool)[..., None] * rig.key
    light += ((1 - 0.80 * dome_dark) * pool)[..., None] * rig.around
    if cover.sheen:
        grazing = 1 - np.clip(-dot(ground.ways, upright), 0, 1)
        light *= (1 + 2.2 * cover.sheen * grazing**3)[..., None]
    light *= cover.colour
    if cover.gloss:
        shine = np.clip(dot(upright, unit(rig.towards - ground.ways)), 0, 1) ** (18 / (cover.blur * 10 + 0.12))
        light += (cover.gloss * 0.45 * shine * (1 - key_dark))[..., None] * rig.key
    return np.asarray(light, np.float32)


def _pool(ground: Ground, camera: Camera) -> Floats:
    """The light falls off about the piece."""
    reach = camera.height_px / camera.unit_px * 1.5
    distance = ground.across**2 + (ground.away - camera.target[2]) ** 2
    return np.asarray(0.55 + 0.45 * np.exp(-distance / reach**2), np.float32)


def _caustics(piece: Piece, ground: Ground, rig: Rig) -> Floats:
    """The coloured light that large stones throw into their own shadow."""
    total = np.zeros((*ground.across.shape, 3), np.float32)
    for stone in piece.stones:
        if stone.size < LARGE:
            continue
        fall = float(stone.centre[1]) / max(float(rig.towards[1]), 0.2)
        spot, width = stone.centre - rig.towards * fall, stone.size * (0.42 + 0.08 * fall)
        distance = ((ground.across - spot[0]) ** 2 + (ground.away - spot[2]) ** 2) / width**2
        total += np.exp(-distance)[..., None] * (_thrown(stone) * rig.key * 0.13)
    return total


def _thrown(stone: Stone) -> Floats:
    """The light that comes through a stone, less its white part: that is lost in the light around."""
    through = np.exp(-stone.glass.swallowed * 1.1)
    return np.asarray(through - 0.85 * through.min(), np.float32)


def _with_mirror(floor: Floats, cover: Cover, piece: Piece, camera: Camera, rig: Rig, backdrop: Floats) -> Floats:
    """The floor with what it mirrors: the piece upside down, and the backdrop."""
    sky = blurred(np.ascontiguousarray(backdrop[::-1]), 9 + 60 * cover.blur)
    layer = rendered(upside_down(piece), camera, rig, MIRROR_FINENESS)
    sharp = layer.over(sky)
    mirrored = blurred(sharp, max(0.6, cover.blur * camera.height_px * 0.5))
    grazing = (1 + float(camera.forward[1])) ** 3
    rows = np.linspace(0.8, 1, floor.shape[0], dtype=np.float32)[:, None, None]
    strength = rows * cover.gloss * (0.30 + 0.70 * grazing)
    return np.asarray(floor * (1 - 0.6 * strength * cover.gloss) + mirrored * strength * 0.75, np.float32)


def upside_down(piece: Piece) -> Piece:
    """Return the piece below the ground as a mirror shows it, lowered a hair so that it does not touch itself."""
    flip = vector(1, -1, 1)
    parts = [
        type(part)(
            Solid(part.solid.points * flip - vector(0, 0.01, 0), part.solid.normals * flip, part.solid.faces[:, ::-1]),
            part.matter,
        )
        for part in piece.parts
    ]
    stones = [
        type(stone)(stone.cut, stone.glass, stone.centre * flip, flip[:, None] * stone.turn, stone.size)
        for stone in piece.stones
    ]
    return Piece(parts, stones, [])


def horizon_of(ground: Ground, ends: tuple[float, float]) -> Floats:
    """Return how far the ground has gone over into the backdrop at each pixel."""
    return smooth_step(*ends, -ground.away)
