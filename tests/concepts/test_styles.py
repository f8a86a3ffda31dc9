"""The style catalogue: every style is complete, known to the offline designer, and has a preview that exists."""

from pathlib import Path

import pytest
from PIL import Image
from pydantic import ValidationError

from tasks.domain.concepts.styles import ConceptStyle, concept_styles, read_styles, style_named
from tasks.domain.concepts.wording import worded
from tasks.domain.errors import InvalidInput
from tasks.domain.rings.reader import read_prompt

SAMPLES = Path(__file__).resolve().parents[2] / "api" / "console" / "samples"
STYLES = list(concept_styles().values())


def test_clients_find_the_styles_that_they_use():
    """About ten, and the one that clients of the RunPod workers send."""
    assert len(STYLES) >= 10
    assert "lowpoly" in concept_styles()


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.id)
def test_the_offline_designer_follows_a_styles_ring_words(style: ConceptStyle):
    """What a style says to it, it knows."""
    spec = read_prompt(f"a gold ring, {style.ring_words}")
    assert spec.not_honoured == ()
    assert bool(spec.styles) == bool(style.ring_words)


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.id)
def test_every_preview_is_a_small_square_picture(style: ConceptStyle):
    """The page shows them side by side."""
    preview = Image.open(SAMPLES / style.preview)
    assert preview.size == (256, 256)
    assert (SAMPLES / style.preview).stat().st_size < 30_000


def test_an_unknown_style_lists_the_known_ones():
    """The error names the field as its caller calls it."""
    with pytest.raises(InvalidInput, match="'rococo' is unknown; known styles are classic, art-deco") as caught:
        style_named("rococo", field="styleId")
    assert caught.value.field == "styleId"


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_style_is_none(nothing: str | None):
    """Clients that leave it open send null or an empty string."""
    assert style_named(nothing) is None


@pytest.mark.parametrize(
    "text",
    [
        "styles: []",
        "styles: [{id: a, name: A, fragment: x}, {id: a, name: B, fragment: y}]",
        "styles: [{id: A b, name: A, fragment: x}]",
        "styles: [{id: a, name: A, fragment: x, alias: b}]",
        "styles: [{id: a, name: A, fragment: x, preview: ../secret.png}]",
        "styles: [{id: a, name: A, fragment: x, grade: {saturation: 3}}]",
        "- a list",
    ],
)
def test_a_catalogue_that_breaks_a_rule_is_not_read(text: str):
    """Empty, an id twice, an id no URL can carry, an unknown field, a preview outside, a colour out of range."""
    with pytest.raises(ValidationError):
        read_styles(text)


def test_the_prompt_has_the_clients_words_the_styles_and_the_staging():
    """Words are sent as they are, without line breaks; without words a picture is redrawn as it is."""
    style = concept_styles()["lowpoly"]
    said = worded("a fox\n  with a ruby. ", style, has_picture=False)
    assert "one single piece: a fox with a ruby. Style: low-poly" in said
    assert "white background" in said
    redrawn = worded(" ", None, has_picture=True)
    assert "Change it" not in redrawn
    assert "Style" not in redrawn
    assert "as follows: in silver." in worded("in silver", None, has_picture=True)
