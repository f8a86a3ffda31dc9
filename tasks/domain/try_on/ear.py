"""An ear seen from the side, with cheek, jaw, neck and hair around it; the piece hangs from its lobe."""

import cv2
import numpy as np
from scipy.interpolate import CubicSpline

from tasks.domain.try_on import skin
from tasks.domain.try_on.extents import Extent, bump, grid, smooth
from tasks.domain.try_on.skin import Surface, blurred

Curve = tuple[tuple[float, float], ...]

# In ear heights: x from where the ear joins the cheek to its back, y from its top to the end of its lobe.
OUTLINE: Curve = (
    (0.09, 0.42), (0.06, 0.26), (0.11, 0.10), (0.24, 0.01), (0.40, 0.02), (0.53, 0.12), (0.57, 0.28), (0.54, 0.44),
    (0.46, 0.60), (0.38, 0.74), (0.34, 0.87), (0.26, 0.98), (0.15, 1.00), (0.07, 0.93), (0.05, 0.80), (0.07, 0.62),
)  # fmt: skip
HELIX: Curve = (
    (0.22, 0.45), (0.13, 0.42), (0.10, 0.30), (0.14, 0.14), (0.25, 0.06), (0.40, 0.065), (0.50, 0.15), (0.53, 0.29),
    (0.50, 0.43), (0.43, 0.57), (0.36, 0.70),
)  # fmt: skip
FOLD: Curve = ((0.19, 0.24), (0.29, 0.25), (0.37, 0.34), (0.39, 0.46), (0.34, 0.58), (0.26, 0.665), (0.20, 0.68))
FOLD_FORK: Curve = ((0.31, 0.14), (0.37, 0.22), (0.385, 0.34))
JAW: Curve = (
    (-0.06, -1.4), (-0.06, 0.0), (-0.10, 0.25), (-0.17, 0.50), (-0.27, 0.70), (-0.45, 0.86), (-0.80, 1.04),
    (-1.30, 1.22), (-4.0, 2.1), (-4.0, -6.0), (4.0, -6.0), (4.0, -1.4),
)  # fmt: skip
HOLE = (0.20, 0.90)  # where the piece hangs
LEAN_DEG = 10.0  # ears lean back
HAIR = (0.20, 0.135, 0.10)


def place(extent: Extent, shape: tuple[int, int]) -> tuple[float, float, float]:
    """x and y of the pierced hole and the ear's height, in pixels; a long pendant hangs from a larger ear."""
    hole_x, hole_y = (extent.top_left + extent.top_right) / 2, extent.top + 0.04 * extent.height
    size = float(np.clip(1.5 * extent.height, 0.42 * shape[1], 0.85 * shape[1]))
    return hole_x, hole_y, size


def portrait(extent: Extent, shape: tuple[int, int], tone: skin.Tone, rng: np.random.Generator) -> np.ndarray:
    """The picture: float32 sRGB 0-1."""
    hole_x, hole_y, size = place(extent, shape)
    x, y = grid(shape)
    p, q = (x - hole_x) / size, (y - hole_y) / size
    inside, relief = _ear(hole_x, hole_y, size, shape)
    head = _head(hole_x, hole_y, size, shape)
    lifted = head + inside * 0.10 + relief
    surface = Surface((lifted * size).astype(np.float32), np.ones(shape, np.float32))
    picture = skin.lit(surface, _warmer(tone), rng, pores=0.6)
    across, uneven = _strands(p, q, size, rng)
    cover = _hair_cover(p, q, uneven)
    picture *= 1 - 0.35 * blurred(cover.astype(np.float32), 0.03 * size)[..., None]
    hair = (cover * (1 - smooth(inside * 1.6)))[..., None]
    picture = picture * (1 - hair) + _hair(across, uneven) * hair
    behind = np.clip(blurred(skin.shifted(inside, 0.035 * size, 0.02 * size), 0.025 * size) - 0.05, 0, 1) * (1 - inside)
    return picture * (1 - 0.5 * behind * smooth((p + 0.10) / 0.12))[..., None]


def _warmer(tone: skin.Tone) -> skin.Tone:
    return tone[0], tone[1] * 0.985, tone[2] * 0.975


def _ear(hole_x: float, hole_y: float, size: float, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Cover 0-1 of the ear, and its relief in ear heights above its plate."""
    outline, helix, fold, fork = (_spot(_curve(c), hole_x, hole_y, size) for c in (OUTLINE, HELIX, FOLD, FOLD_FORK))
    filled = np.zeros(shape, np.uint8)
    cv2.fillPoly(filled, [_fixed(outline)], (255,), cv2.LINE_AA, 4)
    soft = blurred(filled.astype(np.float32) / 255, 0.012 * size)
    rim, ridge, branch = (_distance(line, shape) / size for line in (helix, fold, fork))
    edge = cv2.distanceTransform((filled > 127).astype(np.uint8), cv2.DIST_L2, 5) / size
    x, y = grid(shape)
    a, b = _ear_axes(x, y, hole_x, hole_y, size)
    relief = 0.050 * bump(rim, 0.034) + 0.045 * bump(ridge, 0.045) + 0.025 * bump(branch, 0.04)
    bowl = bump(a - 0.235, 0.10) * bump(b - 0.50, 0.14)
    relief = relief - 0.115 * bowl - 0.020 * bump(a - 0.27, 0.05) * bump(b - 0.20, 0.05)
    relief += 0.055 * bump(a - 0.105, 0.045) * bump(b - 0.53, 0.06) + 0.030 * bump(a - 0.20, 0.04) * bump(
        b - 0.67, 0.03
    )
    relief += 0.035 * bump(a - 0.20, 0.10) * bump(b - 0.88, 0.10)
    relief += 0.06 * np.sqrt(np.clip(edge / 0.06, 0, 1))
    return soft, blurred((relief * soft).astype(np.float32), 0.006 * size)


def _ear_axes(x: np.ndarray, y: np.ndarray, hole_x: float, hole_y: float, size: float) -> tuple[np.ndarray, np.ndarray]:
    turn = np.deg2rad(LEAN_DEG)
    dx, dy = (x - hole_x) / size, (y - hole_y) / size
    return HOLE[0] + dx * np.cos(turn) + dy * np.sin(turn), HOLE[1] - dx * np.sin(turn) + dy * np.cos(turn)


def _spot(curve: np.ndarray, hole_x: float, hole_y: float, size: float) -> np.ndarray:
    """Places of a curve in the picture: the ear leant back about the hole."""
    turn = np.deg2rad(LEAN_DEG)
    a, b = curve[:, 0] - HOLE[0], curve[:, 1] - HOLE[1]
    dx, dy = a * np.cos(turn) - b * np.sin(turn), a * np.sin(turn) + b * np.cos(turn)
    return np.stack([hole_x + size * dx, hole_y + size * dy], axis=1)


def _curve(points: Curve) -> np.ndarray:
    """A smooth curve through the points; closed when it is the outline."""
    given = np.array([*points, points[0]] if points is OUTLINE else points)
    ways = CubicSpline(np.arange(len(given)), given, bc_type="periodic" if points is OUTLINE else "natural")
    return ways(np.linspace(0, len(given) - 1, 12 * len(given)))


def _fixed(line: np.ndarray) -> np.ndarray:
    return np.round(line * 16).astype(np.int32).reshape(-1, 1, 2)


def _distance(line: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Pixels to the line."""
    drawn = np.full(shape, 255, np.uint8)
    cv2.polylines(drawn, [_fixed(line)], False, (0,), 1, cv2.LINE_8, 4)
    if drawn.all():  # the line lies outside the picture
        return np.full(shape, 1e6, np.float32)
    return cv2.distanceTransform(drawn, cv2.DIST_L2, 5)


def _head(hole_x: float, hole_y: float, size: float, shape: tuple[int, int]) -> np.ndarray:
    """Cheek, jaw and neck in ear heights; the face stands out before the neck, its edge well rounded."""
    x, y = grid(shape)
    p, q = (x - hole_x) / size, (y - hole_y) / size
    face = np.zeros(shape, np.uint8)
    jaw = np.array(JAW) * size + (hole_x, hole_y)
    cv2.fillPoly(face, [_fixed(jaw)], (255,), cv2.LINE_AA, 4)
    rounded = 0.6 * blurred(face.astype(np.float32) / 255, 0.10 * size)
    rounded += 0.4 * blurred(face.astype(np.float32) / 255, 0.20 * size)
    dome = -0.16 * (p + 0.55) ** 2 - 0.06 * (q + 0.1) ** 2
    cord = 0.06 * bump(p - 0.20 + 0.33 * (q - 0.3), 0.17) * smooth((q - 0.15) / 0.5)
    return dome + 0.26 * rounded + cord


def _hair_cover(p: np.ndarray, q: np.ndarray, strands: np.ndarray) -> np.ndarray:
    """Hair drawn back from the temple over the ear to the nape; single strands stand out of its line."""
    back = p - 0.30 + 0.20 * np.clip(q, -1, 0.3) - 0.42 * np.clip(q - 0.1, 0, None)
    over = -q - 0.84 - 0.45 * np.clip(-p - 0.05, 0, 0.9) ** 1.5 + 0.10 * smooth((p + 0.05) / 0.3)
    depth = 0.5 * (back + over + np.hypot(back - over, 0.12))  # the larger of both, without a corner
    return smooth((depth + 0.016 * strands) / 0.085)


def _strands(p: np.ndarray, q: np.ndarray, size: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Place across the strands, which sweep back and down, and their unevenness."""
    bend = 0.022 * skin.noise((p.shape[0], p.shape[1]), 0.6 * size, rng)
    across = q - 0.35 * p + 0.30 * np.clip(p + 0.2, 0, None) ** 2 * np.tanh((0.2 - q) / 0.6) + bend
    uneven = np.zeros(p.shape, np.float32)
    for per_ear, weight in ((18, 0.30), (60, 0.40), (150, 0.45), (330, 0.35)):
        line = rng.standard_normal(4096).astype(np.float32)
        drift = 0.25 * skin.noise((p.shape[0], p.shape[1]), 0.25 * size, rng)
        uneven += weight * np.interp((across + 5) * per_ear % 4095 + drift, np.arange(4096), line).astype(np.float32)
    return across, uneven


def _hair(across: np.ndarray, uneven: np.ndarray) -> np.ndarray:
    """Brown hair with a band of shine across the strands."""
    shine = bump(across + 1.05 + 0.05 * uneven, 0.20) + 0.55 * bump(across - 0.25 + 0.05 * uneven, 0.22)
    bright = np.clip(0.70 + 0.17 * uneven, 0.2, 1.5) * (0.80 + 1.0 * shine)
    return np.clip(np.array(HAIR, np.float32) * bright[..., None] * 1.2, 0, 1).astype(np.float32)
