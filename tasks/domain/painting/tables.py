"""A brief about jewelry as a still life: surface, backdrop, light and view; by chance what the words leave open."""

from dataclasses import replace

import cv2
import numpy as np

from tasks.domain.painting.arrays import Floats, blurred, mix, vector
from tasks.domain.painting.camera import Camera
from tasks.domain.painting.colours import linear, luminance
from tasks.domain.painting.jewels.choosing import View, chosen
from tasks.domain.painting.noise import discs
from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.pieces import Piece
from tasks.domain.painting.reading import Brief
from tasks.domain.painting.rigs import LOOKS, Look, Rig, rig
from tasks.domain.painting.scenery.choosing import scene
from tasks.domain.painting.stills import Still, lit_still, plain_backdrop

DISTANCE = 10.0
FALLBACKS = (  # surface, its colour, the backdrop's
    ("marble", None, "cbc6bf"), ("silk", "c9a79d", "b99a91"), ("velvet", "1c2742", "151d33"), ("linen", None, "bcb09c"),
    ("slate", None, "2d3136"), ("paper", "d9cbb9", "cdbfae"), ("wood", None, "3d2a1c"), ("velvet", "4a1024", "2c0b16"),
    ("silk", "dcd5c8", "cfc7b9"), ("glass", None, "22262d"), ("velvet", "0f3b33", "0b2722"),
    ("marble", "1b1c1f", "1f2023"),
)  # fmt: skip
OF_LIGHT = {"dawn": "golden", "golden": "golden", "sunset": "golden", "dusk": "cool", "night": "night", "day": "bright"}
FLOOR_LIGHT = {"marble": "e6e3de", "slate": "3b3f45", "wood": "7a4f31", "linen": "cfc2ac", "velvet": "3b0f1e",
               "silk": "c9b6a4", "sand": "d3b98f", "snow": "e6edf5", "glass": "17181b", "water": "1d4550",
               "leather": "4a2c1c", "paper": "d9d5cf"}  # fmt: skip
OF_SCENE = {"sea": "sand", "desert": "sand", "forest": "wood", "flowers": "linen", "lake": "slate",
            "mountains": "slate",
            "night sky": "glass", "city": "glass", "meadow": "wood", "house": "wood", "interior": "wood"}  # fmt: skip
SAMPLES_AT_ONCE = 3_200_000  # of the whole picture: what larger pictures lose in fineness, their pixels give back
SPAN_OF_MACRO = 0.66
FAR_PART, FAR_PX = 3, 48  # how much smaller what is out of focus is painted, and how small at most
STONE_SAMPLES = 70_000


def jewelry(brief: Brief, order: PaintingOrder) -> Floats:
    """Return the still life that `brief` asks for, in linear light."""
    chance = order.chance("table")
    piece = chosen(brief, order.width_px / order.height_px, order.chance("piece"))
    lights, surface, colour, behind = lighting(brief, chance)
    camera = view_camera(piece.view, brief, order, chance)
    backdrop = backdrop_of(brief, order, camera, behind, lights)
    fineness = _fineness(piece.piece, camera, order.steps)
    still = Still(piece.piece, camera, lights, surface, colour, backdrop, fineness, _depth_of_field(brief))
    return lit_still(still, order.chance("surface")) * lights.exposure


def lighting(brief: Brief, chance: np.random.Generator) -> tuple[Rig, str, Floats | None, Floats]:
    """Return the lights, the surface, its colour (None: its own) and the backdrop's colour."""
    look = _look(brief)
    surface, colour, behind = _materials(brief, look, chance)
    floor = colour if colour is not None else linear(FLOOR_LIGHT[surface])
    return rig(look, floor, behind, chance), surface, colour, behind


def _look(brief: Brief) -> Look:
    """How the still life is lit: as its words say, else as the time of day does."""
    asked = brief.first("light")
    time = brief.first("time")
    if time == "night" and asked not in ("candle", "dramatic"):
        return LOOKS["night"]
    if asked is None and time is not None:
        return LOOKS[OF_LIGHT[time]]
    return LOOKS[asked or "soft"]


def _materials(brief: Brief, look: Look, chance: np.random.Generator) -> tuple[str, Floats | None, Floats]:
    """The surface, its colour (None: its own) and the backdrop's colour."""
    surface, own, behind = FALLBACKS[int(chance.integers(len(FALLBACKS)))]
    asked = brief.first("surface") or OF_SCENE.get(brief.first("scene") or "")
    if look is LOOKS["bright"] and asked is None:
        surface, own, behind = "paper", "e4e0da", "dedad4"
    if asked is not None and asked != surface:
        surface, own, behind = asked, None, FLOOR_LIGHT[asked]
    colours = brief.colours
    if colours:
        return surface, _for_surface(surface, colours[0]), colours[min(1, len(colours) - 1)] * 0.85
    return surface, None if own is None else linear(own), linear(behind) * 0.9


def _for_surface(surface: str, colour: Floats) -> Floats:
    """The colour, brought near to what such a surface can have."""
    natural = {"wood": 0.45, "sand": 0.35, "snow": 0.5, "slate": 0.3, "leather": 0.3}.get(surface, 0.0)
    return mix(colour, linear(FLOOR_LIGHT[surface]), natural)


def view_camera(view: View, brief: Brief, order: PaintingOrder, chance: np.random.Generator) -> Camera:
    """Return the camera for that view, changed by words such as macro, from above, on the left."""
    elevation = view.elevation_deg + chance.uniform(-2.5, 2.5)
    if brief.has("place", "above"):
        elevation = max(elevation, 64)
    if brief.has("place", "low"):
        elevation = min(elevation, 13)
    aspect = order.width_px / order.height_px
    span = view.span * chance.uniform(0.96, 1.10) * max(1.0, 1.22 / aspect)
    if brief.has("look", "macro"):
        span *= SPAN_OF_MACRO
    side = 0.20 if brief.has("place", "left") else -0.20 if brief.has("place", "right") else chance.uniform(-0.05, 0.05)
    target = vector(side * span * aspect, view.height, view.away)
    angle = np.radians(elevation)
    eye = target + vector(0, np.sin(angle), np.cos(angle)) * DISTANCE
    return Camera.framing(eye.astype(np.float32), target, span, order.width_px, order.height_px)


def backdrop_of(brief: Brief, order: PaintingOrder, camera: Camera, colour: Floats, lights: Rig) -> Floats:
    """Return what is behind the table: a sheet of paper, lights at night, or a landscape out of focus."""
    kind = brief.first("scene")
    if kind not in (None, "vessel", "portrait"):
        return _far_scene(kind, brief, order)
    picture = plain_backdrop(camera, colour, lights)
    if brief.has("look", "bokeh") or brief.first("time") in ("night", "dusk"):
        picture = _with_lights(picture, order, lights)
    return picture


def _far_scene(kind: str, brief: Brief, order: PaintingOrder) -> Floats:
    """The scene, painted small since it is seen out of focus, and drawn up so that its horizon meets the table."""
    small = replace(
        order,
        width_px=max(FAR_PX, order.width_px // FAR_PART),
        height_px=max(FAR_PX, order.height_px // FAR_PART),
        start=None,
    )
    picture = blurred(scene(kind, brief, small), 0.016 * small.height_px)
    upper = np.ascontiguousarray(picture[: int(picture.shape[0] * 0.82)])
    full = np.zeros((order.height_px, order.width_px, 3), np.float32)
    high = int(order.height_px * 0.62)
    full[:high] = cv2.resize(upper, (order.width_px, high), interpolation=cv2.INTER_CUBIC)
    full[high:] = full[high - 1]
    return full


def _with_lights(picture: Floats, order: PaintingOrder, lights: Rig) -> Floats:
    """Lights far behind, out of focus."""
    chance = order.chance("bokeh")
    shape = (picture.shape[0], picture.shape[1])
    tint = lights.key / max(float(luminance(lights.key)), 1e-3)
    lit = picture.copy()
    radius = 0.022 * shape[0], 0.055 * shape[0]
    for disc, rows, columns in discs(shape, chance, 34, radius, rows=(0.0, 0.42)):
        warm = mix(tint, vector(1.0, 0.62, 0.30), chance.uniform(0.2, 1.0)) * chance.uniform(0.06, 0.42)
        lit[rows, columns] += disc[..., None] * warm
    return lit


def _fineness(piece: Piece, camera: Camera, steps: int) -> float:
    """Samples a pixel, a side: more with more steps, fewer where large stones or large pictures cost too much."""
    wanted = 1.0 if steps < 8 else 1.5 if steps < 60 else 2.0
    stones_px = sum(np.pi * (stone.size * camera.unit_px) ** 2 for stone in piece.stones)
    whole = camera.width_px * camera.height_px
    most = min(np.sqrt(SAMPLES_AT_ONCE / whole), np.sqrt(STONE_SAMPLES / max(stones_px, 1)))
    return float(np.clip(min(wanted, most), 1.0, 2.0))


def _depth_of_field(brief: Brief) -> float:
    if brief.has("look", "sharp"):
        return 0.25
    return 1.3 if brief.has("look", "macro", "bokeh") else 1.0
