"""A scene whose subject nobody named, as a measured one, is painted as jewelry in the subject's colours."""

import pytest

from tasks.domain.painting.reading import brief_of
from tasks.domain.scenes.answers import scene_prompt
from tasks.domain.scenes.scene import Scene, Subject

GREY = ["cool grey #6f6e76", "dark grey #404044", "grey #808084"]


def scene_of(*colours: str, description: str = "the area that stands out") -> Scene:
    subject = Subject(description=description, color_palette=list(colours))
    return Scene(
        scene="x",
        subjects=[subject],
        style="muted",
        color_palette=GREY,
        lighting="even",
        mood="cool",
        composition="much empty space around it",
    )


@pytest.mark.parametrize(
    ("colours", "metal", "stone"),
    [
        (["golden brown #6c5627", "blue #526edd"], "yellow gold", "sapphire"),
        (["light grey #c8c8cc", "green #12804a"], "silver", "emerald"),
        (["grey #909094", "crimson #a01224"], "silver", "ruby"),
        (["dull gold #a6894c"], "yellow gold", None),
    ],
)
def test_its_metal_and_stone_are_nearest_in_colour(colours: list[str], metal: str, stone: str | None) -> None:
    """Gold where something is warm, else silver; a stone where something is colourful; empty space is no night sky."""
    brief = brief_of(scene_prompt(scene_of(*colours)))
    assert (brief.first("jewel"), brief.first("metal"), brief.first("stone")) == ("ring", metal, stone)
    assert brief.first("scene") is None


def test_what_is_named_stays_what_it_is() -> None:
    """A subject in words is painted by them, whatever its colours."""
    brief = brief_of(scene_prompt(scene_of("blue #526edd", description="a barn in a field")))
    assert brief.first("jewel") is None
    assert brief.first("scene") is not None
