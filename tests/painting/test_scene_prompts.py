"""Prompts that are scenes as JSON: what they describe is painted, in their palette and light."""

import json

import numpy as np

from tasks.domain.painting.order import PaintingOrder
from tasks.domain.painting.painter import paint
from tasks.domain.painting.reading import brief_of
from tests.painting.pictures import brightness, painted

SCENE = {
    "scene": "A ring lies on a table.",
    "subjects": [{"description": "a rose gold ring with an oval emerald", "position": "on the left"}],
    "style": "studio photograph",
    "color_palette": ["navy", "#203a8c", "silver"],
    "lighting": "soft light",
    "mood": "quiet",
    "background": "velvet",
}


def prompt(**changes: object) -> str:
    """The scene as a generator gets it."""
    return json.dumps(SCENE | changes, indent=2)


def test_a_scene_s_fields_are_read() -> None:
    """What the subjects are comes first, then surroundings and light; the palette gives the colours."""
    brief = brief_of(prompt())
    assert (brief.first("jewel"), brief.first("metal"), brief.first("stone")) == ("ring", "rose gold", "emerald")
    assert (brief.first("surface"), brief.first("light"), brief.first("place")) == ("velvet", "soft", "left")
    assert len(brief.colours) == 3
    assert brief.colours[1][2] > brief.colours[1][0]


def test_a_scene_s_palette_is_seen() -> None:
    """A blue palette makes a blue picture, a red one a red picture."""
    blue = painted(prompt()).astype(float).mean((0, 1))
    red = painted(prompt(color_palette=["burgundy", "crimson", "black"])).astype(float).mean((0, 1))
    assert blue[2] > blue[0]
    assert red[0] > red[2]


def test_a_scene_s_hour_is_seen() -> None:
    """The field for time and weather counts as words do."""
    landscape = {
        "subjects": [{"description": "mountains"}],
        "scene": "Mountains.",
        "background": "",
        "color_palette": ["grey"] * 3,
    }
    night, noon = (painted(prompt(**landscape, time_weather=hour)) for hour in ("night, clear", "noon, clear"))
    assert brightness(night) < 0.7 * brightness(noon)


def test_a_subject_s_place_is_followed() -> None:
    """A subject on the left is left of one on the right."""
    middles = []
    for place in ("on the left", "on the right"):
        subject = [{"description": "a gold ring with a ruby", "position": place}]
        picture = painted(prompt(subjects=subject, background="grey paper", color_palette=["grey"] * 3)).astype(int)
        coloured = picture.max(2) - picture.min(2) > 60
        middles.append(np.nonzero(coloured)[1].mean())
    assert middles[0] < middles[1] - 20


def test_json_that_is_no_scene_is_read_as_words() -> None:
    """Its words still count."""
    assert paint(PaintingOrder('{"ring": "of gold"}', 1, 64, 64)).read == ["ring", "yellow gold"]
