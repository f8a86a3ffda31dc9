"""A picture of a model from four sides, with its dimensions, as a printer's drawing shows it.

Rays are cast through Embree, so no window, driver or GPU is needed.
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tasks.domain.meshes import lettering
from tasks.domain.meshes.lighting import Eye, Shade, lit
from tasks.domain.meshes.looks import to_srgb
from tasks.domain.meshes.model import Floats, Model
from tasks.domain.meshes.normalising import measured_bounds
from tasks.domain.meshes.proof import MeshProof
from tasks.domain.meshes.scenery import Scenery
from tasks.domain.meshes.shells import Bools
from tasks.domain.meshes.sizes import MM_PER_M

Pixels = NDArray[np.uint8]

PANEL_PX = 600
MARGIN_PX = 86  # for captions and dimension lines
PAPER = (251, 249, 245)
_RULE = (226, 221, 213)
_KNEE = 0.65
_STEP = 0.09  # neighbouring pixels that differ by more are looked at again, finer
_FINER = np.array([[-3, 1], [-1, -3], [1, 3], [3, -1], [-2, -1], [2, 1], [-1, 2], [1, -2]]) / 8


@dataclass(frozen=True)
class View:
    """One of the four: its caption, camera, and which glTF axes its width and height show; None for neither."""

    caption: str
    eye: Eye
    axes: tuple[int, int] | None


def four_views(model: Model, proof: MeshProof | None = None) -> bytes:
    """A PNG of 1200 × 1200 pixels: front, side, top and three-quarter view at one scale, labelled in millimetres.

    With `proof` its verdict stands below. Raises InvalidInput for a model without triangles or with endless ones.
    """
    low, high = measured_bounds(model)
    extents_mm = (high - low) * MM_PER_M
    scenery = Scenery(model)
    shade = Shade(scenery)
    px_per_unit = min((PANEL_PX - 2 * MARGIN_PX) / np.ptp(_frame(scenery, view.eye), axis=0).max() for view in VIEWS)
    sheet = Image.new("RGB", (2 * PANEL_PX, 2 * PANEL_PX), PAPER)
    for number, view in enumerate(VIEWS):
        place = (PANEL_PX * (number % 2), PANEL_PX * (number // 2))
        _draw_panel(sheet, place, view, scenery, shade, px_per_unit, extents_mm)
    draw = ImageDraw.Draw(sheet)
    draw.line([(PANEL_PX, 0), (PANEL_PX, 2 * PANEL_PX)], _RULE)
    draw.line([(0, PANEL_PX), (2 * PANEL_PX, PANEL_PX)], _RULE)
    edge = 2 * PANEL_PX - 24
    lettering.scale_bar(draw, edge, edge, px_per_unit / (scenery.size * MM_PER_M), PANEL_PX / 4)
    if proof is not None:
        lettering.note(draw, (PANEL_PX + 24, PANEL_PX + 48), _verdict(proof))
    written = io.BytesIO()
    sheet.save(written, "PNG")
    return written.getvalue()


def _eye(azimuth_deg: float, elevation_deg: float) -> Eye:
    """A camera turned from the front to the right, and raised."""
    turn, rise = np.radians([azimuth_deg, elevation_deg])
    towards = np.array([np.sin(turn) * np.cos(rise), np.sin(rise), np.cos(turn) * np.cos(rise)])
    right = np.array([np.cos(turn), 0.0, -np.sin(turn)])
    return Eye(right, np.cross(towards, right), towards)


VIEWS = (
    View("Front", _eye(0, 0), (0, 1)),
    View("Side", _eye(90, 0), (2, 1)),
    View("Top", _eye(0, 90), (0, 2)),
    View("Three-quarter", _eye(35, 28), None),
)


def _frame(scenery: Scenery, eye: Eye) -> Floats:
    """The least and greatest corner, (2, 2), that the model reaches in a view, about the middle of its box."""
    shown = scenery.corners @ np.stack([eye.right, eye.up], axis=1)
    return np.stack([shown.min(axis=0), shown.max(axis=0)])


def _draw_panel(
    sheet: Image.Image,
    place: tuple[int, int],
    view: View,
    scenery: Scenery,
    shade: Shade,
    px_per_unit: float,
    extents_mm: Floats,
) -> None:
    frame = _frame(scenery, view.eye)
    picture = Image.fromarray(
        _picture(view.eye, frame.mean(axis=0), np.ptp(frame, axis=0), scenery, shade, px_per_unit)
    )
    middle_x, middle_y = place[0] + PANEL_PX / 2, place[1] + PANEL_PX / 2
    sheet.paste(picture, (round(middle_x - picture.width / 2), round(middle_y - picture.height / 2)))
    draw = ImageDraw.Draw(sheet)
    lettering.caption(draw, (place[0] + 24, place[1] + 20), view.caption)
    if view.axes is None:
        return
    across, upwards = np.ptp(frame, axis=0) * px_per_unit / 2
    width_mm, height_mm = (float(extents_mm[axis]) for axis in view.axes)
    below, beside = middle_y + upwards + 24, middle_x - across - 24
    lettering.width_line(draw, middle_x - across, middle_x + across, below, lettering.millimetres(width_mm))
    lettering.height_line(sheet, beside, middle_y - upwards, middle_y + upwards, lettering.millimetres(height_mm))


def _picture(eye: Eye, middle: Floats, span: Floats, scenery: Scenery, shade: Shade, px_per_unit: float) -> Pixels:
    """The model on paper, (h, w, 3); where neighbouring pixels differ, each is the mean of several rays."""
    width, height = (np.ceil(span * px_per_unit) + 4).astype(int).tolist()
    rows, columns = np.mgrid[0:height, 0:width].reshape(2, -1)
    centres = np.stack([columns - (width - 1) / 2, (height - 1) / 2 - rows], axis=1)
    flat = _seen_through(centres / px_per_unit + middle, eye, scenery, shade)
    rough = np.flatnonzero(_differs(flat.reshape(height, width, 3)))
    finer = (centres[rough, None] + _FINER).reshape(-1, 2) / px_per_unit + middle
    flat[rough] = _seen_through(finer, eye, scenery, shade).reshape(-1, len(_FINER), 3).mean(axis=1)
    return np.rint(flat.reshape(height, width, 3) * 255).astype(np.uint8)


def _seen_through(points: Floats, eye: Eye, scenery: Scenery, shade: Shade) -> Floats:
    """sRGB 0..1 at points (n, 2) of the picture's plane, (n, 3)."""
    colours = np.tile(np.array(PAPER) / 255, (len(points), 1))
    origins = points[:, :1] * eye.right + points[:, 1:] * eye.up + 2 * eye.towards
    seen = scenery.seen(origins, np.tile(-eye.towards, (len(points), 1)))
    if len(seen.rays):
        light = lit(seen, eye, shade.at(seen))
        colours[seen.rays] = to_srgb(_exposed(light))
    return colours


def _exposed(light: Floats) -> Floats:
    """Light as a film takes it: as it is, but that bright places saturate softly."""
    bright = _KNEE + (1 - _KNEE) * (1 - np.exp(-np.maximum(light - _KNEE, 0) / (1 - _KNEE)))
    return np.where(light < _KNEE, light, bright)


def _differs(picture: Floats) -> Bools:
    """Which pixels differ from one beside or below them, in either direction."""
    rough = np.zeros(picture.shape[:2], bool)
    across = np.abs(np.diff(picture, axis=1)).max(axis=2) > _STEP
    down = np.abs(np.diff(picture, axis=0)).max(axis=2) > _STEP
    rough[:, 1:] |= across
    rough[:, :-1] |= across
    rough[1:] |= down
    rough[:-1] |= down
    return rough


def _verdict(proof: MeshProof) -> str:
    """The proof in a line."""
    closed = "watertight" if proof.watertight else "not watertight"
    bodies = f"{proof.bodies} bod{'y' if proof.bodies == 1 else 'ies'}"
    wall = [] if proof.wall is None else [f"walls from {lettering.millimetres(proof.wall.thinnest_mm)}"]
    return " · ".join([closed, bodies, *wall, "printable" if proof.printable else "not printable as it is"])
