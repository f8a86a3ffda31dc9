"""The painter: an order in, a painting out, the same for the same order.

prompt ─► reading ─► brief ─► table (jewelry) │ tabletop (vessels) │ scenery │ abstract ─► finishing ─► repainting
"""

from tasks.domain.painting.arrays import Floats
from tasks.domain.painting.finishing import finished
from tasks.domain.painting.order import NOTHING_RECOGNISED, Painting, PaintingOrder
from tasks.domain.painting.reading import Brief, brief_of
from tasks.domain.painting.repainting import repainted
from tasks.domain.painting.scenery.abstract import abstract
from tasks.domain.painting.scenery.choosing import scene
from tasks.domain.painting.tables import jewelry
from tasks.domain.painting.vessels import vessels


def paint(order: PaintingOrder) -> Painting:
    """Return the painting of `order`."""
    brief = brief_of(order.prompt)
    if order.start is not None and order.strength <= 0:
        return Painting(order.start, brief.read, [] if brief.read else [NOTHING_RECOGNISED])
    fresh = finished(_light(brief, order), brief, order)
    painted = repainted(fresh, order.start, order.strength)
    return Painting(painted, brief.read, [] if brief.read else [NOTHING_RECOGNISED])


def _light(brief: Brief, order: PaintingOrder) -> Floats:
    """The picture of what the brief is about: jewelry first, wherever else it may be."""
    if brief.first("jewel") or _only_jewelry(brief):
        return jewelry(brief, order)
    kind = brief.first("scene") or _implied(brief)
    if kind == "vessel":
        return vessels(brief, order)
    if kind is not None:
        return scene(kind, brief, order)
    return abstract((order.height_px, order.width_px), order, brief.colours)


def _only_jewelry(brief: Brief) -> bool:
    """Whether metals and stones are named, and no scene that they could be colours of."""
    return bool(brief.first("stone") or brief.first("bead") or brief.first("metal")) and not brief.first("scene")


def _implied(brief: Brief) -> str | None:
    """What hour and weather are seen over when nothing else is named."""
    return "meadow" if brief.first("time") or brief.first("weather") else None
