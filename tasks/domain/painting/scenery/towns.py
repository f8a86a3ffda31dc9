"""Towns and houses: a skyline with its windows over water, and a house or barn in the country."""

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, smooth_step, vector
from tasks.domain.painting.colours import linear
from tasks.domain.painting.noise import Noise
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.scenery.atmosphere import Air, Shape
from tasks.domain.painting.scenery.land import covered, hazed, meadow, sunlit
from tasks.domain.painting.scenery.sky import sky

LAMP = vector(1.0, 0.66, 0.30)
FACADES = [linear(code) for code in ("8d8478", "6f7680", "9b8f86", "58606b", "a39a8a", "77706b")]
WALLS = {"barn": linear("8a2f24"), "house": linear("cfc4b2"), "wood": linear("7a5a40")}
WATERLINE = 0.72


def city(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    """A skyline in three rows behind a river that mirrors it."""
    picture = sky(shape, WATERLINE, air, order)
    chance = order.chance("city")
    for layer, distance in enumerate((0.75, 0.45, 0.15)):
        picture = _row_of_buildings(picture, air, distance, chance, layer)
        picture = mix(picture, air.mist, _low_mist(picture, 0.16 * air.haze)[..., None])
    return _river(picture, air, order)


def _row_of_buildings(picture: Floats, air: Air, distance: float, chance: np.random.Generator, layer: int) -> Floats:
    height, width = picture.shape[:2]
    left = -chance.uniform(0, 0.05) * width
    base = int(WATERLINE * height)
    while left < width:
        wide = chance.uniform(0.030, 0.075) * width * (0.8 + 0.25 * layer)
        middle = abs((left + wide / 2) / width - 0.5) * 2
        tall = chance.gamma(3.2, 0.055) * (1.25 - 0.65 * middle) * (1.15 - 0.22 * layer) * height + 0.05 * height
        _building(picture, air, distance, chance, (int(left), int(base - tall), int(left + wide), base))
        left += wide * chance.uniform(0.9, 1.15)
    return picture


def _building(
    picture: Floats, air: Air, distance: float, chance: np.random.Generator, box: tuple[int, int, int, int]
) -> None:
    """Draw one building: a lit and a shaded side, floors of windows, now and then a spire."""
    height, width = picture.shape[:2]
    left, top, right, base = max(box[0], 0), max(box[1], 2), min(box[2], width), box[3]
    if right - left < 4 or base - top < 6:
        return
    colour = FACADES[int(chance.integers(len(FACADES)))] * chance.uniform(0.7, 1.15)
    rows, columns = np.mgrid[top:base, left:right].astype(np.float32)
    side = 1 if air.sun_place[0] * width > (left + right) / 2 else -1
    edge = left + (right - left) * (0.70 if side > 0 else 0.30)
    lit = np.where((columns - edge) * side > 0, 0.75, 0.18)
    face = sunlit(colour, air, lit.astype(np.float32))
    step = max(3.0, height * (0.007 + 0.006 * (1 - distance)))
    across, down = ((columns - box[0]) / step) % 1, ((rows - box[1]) / (step * 1.35)) % 1
    pane = (
        smooth_step(0.18, 0.30, across)
        * smooth_step(0.86, 0.74, across)
        * smooth_step(0.2, 0.32, down)
        * smooth_step(0.85, 0.74, down)
    )
    numbers = np.floor((columns - box[0]) / step) * 57 + np.floor((rows - box[1]) / (step * 1.35)) * 131 + box[0]
    lottery = np.abs(np.sin(numbers * 12.9898) * 43758.5453) % 1
    glow = (
        (lottery < (0.42 if air.land < 0.3 else 0.04))
        * (0.5 + 0.9 * (lottery * 7 % 1))
        * np.clip(0.65 - air.land, 0.05, 0.6)
    )
    panes = mix(face * 0.45, air.middle * 0.55, 0.45) + (glow * 2.2)[..., None] * mix(
        LAMP, vector(0.9, 0.95, 1.0), (lottery * 13 % 1 > 0.8)[..., None]
    )
    picture[top:base, left:right] = hazed(mix(face, panes, pane[..., None]), air, distance)
    if chance.uniform() < 0.16 and top > height * 0.12:
        middle, tip = (left + right) // 2, int(top - chance.uniform(0.02, 0.07) * height)
        spire = hazed(sunlit(colour, air, 0.3), air, distance)
        cv2.line(
            picture,
            (middle, top),
            (middle, tip),
            tuple(float(part) for part in spire),
            max(1, height // 400),
            cv2.LINE_AA,
        )


def _low_mist(picture: Floats, strength: float) -> Floats:
    rows = np.linspace(0, 1, picture.shape[0], dtype=np.float32)[:, None]
    return np.broadcast_to(np.exp(-(((rows - WATERLINE) / 0.09) ** 2)) * strength, picture.shape[:2])


def _river(picture: Floats, air: Air, order: PaintingOrder) -> Floats:
    """Water in front, which draws lights out into columns."""
    height, width = picture.shape[:2]
    start = int(WATERLINE * height)
    rows, columns = np.indices((height - start, width), np.float32)
    depth = rows / height
    waves = Noise(order.chance("river"), 1.4, 2.4)
    away = 1 / (depth + 0.03)
    swell = waves.at((columns / width - 0.5) * away * 0.10, away * 0.35)
    drawn = cv2.blur(picture[: start + 1], (3, max(3, height // 18)))
    source = np.clip(start - rows * 1.05 + swell * height * 0.05 * (depth * 2 + 0.15), 0, start - 1)
    mirrored = cv2.remap(
        drawn,
        (columns + swell * 5).astype(np.float32),
        source.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    water = mirrored * 0.72 + (air.top * 0.12 + 0.004)
    dark = 1 - 0.25 * smooth_step(0.6, 1.8, swell)
    picture[start:] = water * dark[..., None]
    quay = slice(start - max(2, height // 160), start + max(1, height // 300))
    picture[quay] *= 0.35
    return picture


def house(shape: Shape, air: Air, order: PaintingOrder, paint: Floats | None = None) -> Floats:
    """A house or a barn that stands in a meadow, its windows lit when it is dark."""
    picture = meadow(shape, air, order)
    chance = order.chance("house")
    height, width = shape
    size = chance.uniform(0.15, 0.20) * height
    centre, ground = chance.uniform(0.34, 0.66) * width, 0.70 * height
    colour = paint if paint is not None else WALLS[str(chance.choice(list(WALLS)))]
    side = 1 if air.sun_place[0] * width > centre else -1
    _cast_shadow(picture, centre, ground, size, side, air)
    _walls(picture, centre, ground, size, side, colour, air, order)
    _openings(picture, centre, ground, size, side, air)
    return picture


def _filled(picture: Floats, corners: list[tuple[float, float]], colour: Floats) -> None:
    """Fill a polygon, its edges smooth, with one colour or a picture of colours."""
    cover = np.zeros(picture.shape[:2], np.uint8)
    cv2.fillPoly(cover, [np.round(np.array(corners) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    share = (cover.astype(np.float32) / 255)[..., None]
    picture[:] = picture * (1 - share) + colour * share


def _cast_shadow(picture: Floats, centre: float, ground: float, size: float, side: int, air: Air) -> None:
    cover = np.zeros(picture.shape[:2], np.float32)
    corners = [(centre - 1.1 * size, ground), (centre + 1.1 * size, ground),
               (centre + 0.9 * size - side * 2.2 * size, ground + 0.45 * size),
               (centre - 1.3 * size - side * 2.2 * size, ground + 0.45 * size)]  # fmt: skip
    cv2.fillPoly(cover, [np.round(np.array(corners)).astype(np.int32)], 1.0)
    picture *= 1 - 0.55 * min(1.0, air.land + 0.3) * blurred(cover, size * 0.06)[..., None]


def _walls(
    picture: Floats,
    centre: float,
    ground: float,
    size: float,
    side: int,
    colour: Floats,
    air: Air,
    order: PaintingOrder,
) -> None:
    """The gable end, the long side and the roof, boarded and shingled."""
    height, width = picture.shape[:2]
    rows, columns = np.indices((height, width), np.float32)
    worn = Noise(order.chance("boards"), 1.2).at(columns / height * 3, rows / height * 0.5)
    boards = 1 - 0.22 * (np.abs((columns / (size * 0.06)) % 1 - 0.5) > 0.44) + 0.07 * worn
    shingles = 1 - 0.20 * ((rows / (size * 0.075)) % 1 > 0.85) + 0.09 * worn
    bright, dark = (0.85, 0.22) if side < 0 else (0.22, 0.85)
    left, ridge, right = centre - 1.15 * size, centre - 0.55 * size, centre + 0.05 * size
    far, eave, peak = centre + 1.25 * size, ground - 0.85 * size, ground - 1.45 * size
    long_side = sunlit(colour, air, dark) * boards[..., None]
    gable = sunlit(colour, air, bright) * boards[..., None]
    roof = sunlit(covered(linear("4a4542"), air), air, 0.55) * shingles[..., None]
    _filled(
        picture, [(right, ground), (far, ground - 0.06 * size), (far, eave - 0.02 * size), (right, eave)], long_side
    )
    _filled(picture, [(left, ground), (right, ground), (right, eave), (ridge, peak), (left, eave)], gable)
    over_far, over_right = far + 0.08 * size, right + 0.06 * size
    _filled(
        picture,
        [(ridge, peak - 0.04 * size), (far - 0.5 * size, peak), (over_far, eave), (over_right, eave + 0.04 * size)],
        roof,
    )
    _filled(
        picture,
        [
            (ridge, peak - 0.05 * size),
            (ridge + 0.05 * size, peak),
            (left - 0.02 * size, eave + 0.10 * size),
            (left - 0.09 * size, eave + 0.06 * size),
        ],
        roof * 0.7,
    )


def _openings(picture: Floats, centre: float, ground: float, size: float, side: int, air: Air) -> None:
    """A door, and windows that glow when it is dark outside."""
    glow = np.clip(0.5 - air.land, 0, 0.5) * 3.4
    pane = air.middle * 0.25 + 0.01 + glow * LAMP
    door = sunlit(linear("3a2a20"), air, 0.3)
    middle = centre - 0.55 * size
    _filled(picture, _box(middle, ground - 0.27 * size, 0.17 * size, 0.27 * size), door)
    for x, y in (
        (middle, ground - 0.98 * size),
        (centre + 0.40 * size, ground - 0.48 * size),
        (centre + 0.86 * size, ground - 0.49 * size),
    ):
        _filled(picture, _box(x, y, 0.125 * size, 0.14 * size), sunlit(linear("e8e2d6"), air, 0.45))
        for dx in (-0.055, 0.055):
            for dy in (-0.06, 0.06):
                _filled(picture, _box(x + dx * size, y + dy * size, 0.042 * size, 0.047 * size), pane)


def _box(x: float, y: float, half_width: float, half_height: float) -> list[tuple[float, float]]:
    return [
        (x - half_width, y - half_height),
        (x + half_width, y - half_height),
        (x + half_width, y + half_height),
        (x - half_width, y + half_height),
    ]
