"""Still lifes without jewelry: vases, bowls, bottles, fruit and candles, turned on a lathe and set on a table."""

import numpy as np

from tasks.domain.painting.arrays import Floats, vector
from tasks.domain.painting.camera import Camera
from tasks.domain.painting.colours import linear
from tasks.domain.painting.jewels.choosing import View
from tasks.domain.painting.metals import METALS
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.pieces import Matter, Part, Piece, together
from tasks.domain.painting.reading import Brief
from tasks.domain.painting.solids import ball, tube, turned
from tasks.domain.painting.stills import Still, lit_still
from tasks.domain.painting.tables import backdrop_of, lighting, view_camera

Profile = tuple[tuple[float, float], ...]
# Distance from the axis and height, from the top outside down, and the lip first.
VASES = (
    ((0.30, 1.9), (0.36, 1.95), (0.30, 1.75), (0.26, 1.55), (0.40, 1.25), (0.66, 0.9),
     (0.70, 0.6), (0.56, 0.22), (0.40, 0.02), (0.01, 0.0)),
    ((0.24, 2.2), (0.29, 2.24), (0.22, 1.95), (0.20, 1.5), (0.30, 1.1), (0.44, 0.7),
     (0.46, 0.4), (0.40, 0.1), (0.34, 0.0), (0.01, 0.0)),
    ((0.58, 1.30), (0.64, 1.32), (0.68, 1.1), (0.74, 0.8), (0.70, 0.45), (0.55, 0.15), (0.40, 0.0), (0.01, 0.0)),
)  # fmt: skip
BOWL = ((0.80, 0.66), (0.96, 0.70), (1.0, 0.68), (0.95, 0.50), (0.75, 0.24), (0.48, 0.08), (0.42, 0.0), (0.01, 0.0))
BOTTLE = ((0.13, 2.4), (0.18, 2.42), (0.18, 2.2), (0.15, 2.15), (0.15, 1.75), (0.22, 1.55),
          (0.42, 1.35), (0.45, 1.1), (0.45, 0.1), (0.40, 0.0), (0.01, 0.0))  # fmt: skip
GLAZES = [linear(code) for code in ("e4ddd0", "54707a", "8a9a80", "b5674a", "2f3d4f", "c9a97c")]
FRUITS = {
    "apple": linear("b3262a"),
    "lemon": linear("e6c52f"),
    "orange": linear("e07a1f"),
    "plum": linear("4a2440"),
    "pear": linear("b7b347"),
}
WAX, FLAME, STALK = linear("efe6d2"), vector(5.0, 2.6, 0.8), linear("4a3520")


def vessels(brief: Brief, order: PaintingOrder) -> Floats:
    """Return a vase or a bottle among fruit, or candles where they are asked for."""
    chance = order.chance("vessels")
    words = order.prompt.lower()
    pieces = [_vessel(words, brief, chance).standing(x=chance.uniform(-0.7, -0.3), z=-0.25)]
    if "candle" in words:
        pieces += [_candle(tall).standing(x=x, z=z) for tall, x, z in ((1.5, 0.75, 0.0), (1.0, 1.3, 0.35))]
    else:
        pieces += _fruit(words, chance)
    lights, surface, colour, behind = lighting(brief, chance)
    camera: Camera = view_camera(View(15, 3.9, 0.95), brief, order, chance)
    backdrop = backdrop_of(brief, order, camera, behind, lights)
    still = Still(together(pieces), camera, lights, surface, colour, backdrop, 1.5, 0.9)
    return lit_still(still, order.chance("surface")) * lights.exposure


def _vessel(words: str, brief: Brief, chance: np.random.Generator) -> Piece:
    profile: Profile = VASES[int(chance.integers(len(VASES)))]
    if "bottle" in words:
        profile = BOTTLE
    if "bowl" in words or "dish" in words:
        profile = BOWL
    metal = brief.first("metal")
    glaze = brief.colours[0] if brief.colours else GLAZES[int(chance.integers(len(GLAZES)))]
    matter = METALS[metal] if metal else Matter("glaze", glaze, 0.05, 0.05)
    known = np.array(profile, np.float32)
    at = np.linspace(0, len(known) - 1, 60)
    smooth = np.stack([_curved(at, known[:, axis]) for axis in (0, 1)], axis=1).astype(np.float32)
    return Piece([Part(turned(smooth, 72), matter)], [], [turned(known, 14)])


def _curved(at: Floats, known: Floats) -> Floats:
    """A line through known values, its corners rounded."""
    line = np.interp(at, np.arange(len(known)), known)
    padded = np.pad(line, 3, mode="edge")
    rounded = np.convolve(padded, np.array([1, 2, 3, 4, 3, 2, 1]) / 16, mode="valid")
    rounded[0], rounded[-1] = line[0], line[-1]
    return np.maximum(rounded, 0)


def _fruit(words: str, chance: np.random.Generator) -> list[Piece]:
    named = [name for name in FRUITS if name in words] or [
        str(name) for name in chance.choice(list(FRUITS), 2, replace=False)
    ]
    pieces = []
    for number in range(int(chance.integers(2, 5))):
        name = named[number % len(named)]
        x, z = 0.45 + 0.60 * number * (1 if number % 2 else 0.8) * 0.8, chance.uniform(-0.1, 0.75)
        pieces.append(
            _one_fruit(name, chance).standing(
                yaw_deg=chance.uniform(0, 360), lean_deg=chance.uniform(-14, 14), x=x, z=z
            )
        )
    return pieces


def _one_fruit(name: str, chance: np.random.Generator) -> Piece:
    size = chance.uniform(0.30, 0.36)
    radii = {"lemon": (0.82, 0.82, 1.15), "plum": (0.75, 0.8, 0.75), "pear": (0.85, 1.15, 0.85)}.get(
        name, (1.0, 0.93, 1.0)
    )
    body = ball(vector(0, 0, 0), np.array(radii, np.float32) * size, 44)
    if name in ("apple", "plum", "pear"):
        dent = np.exp(-((body.points[:, 0] ** 2 + body.points[:, 2] ** 2) / (size * 0.3) ** 2)) * (
            body.points[:, 1] > 0
        )
        body.points[:, 1] -= 0.16 * size * dent
    peel = Matter(name, FRUITS[name] * chance.uniform(0.85, 1.1), 0.045, 0.12)
    stalk = tube(np.linspace([0, size * 0.7, 0], [0.06, size * 1.2, 0.02], 6).astype(np.float32), 0.018, sides=6)
    return Piece(
        [Part(body, peel), Part(stalk, Matter("stalk", STALK, 0.03, 0.3))], [], [ball(vector(0, 0, 0), size * 0.95, 10)]
    )


def _candle(tall: float) -> Piece:
    wax = turned(
        np.array(
            [(0.01, tall - 0.03), (0.16, tall - 0.03), (0.19, tall), (0.2, tall - 0.04), (0.2, 0.0), (0.01, 0)],
            np.float32,
        ),
        40,
    )
    wick = tube(np.linspace([0, tall - 0.05, 0], [0.01, tall + 0.07, 0], 5).astype(np.float32), 0.012, sides=6)
    flame = turned(
        np.array([(0.004, 0.36), (0.03, 0.26), (0.055, 0.14), (0.05, 0.06), (0.02, 0.0)], np.float32)
        + np.array([0, tall + 0.05], np.float32),
        20,
    )
    parts = [
        Part(wax, Matter("wax", WAX, 0.04, 0.2)),
        Part(wick, Matter("wick", STALK, 0.02, 0.3)),
        Part(flame, Matter("flame", FLAME, 0.0, 0.3)),
    ]
    return Piece(parts, [], [wax])
