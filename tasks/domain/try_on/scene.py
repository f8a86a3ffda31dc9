"""The person whom the jewelry is put on: which part of the body, in which light, and what she or he wears besides."""

import numpy as np

from tasks.domain.try_on import bust, ear, limbs, skin
from tasks.domain.try_on.extents import Extent, bump, extent_of, grid

SCENE_PX = 1000  # long side at which a scene is computed; grain is added at full size
TONES = {"female": (0.875, 0.690, 0.590), "male": (0.830, 0.635, 0.520), "neutral": (0.855, 0.665, 0.560)}
SLENDER = {"female": 1.12, "male": 0.86, "neutral": 1.0}
FABRICS = {"female": (0.27, 0.29, 0.36), "male": (0.22, 0.25, 0.29), "neutral": (0.30, 0.31, 0.33)}
SMALL = 0.10  # a piece narrower than this share of the picture is shown on skin close up
EARRING_WIDEST = 0.42  # two earrings side by side, or one larger than an ear, are too


def draw(mask: np.ndarray, jewelry_type: str, gender: str, seed: int) -> np.ndarray:
    """Return the scene for a piece that covers `mask` (bool, H × W, at scene size): float32 sRGB 0-1.

    Unknown words for the piece give plain skin, unknown genders the neutral look.
    """
    rng = np.random.default_rng(seed)
    look = gender if gender in TONES else "neutral"
    extent, shape = extent_of(mask), (mask.shape[0], mask.shape[1])
    share = extent.width / shape[1]
    if jewelry_type == "earring" and share < EARRING_WIDEST:
        return ear.portrait(extent, shape, TONES[look], rng)
    if jewelry_type == "necklace" and share > SMALL:
        return _portrait(extent, shape, look, rng)
    if jewelry_type in ("bracelet", "watch") and share > SMALL:
        return _before_room(limbs.forearm(extent, shape, slender=SLENDER[look]), TONES[look], rng)
    if jewelry_type == "ring" and share > SMALL:
        return _before_room(limbs.fingers(extent, shape, slender=SLENDER[look]), TONES[look], rng)
    return skin.lit(limbs.plain(shape), TONES[look], rng, pores=0.8)


def _before_room(surface: skin.Surface, tone: skin.Tone, rng: np.random.Generator) -> np.ndarray:
    """The lit surface before the backdrop, on which it throws a soft shadow."""
    shape = surface.height.shape
    side = max(shape)
    shadow = skin.blurred(skin.shifted(surface.cover, 0.03 * side, 0.04 * side), 0.035 * side)
    back = skin.room(shape, rng) * (1 - 0.30 * shadow)[..., None]
    cover = surface.cover[..., None]
    return back * (1 - cover) + skin.lit(surface, tone, rng) * cover


def _portrait(extent: Extent, shape: tuple[int, int], look: str, rng: np.random.Generator) -> np.ndarray:
    """Neck and bust from below the chin to the neckline of a top."""
    where = bust.place(extent, shape[1])
    surface = bust.bust(where, shape, slender=SLENDER[look])
    picture = _before_room(surface, TONES[look], rng)
    dark = _chin_shadow(where, shape) * surface.cover
    picture *= 1 - dark[..., None] * np.array([0.9, 1.0, 1.05], np.float32)
    return _dressed(picture, surface, where, extent, FABRICS[look], rng)


def _chin_shadow(where: bust.Place, shape: tuple[int, int]) -> np.ndarray:
    """What the head above keeps from the neck, its edge soft and slanting away from the light."""
    x, y = grid(shape)
    u, v = where.across(x), where.down(y)
    edge = bust.CHIN + 0.34 + 0.26 * u - 0.30 * (u - 0.2) ** 2
    return 0.52 / (1 + np.exp((v - edge) / 0.11)) * np.clip((v - bust.CHIN + 0.1) / 0.12, 0.25, 1)


def _dressed(
    picture: np.ndarray,
    surface: skin.Surface,
    where: bust.Place,
    extent: Extent,
    fabric: skin.Tone,
    rng: np.random.Generator,
) -> np.ndarray:
    """A plain top with a wide neckline that leaves the jewelry free."""
    neck = where.neck
    beyond = _below_neckline(where, extent, surface.height.shape)
    cloth = (np.clip(beyond / 1.5 + 0.5, 0, 1) * surface.cover).astype(np.float32)
    raised = skin.blurred(surface.height, 0.10 * neck) + neck * _folds(where, cloth, beyond, rng)
    woven = skin.lit(skin.Surface(raised.astype(np.float32), surface.cover), fabric, rng, pores=0.8)
    shade = np.clip(skin.blurred(skin.shifted(cloth, -0.01 * neck, -0.02 * neck), 0.02 * neck), 0, 1)
    picture = picture * (1 - 0.28 * shade * (1 - cloth))[..., None]
    return picture * (1 - cloth[..., None]) + woven * cloth[..., None]


def _below_neckline(where: bust.Place, extent: Extent, shape: tuple[int, ...]) -> np.ndarray:
    """Pixels below the edge of the top, a wide scoop from shoulder to shoulder."""
    x, y = grid((shape[0], shape[1]))
    u, v = np.abs(where.across(x)), where.down(y)
    lowest = max(1.55, (extent.bottom - where.shoulders) / where.neck + 0.30)
    reach = max(extent.right - where.axis, where.axis - extent.left) / where.neck
    scoop = np.clip(u / max(1.75, reach + 0.25), 0, 1.4) ** 2.6
    return (v - lowest + (lowest + 0.6) * scoop) * where.neck


def _folds(where: bust.Place, cloth: np.ndarray, beyond: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The cloth's relief in half widths of the neck: its thickness, a hem, slack folds."""
    x, y = grid((cloth.shape[0], cloth.shape[1]))
    u, v = np.abs(where.across(x)), where.down(y)
    thickness = 0.03 * skin.blurred(cloth, 0.008 * where.neck)
    hem = 0.006 * bump(beyond - 0.055 * where.neck, 0.006 * where.neck)
    slack = 0.02 * skin.noise(x.shape, 0.5 * where.neck, rng)
    waves = 0.006 * np.sin(9 * v + 3 * u + skin.noise(x.shape, where.neck, rng))
    return thickness - hem + slack + waves
