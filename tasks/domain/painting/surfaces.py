"""What jewelry lies on: marble, velvet, silk, wood, linen, slate, sand, paper, glass, water and snow."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tasks.domain.painting.arrays import Floats, mix, smooth_step, unit, vector
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise


@dataclass(frozen=True)
class Cover:
    """A surface at given places (H × W): its colour, its slopes (H × W × 2), and how much it mirrors."""

    colour: Floats
    slopes: Floats
    gloss: float = 0.0
    sheen: float = 0.0
    blur: float = 0.02


Weave = Callable[[Floats, Floats, Floats | None, np.random.Generator], Cover]


def _flat(across: Floats) -> Floats:
    return np.zeros((*across.shape, 2), np.float32)


def _slopes(height: Floats, across: Floats, away: Floats) -> Floats:
    """Slopes of a height along the ground, from what neighbouring pixels have; `away` must not change along a row."""
    (height_down, height_along), (across_down, across_along) = np.gradient(height), np.gradient(across)
    along = height_along / _not_zero(across_along)
    down = (height_down - along * across_down) / _not_zero(np.gradient(away, axis=0))
    return np.stack([along, down], axis=2).clip(-3, 3).astype(np.float32)


def _not_zero(step: Floats) -> Floats:
    return np.where(np.abs(step) < 1e-6, 1e-6, step)


def paper(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """A sheet of matt paper."""
    tooth = Noise(chance, 0.6).at(across * 0.9, away * 0.9)
    base = linear("d9d5cf") if colour is None else colour
    return Cover(base * (1 + 0.012 * tooth[..., None]), _flat(across))


def marble(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Polished marble with veins."""
    clouds, fine = Noise(chance, 1.9), Noise(chance, 1.5)
    bent_x = across * 0.055 + 0.03 * clouds.broad(across * 0.05, away * 0.05)
    bent_y = away * 0.055 + 0.03 * clouds.broad(away * 0.05 + 0.5, across * 0.05)
    broad = np.exp(-((np.abs(clouds.broad(bent_x + 0.2, bent_y)) / 0.10) ** 0.9))
    thin = np.exp(-np.abs(fine.at(bent_x * 1.7, bent_y * 1.7)) / 0.06)
    veins = np.clip(0.55 * broad + 0.30 * thin * smooth_step(-0.5, 1.0, clouds.broad(bent_x, bent_y)), 0, 1)
    base = linear("e9e6e1") if colour is None else colour
    dark = float(base.mean()) < 0.18
    vein = linear("d9cdb0") * 0.8 if dark else base * vector(0.36, 0.38, 0.42)
    cloud = 1 + 0.05 * fine.at(across * 0.08, away * 0.08)
    return Cover(mix(base * cloud[..., None], vein, 0.75 * veins[..., None]), _flat(across), gloss=0.5, blur=0.012)


def slate(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Split stone, dark and rough."""
    rough = Noise(chance, 1.75)
    height = rough.at(across * 0.11, away * 0.11) + 0.35 * rough.at(across * 0.47 + 0.3, away * 0.47)
    height += 0.12 * rough.at(across * 1.9, away * 1.9)
    base = linear("3b3f45") if colour is None else colour
    return Cover(base * (1 + 0.14 * height[..., None]), _slopes(0.045 * height, across, away), gloss=0.10, blur=0.06)


def wood(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Boards with grain along them."""
    grain, warp = Noise(chance, 1.1), Noise(chance, 2.2)
    bent = away + 0.12 * warp.broad(across * 0.04, away * 0.08)
    lines = grain.at(across * 0.018, bent * 0.42)
    rings = np.sin(bent * 9 + 2.2 * warp.broad(across * 0.03, bent * 0.10))
    board = np.floor(away / 1.9)
    tone = 0.09 * np.sin(board * 12.9898 + 3)
    gap = np.exp(-((np.minimum(away % 1.9, 1.9 - away % 1.9) / 0.016) ** 2))
    base = linear("7a4f31") if colour is None else colour
    shade = np.clip(1 + tone + 0.17 * lines + 0.08 * rings, 0.2, 2) * (1 - 0.8 * gap)
    return Cover(base * shade[..., None], _slopes(0.010 * lines, across, away), gloss=0.16, blur=0.05)


def linen(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Woven cloth in soft folds."""
    folds, fuzz = Noise(chance, 2.5), Noise(chance, 0.7)
    weft, warp = np.sin(across * 62 + fuzz.at(across, away)), np.sin(away * 62 + fuzz.at(away, across))
    height = 1.5 * folds.broad(across * 0.045, away * 0.045)
    base = linear("cfc2ac") if colour is None else colour
    shade = 1 + 0.05 * weft * warp + 0.05 * fuzz.at(across * 0.8, away * 0.8)
    return Cover(base * shade[..., None], _slopes(0.34 * height, across, away), sheen=0.05)


def velvet(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Pile that shines where it is seen from the side, stroked this way and that, in soft folds."""
    folds, nap, strokes = Noise(chance, 2.7), Noise(chance, 0.9), Noise(chance, 1.9, 0.5)
    turn = chance.uniform(0.2, 1.3)
    along = across * np.cos(turn) + away * np.sin(turn) + 0.8 * folds.broad(across * 0.05, away * 0.05)
    height = np.tanh(1.6 * np.sin(along * 1.25)) * 0.30 + 0.30 * folds.broad(across * 0.07 + 0.5, away * 0.07)
    base = np.maximum(linear("3b0f1e") if colour is None else colour * 0.8, 0.012)
    stroked = np.tanh(1.5 * strokes.broad(across * 0.06, away * 0.06))
    shade = 1 + 0.10 * nap.at(across * 0.33, away * 0.33) + 0.16 * stroked
    return Cover(base * shade[..., None], _slopes(height, across, away), sheen=1.2)


def silk(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Satin in folds that catch the light."""
    bend = Noise(chance, 2.6)
    turn = chance.uniform(0.3, 1.1)
    along = across * np.cos(turn) + away * np.sin(turn)
    along = along + 0.9 * bend.broad(across * 0.035, away * 0.035)
    height = np.sin(along * 2.1) + 0.35 * np.sin(along * 4.3 + 1.3) + 0.8 * bend.broad(across * 0.05 + 0.4, away * 0.05)
    base = linear("c9b6a4") if colour is None else colour
    return Cover(
        np.broadcast_to(base, (*across.shape, 3)),
        _slopes(0.20 * height, across, away),
        gloss=0.30,
        sheen=0.25,
        blur=0.16,
    )


def sand(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Fine sand with ripples."""
    grains, bend = Noise(chance, 0.15), Noise(chance, 2.2)
    bent = away + 0.5 * bend.broad(across * 0.05, away * 0.05)
    ripples = np.sin(bent * 5.2 + 0.8 * bend.broad(across * 0.09, away * 0.09)) * (
        0.5 + 0.2 * bend.broad(bent * 0.03, across * 0.02)
    )
    base = linear("d3b98f") if colour is None else colour
    fine = grains.at(across * 0.9, away * 0.9)
    return Cover(base * (1 + 0.10 * fine[..., None]), _slopes(0.05 * ripples + 0.004 * fine, across, away))


def snow(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Snow with drifts and single crystals that glint."""
    drifts, crystals = Noise(chance, 2.4), Noise(chance, 0.05)
    fine = crystals.at(across * 0.7, away * 0.7)
    glints = np.clip(fine - 2.9, 0, 1) * 5
    base = linear("e6edf5") if colour is None else mix(linear("e6edf5"), colour, 0.25)
    white = base * (1 + 0.03 * fine[..., None]) + glints[..., None]
    return Cover(white.astype(np.float32), _slopes(0.3 * drifts.broad(across * 0.05, away * 0.05), across, away))


def glass(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """A dark polished plate."""
    base = linear("17181b") if colour is None else colour * 0.5
    return Cover(np.broadcast_to(base, (*across.shape, 3)), _flat(across), gloss=0.85, blur=0.004)


def water(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Shallow water with rings of waves."""
    bend = Noise(chance, 2.0)
    distance = np.hypot(across, away)
    height = np.sin(distance * 7) * np.exp(-distance * 0.30) + 0.6 * bend.broad(across * 0.09, away * 0.12)
    base = linear("1d4550") if colour is None else colour * 0.6
    return Cover(np.broadcast_to(base, (*across.shape, 3)), _slopes(0.03 * height, across, away), gloss=0.75, blur=0.02)


def leather(across: Floats, away: Floats, colour: Floats | None, chance: np.random.Generator) -> Cover:
    """Grained hide."""
    cells = Noise(chance, 0.9)
    height = -np.abs(cells.at(across * 0.22, away * 0.22)) - 0.5 * np.abs(cells.at(across * 0.41, away * 0.41 + 0.3))
    base = linear("4a2c1c") if colour is None else colour
    return Cover(
        base * (1 + 0.10 * height[..., None]), _slopes(0.03 * height, across, away), gloss=0.12, sheen=0.1, blur=0.08
    )


SURFACES: dict[str, Weave] = {
    "paper": paper, "marble": marble, "slate": slate, "wood": wood, "linen": linen, "velvet": velvet, "silk": silk,
    "sand": sand, "snow": snow, "glass": glass, "water": water, "leather": leather,
}  # fmt: skip


def lean(slopes: Floats) -> Floats:
    """Return the upright normals of a ground with those slopes (H × W × 2 → H × W × 3)."""
    up = np.ones(slopes.shape[:2], np.float32)
    return unit(np.stack([-slopes[..., 0], up, -slopes[..., 1]], axis=2).astype(np.float32))
