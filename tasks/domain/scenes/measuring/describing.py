"""A scene out of measurements: every word stands for a figure, and what no figure tells stays empty."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from tasks.domain.masks.regions import Pixels, shrunk
from tasks.domain.scenes.measuring.arrangement import (
    detail_share,
    even_share,
    format_of,
    is_symmetrical,
    orientation_of,
    prevailing_lines,
)
from tasks.domain.scenes.measuring.colours import Shade, main_shades, to_lab
from tasks.domain.scenes.measuring.exif import camera_of, made_by, taken_at
from tasks.domain.scenes.measuring.light import Light, measure_light
from tasks.domain.scenes.measuring.sharpness import Sharpness, measure_sharpness
from tasks.domain.scenes.measuring.subject import StandingOut, at_size, standing_out
from tasks.domain.scenes.scene import Analysis, Camera, Scene, Subject

WORK_PX = 320  # long side for colours, light and arrangement
SHARP_PX = 1600  # long side for sharpness
_PLAIN, _BUSY = 0.75, 0.35  # share of even area
_RICH, _SPARSE = 0.25, 0.05  # share of edges
_CLOSE, _SMALL = 0.5, 0.08  # share of the frame
_ROOMY = 0.6

UNKNOWN = (
    "Measured from the pixels, without a model: what the things are, what they mean and how the picture was made is "
    "not known, and is left empty or told as areas and colours."
)
NOTHING_STANDS_OUT = "No area stands out clearly from the rest; the whole frame is described as the subject."
FEW_COLOURS = "There are fewer than three colours to tell apart, so the palette repeats some."
NO_CAMERA_DATA = "The file holds no camera data; lens, aperture, ISO and shutter speed are left empty."
NOT_STEERED = "The direction was not followed: that takes a model, and measuring treats all of a picture alike."


@dataclass(frozen=True)
class _Measures:
    """What all words are taken from."""

    width: int
    height: int
    shades: list[Shade]
    light: Light
    found: StandingOut | None
    found_shades: list[Shade]
    rest_shades: list[Shade]
    sharpness: Sharpness
    rest_even: float
    detail: float
    symmetrical: bool
    lines: str | None


def measure_scene(pixels: Pixels, *, exif: Mapping[str, Any] | None = None, steering: str = "") -> Scene:
    """Return what can be measured of a picture, H × W × 3 RGB; the same picture gives the same words."""
    told = exif or {}
    measures = _measured(pixels)
    year, time = taken_at(told)
    return Scene(
        scene=_scene(measures),
        subjects=[_subject(measures)],
        style=_style(measures, told),
        color_palette=[shade.text for shade in measures.shades],
        lighting=measures.light.words,
        mood=_tone(measures.light),
        film_stock=_film(measures, told),
        era=f"{year}, by the camera's clock" if year else "",
        background=_background(measures),
        composition=_composition(measures),
        time_weather=f"{time} by the camera's clock" if time else "",
        camera=_camera(measures, told),
        analysis=Analysis(by="measurement", warnings=_warnings(measures, told, steering)),
    )


def _measured(pixels: Pixels) -> _Measures:
    height, width = pixels.shape[:2]
    small = shrunk(pixels, WORK_PX)
    lab = to_lab(small)
    found = standing_out(small, lab)
    mask = at_size(found.mask, lab.shape) if found else None
    fine = shrunk(pixels, SHARP_PX)
    grey = cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY).astype(np.float32)
    lightness = np.ascontiguousarray(lab[..., 0])
    return _Measures(
        width=width,
        height=height,
        shades=main_shades(lab),
        light=measure_light(lab),
        found=found,
        found_shades=main_shades(lab, mask),
        rest_shades=main_shades(lab, None if mask is None else ~mask),
        sharpness=measure_sharpness(grey, None if mask is None else at_size(mask, grey.shape)),
        rest_even=even_share(small, None if mask is None else ~mask),
        detail=detail_share(small),
        symmetrical=is_symmetrical(lightness),
        lines=prevailing_lines(lightness),
    )


def _scene(measures: _Measures) -> str:
    light, frame = measures.light, orientation_of(measures.width, measures.height)
    look = f"{frame.capitalize()} picture, {light.key}, {light.saturation}, {light.contrast} in contrast"
    if measures.found is None:
        return f"{look}, in {_named(measures.shades)}. No one area stands out."
    area, rest = _named(measures.found_shades), _named(measures.rest_shades)
    what = f"One area in {area} stands out" if measures.found.parts == 1 else f"Areas in {area} stand out"
    return f"{look}. {what} {measures.found.place}, against {_ground(measures)} in {rest}."


def _subject(measures: _Measures) -> Subject:
    colours = [shade.text for shade in measures.found_shades]
    if measures.found is None:
        return Subject(
            description=f"the whole frame, in {_named(measures.shades)}", position="whole frame", color_palette=colours
        )
    return Subject(
        description=f"the area that stands out, {measures.found.outline}, in {_named(measures.found_shades)}",
        position=measures.found.words,
        color_palette=colours,
    )


def _style(measures: _Measures, exif: Mapping[str, Any]) -> str:
    light = measures.light
    parts = ["photograph"] if made_by(exif) else []
    parts += [light.saturation if light.is_grey else f"{light.saturation} colours", f"{light.contrast} contrast"]
    if measures.detail > _RICH:
        parts.append("rich in detail")
    elif measures.detail < _SPARSE:
        parts.append("little detail")
    return ", ".join(parts)


def _tone(light: Light) -> str:
    """Say how it looks in tone; what it makes one feel is not measured."""
    temperature = [] if light.is_grey or light.temperature == "neutral" else [light.temperature]
    return f"in tone: {', '.join([light.brightness, *temperature, light.saturation])}"


def _film(measures: _Measures, exif: Mapping[str, Any]) -> str:
    parts = [f"digital, {made_by(exif)}"] if made_by(exif) else []
    if measures.sharpness.is_grainy:
        parts.append("visible grain or noise")
    return ", ".join(parts)


def _background(measures: _Measures) -> str:
    if measures.found is None:
        return ""
    blurred = "less sharp than what stands out, " if measures.sharpness.background_is_softer else ""
    return f"{_ground(measures)}, {blurred}in {_named(measures.rest_shades)}"


def _ground(measures: _Measures) -> str:
    even = measures.rest_even
    return (
        "a plain background" if even > _PLAIN else "a busy background" if even < _BUSY else "a partly plain background"
    )


def _composition(measures: _Measures) -> str:
    parts = []
    if found := measures.found:
        parts.append("what stands out is centred" if found.is_centred else f"what stands out lies {found.place}")
        parts.append(f"it covers {found.share:.0%} of the frame")
        if 1 - found.box_share > _ROOMY and measures.rest_even > _PLAIN:
            parts.append("much empty space around it")
    if measures.symmetrical:
        parts.append("nearly symmetrical, left to right")
    if measures.lines:
        parts.append(f"mostly {measures.lines} edges")
    return "; ".join(parts)


def _camera(measures: _Measures, exif: Mapping[str, Any]) -> Camera:
    found = measures.found
    distance = ""
    if found and found.parts == 1:
        close, small = found.box_share > _CLOSE, found.box_share < _SMALL
        distance = f"what stands out is {'large' if close else 'small' if small else 'of middle size'} in the frame"
    return camera_of(exif).model_copy(
        update={
            "aspect_ratio": format_of(measures.width, measures.height),
            "focus": measures.sharpness.words,
            "distance": distance,
        }
    )


def _warnings(measures: _Measures, exif: Mapping[str, Any], steering: str) -> list[str]:
    camera = camera_of(exif)
    texts = {
        UNKNOWN: True,
        NOTHING_STANDS_OUT: measures.found is None,
        FEW_COLOURS: len({shade.name for shade in measures.shades}) < len(measures.shades),
        NO_CAMERA_DATA: not any((camera.lens, camera.f_number, camera.iso, camera.shutter_speed)),
        NOT_STEERED: bool(steering.strip()),
    }
    return [text for text, holds in texts.items() if holds]


def _named(shades: list[Shade]) -> str:
    """Return the names of the two largest colours."""
    return " and ".join(list(dict.fromkeys(shade.name for shade in shades))[:2])
