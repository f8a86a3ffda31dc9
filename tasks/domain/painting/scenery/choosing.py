"""Which scene a brief asks for."""

from collections.abc import Callable

from tasks.domain.painting.arrays import Floats
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.reading import Brief
from tasks.domain.painting.scenery.atmosphere import Air, Shape, air_of
from tasks.domain.painting.scenery.flowers import flowers
from tasks.domain.painting.scenery.heavens import night_sky
from tasks.domain.painting.scenery.land import desert, meadow, mountains
from tasks.domain.painting.scenery.people import portrait
from tasks.domain.painting.scenery.rooms import interior
from tasks.domain.painting.scenery.sky import sky, weathered
from tasks.domain.painting.scenery.towns import city, house
from tasks.domain.painting.scenery.waters import lake, sea
from tasks.domain.painting.scenery.woods import forest

Scenery = Callable[[Shape, Air, PaintingOrder], Floats]


def scene(kind: str, brief: Brief, order: PaintingOrder) -> Floats:
    """Return the scene of that kind at the brief's hour and in its weather, in linear light."""
    air = air_of(brief, order)
    shape = order.height_px, order.width_px
    painted = COLOURED[kind](shape, air, order, brief) if kind in COLOURED else SCENES[kind](shape, air, order)
    return weathered(painted, air, order)


def _sky(shape: Shape, air: Air, order: PaintingOrder) -> Floats:
    return sky(shape, 1.02, air, order)


def _colour(brief: Brief) -> Floats | None:
    return brief.colours[0] if brief.colours else None


def _house(shape: Shape, air: Air, order: PaintingOrder, brief: Brief) -> Floats:
    return house(shape, air, order, _colour(brief))


def _flowers(shape: Shape, air: Air, order: PaintingOrder, brief: Brief) -> Floats:
    return flowers(shape, air, order, _colour(brief))


def _interior(shape: Shape, air: Air, order: PaintingOrder, brief: Brief) -> Floats:
    return interior(shape, air, order, _colour(brief))


COLOURED: dict[str, Callable[[Shape, Air, PaintingOrder, Brief], Floats]] = {
    "house": _house, "flowers": _flowers, "interior": _interior,
}  # fmt: skip
SCENES: dict[str, Scenery] = {
    "sea": sea, "lake": lake, "mountains": mountains, "desert": desert, "meadow": meadow, "sky": _sky,
    "forest": forest, "city": city, "portrait": portrait,
    "night sky": night_sky,
}  # fmt: skip
