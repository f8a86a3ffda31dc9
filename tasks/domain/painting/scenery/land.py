"""Land in layers: ridges one behind another, hazier with distance; dunes, meadows, hills and peaks."""

import numpy as np

from tasks.domain.painting.arrays import Floats, mix, smooth_step
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape
from tasks.domain.painting.scenery.sky import sky

ROCK, SNOW, PINE = linear("6b665f"), linear("eef2f6"), linear("2c3f30")
GRASS, WHEAT, SAND = linear("5c7336"), linear("b99a4a"), linear("d9a566")


def profile(width: int, chance: np.random.Generator, *, roughness: float, waves: float) -> Floats:
    """Return a line of hills, about 0 with a spread of 1."""
    count = np.arange(1, 160)
    turns, sizes = chance.uniform(0, 2 * np.pi, 159), chance.normal(0, 1, 159) / count**roughness
    x = np.linspace(0, 2 * np.pi * waves, width)[:, None]
    line = (sizes * np.sin(x * count * 0.5 + turns)).sum(1)
    return ((line - line.mean()) / max(float(line.std()), 1e-6)).astype(np.float32)


def over(picture: Floats, top: Floats, colour: Floats, *, edge_px: float = 1.2) -> Floats:
    """Return the picture with a layer of `colour` from the rows `top` (one a column) downwards."""
    rows = np.arange(picture.shape[0], dtype=np.float32)[:, None]
    return mix(picture, colour, smooth_step(-edge_px, edge_px, rows - top[None])[..., None])


def hazed(colour: Floats, air: Air, distance: float) -> Floats:
    """Return a colour as it looks so far away (0 near, 1 at the horizon)."""
    return mix(colour, air.mist, 1 - np.exp(-air.haze * 2.6 * distance**1.25))


def covered(colour: Floats, air: Air) -> Floats:
    """Return the colour of land, under snow where it snows."""
    return mix(colour, SNOW, 0.72) if air.weather == "snow" else colour


def sunlit(colour: Floats, air: Air, amount: Floats | float) -> Floats:
    """Return land of that colour under the sun and the sky: `amount` is how much it faces the sun."""
    sky_light = (air.middle + air.top) * 0.42 + 0.02
    amount = np.asarray(amount, np.float32)
    lit = amount[..., None] if amount.ndim else amount
    return np.asarray(colour * (sky_light * (0.35 + air.land) + lit * air.sun * (0.25 + air.land)), np.float32)


def mountains(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """Peaks behind ridges behind wooded hills, with mist between them."""
    chance = order.chance("mountains")
    picture = sky(shape, 0.62, air, order)
    height, width = shape
    for layer, distance in enumerate((0.95, 0.70, 0.48)):
        base = (0.40 + 0.10 * layer + chance.uniform(-0.02, 0.02)) * height
        line = profile(width, chance, roughness=1.42 + 0.08 * layer, waves=1.5 + 0.4 * layer)
        sharp = np.abs(line) ** 0.85 * np.sign(line)
        top = base - sharp * (0.085 - 0.008 * layer) * height
        picture = _peaks(picture, top, air, distance, order, layer)
        picture = _mist(picture, top, air, 0.38 + 0.12 * (air.weather == "fog"))
    for layer, distance in enumerate((0.25, 0.06)):
        line = profile(width, chance, roughness=1.25, waves=1.1)
        top = (0.76 + 0.11 * layer) * height - line * 0.035 * height
        picture = over(
            picture,
            _wooded(top, chance, 0.016 + 0.014 * layer),
            hazed(sunlit(covered(PINE, air), air, 0.22), air, distance),
        )
        picture = _mist(picture, top, air, 0.16)
    return picture


def _peaks(picture: Floats, top: Floats, air: Air, distance: float, order: PaintingOrder, layer: int) -> Floats:
    """One range: rock and snow, lit from the sun's side."""
    height, width = picture.shape[:2]
    noise = Noise(order.chance(f"rock {layer}"), 1.6)
    rows, columns = np.indices((height, width), np.float32)
    below = np.maximum(rows - top[None], 0) / height
    gully = noise.at(columns / height * 0.5 + below * 0.5, below * 0.55 + 0.13 * layer)
    across = noise.at(columns / height * 0.5 + below * 0.5 + 0.005, below * 0.55 + 0.13 * layer)
    side = 1 if air.sun_place[0] > 0.5 else -1
    slope = -np.gradient(top) * side
    lit = np.clip(0.42 + 0.55 * np.tanh(slope)[None] + side * 3.0 * (gully - across), 0, 1)
    white = smooth_step(0.2, -0.7, below * 9 + gully * 0.55 - 1.2) if layer < 2 else np.zeros_like(gully)
    colour = mix(ROCK, SNOW, white[..., None])
    face = hazed(sunlit(colour, air, lit), air, distance)
    return over(picture, top, face)


def _wooded(top: Floats, chance: np.random.Generator, size: float) -> Floats:
    """The line of hills with the tips of firs on it."""
    width = len(top)
    step = max(3, int(size * width * 0.30))
    tips = np.zeros(width, np.float32)
    for start in range(0, width, step):
        tall = chance.uniform(0.4, 1.0) * size * width * 0.7
        reach = np.arange(start, min(width, start + step))
        share = 1 - np.abs((reach - start) / step - 0.5) * 2
        tips[reach] = np.maximum(tips[reach], share**1.3 * tall)
    return np.asarray(top - tips, np.float32)


def _mist(picture: Floats, top: Floats, air: Air, strength: float) -> Floats:
    """Mist that lies at the foot of a range."""
    height = picture.shape[0]
    rows = np.arange(height, dtype=np.float32)[:, None]
    share = smooth_step(0.02, 0.20, (rows - top[None]) / height) * strength * min(air.haze, 1.3)
    return mix(picture, air.mist, share[..., None])


def desert(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """Dunes whose crests part light from shadow."""
    chance = order.chance("dunes")
    picture = sky(shape, 0.52, air, order)
    height, width = shape
    ripple = Noise(order.chance("ripples"), 1.5)
    rows, columns = np.indices(shape, np.float32)
    side = 1 if air.sun_place[0] > 0.5 else -1
    for layer in range(5):
        near = layer / 4
        line = profile(width, chance, roughness=2.1, waves=0.55 + 0.25 * (1 - near))
        top = (0.50 + 0.125 * layer) * height - line * (0.018 + 0.040 * near) * height
        fall = np.maximum(rows - top[None], 0) / height
        crest = (
            profile(width, chance, roughness=2.0, waves=0.5) * 0.10 + columns / width * 1.4 - chance.uniform(0.2, 1.0)
        )
        lit = smooth_step(-0.05, 0.05, side * (crest - fall * 1.6 * (1 if layer % 2 else -1)))
        fine = 0.06 * np.sin(fall * 260 / (0.35 + near) + 5 * ripple.at(columns / height * 0.5, fall * 2)) * near
        colour = sunlit(covered(SAND, air), air, np.clip(0.12 + 0.95 * lit + fine, 0, 1.2))
        picture = over(picture, top, hazed(colour, air, (1 - near) * 0.75))
    return picture


def meadow(shape: Shape, air: Air, order: PaintingOrder, *, crop: Floats = GRASS) -> Floats:
    """Fields that roll away to hills, with single trees."""
    crop = covered(crop, air)
    chance = order.chance("meadow")
    picture = sky(shape, 0.55, air, order)
    height, width = shape
    for layer in range(3):
        top = (0.52 + 0.025 * layer) * height - profile(width, chance, roughness=1.9, waves=0.8) * 0.018 * height
        picture = over(
            picture,
            _wooded(top, chance, 0.006) if layer == 1 else top,
            hazed(sunlit(covered(PINE * 1.3, air), air, 0.35), air, 0.85 - 0.2 * layer),
        )
    blades, broad = Noise(order.chance("blades"), 0.9, 3.0), Noise(order.chance("fields"), 2.0)
    rows, columns = np.indices(shape, np.float32)
    top = 0.60 * height - profile(width, chance, roughness=2.2, waves=0.5) * 0.014 * height
    away = 1 / np.maximum((rows - top[None]) / height + 0.055, 0.02)
    across = (columns / width - 0.5) * away
    texture = blades.at(across * 0.35, away * 0.16) * smooth_step(16, 3, away) + 0.8 * broad.broad(
        across * 0.02 + 0.5, away * 0.02
    )
    colour = sunlit(
        mix(crop, crop * np.array([1.5, 1.25, 0.7], np.float32), smooth_step(-1, 2, texture)[..., None]),
        air,
        np.clip(0.55 + 0.22 * texture, 0, 1.2),
    )
    picture = over(picture, top, mix(colour, hazed(colour, air, 0.6), smooth_step(5, 18, away)[..., None]))
    return _trees(picture, top, air, order)


def _trees(picture: Floats, ground: Floats, air: Air, order: PaintingOrder) -> Floats:
    """A few broad trees where the field begins."""
    chance = order.chance("trees")
    height, width = picture.shape[:2]
    rows, columns = np.indices((height, width), np.float32)
    leaves = Noise(order.chance("leaves"), 1.1)
    for _ in range(int(chance.integers(1, 4))):
        centre, size = chance.uniform(0.08, 0.92) * width, chance.uniform(0.05, 0.12) * height
        foot = float(ground[int(np.clip(centre, 0, width - 1))]) + size * 0.12
        away = np.hypot((columns - centre) / (size * 1.15), (rows - foot + size * 1.5) / size)
        rough = leaves.at(columns / height * 2.2, rows / height * 2.2)
        crown = smooth_step(1.05, 0.85, away + 0.16 * rough)
        side = (columns - centre) / size * (1 if air.sun_place[0] > 0.5 else -1) - (rows - foot + size * 1.5) / size
        lit = np.clip(0.22 + 0.30 * side + 0.16 * rough, 0, 1)
        trunk = smooth_step(0.10, 0.06, np.abs(columns - centre) / size) * (rows < foot) * (rows > foot - size * 1.2)
        picture = mix(picture, sunlit(ROCK * 0.35, air, 0.2), trunk[..., None])
        picture = mix(picture, sunlit(covered(PINE * 1.2, air), air, lit), crown[..., None])
    return picture
