"""The painter: the same order gives the same picture, and what the words, the seed and the settings say is seen."""

import io

import numpy as np
import pytest
from PIL import Image

from tasks.domain.painting.order import (
    NOTHING_RECOGNISED,
    Orientation,
    PaintingOrder,
    Size,
    fitted,
    size_px,
)
from tasks.domain.painting.painter import paint
from tasks.domain.painting.vocabulary import phrases
from tests.painting.pictures import HEIGHT, WIDTH, brightness, difference, painted, saturation, strongest_colour

SUBJECTS = [
    "a gold ring with a ruby", "a signet ring", "a wedding band", "a pearl ring", "a three stone ring",
    "an eternity ring with diamonds", "a pendant with an emerald", "a locket", "a diamond necklace", "a pearl necklace",
    "drop earrings", "stud earrings", "pearl stud earrings", "hoop earrings", "a bracelet with sapphires",
    "a chain of jade beads, bracelet", "a bangle", "a brooch", "a tiara", "jewelry", "the sea", "a lake", "mountains",
    "a forest", "the desert", "a meadow", "a city at night", "a red barn", "a room", "roses", "daisies",
    "a portrait of a woman", "a portrait of a man", "a still life with apples", "a candle and a vase", "the milky way",
    "northern lights", "the sky", "qqq",
]  # fmt: skip
LOOKS = ["film grain", "black and white", "sepia", "vintage", "watercolour", "oil painting", "pencil sketch", "linocut",
         "macro", "bokeh", "cinematic", "muted", "vivid"]  # fmt: skip


@pytest.mark.parametrize("prompt", SUBJECTS)
def test_the_same_order_gives_the_same_picture_and_another_seed_another(prompt: str) -> None:
    """Nothing is left to chance but what the seed decides, and that is seen."""
    one = painted(prompt)
    assert one.shape == (HEIGHT, WIDTH, 3)
    assert one.std() > 5
    assert (one == painted(prompt)).all()
    assert difference(one, painted(prompt, seed=2)) > 2


@pytest.mark.parametrize("look", LOOKS)
def test_a_look_changes_the_picture(look: str) -> None:
    """A word for a manner or a lens is seen."""
    assert difference(painted(f"mountains, {look}"), painted("mountains")) > 0.5 or look in ("macro", "bokeh")
    assert difference(painted(f"a gold ring, {look}"), painted("a gold ring")) > 0.5


def test_black_and_white_has_no_colour() -> None:
    """Whatever the subject's colours are."""
    assert saturation(painted("a ruby ring on red velvet, black and white")) < 8
    assert saturation(painted("a ruby ring on red velvet")) > 40


@pytest.mark.parametrize("seed", range(3))
def test_gold_is_warmer_than_silver(seed: int) -> None:
    """The metal that is named is the one that is seen: gold has far less blue than red, silver about as much."""
    gold = painted("a plain yellow gold wedding band on grey paper", seed).astype(int)
    silver = painted("a plain silver wedding band on grey paper", seed).astype(int)
    metal = np.abs(gold - silver).sum(2) > 30
    assert metal.sum() > 100
    warmth = [(picture[metal][:, 0] - picture[metal][:, 2]).mean() for picture in (gold, silver)]
    assert warmth[0] > warmth[1] + 25


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("stone", "channel"), [("ruby", 0), ("emerald", 1), ("sapphire", 2)])
def test_a_stone_has_its_colour(stone: str, channel: int, seed: int) -> None:
    """A ruby is red, an emerald green and a sapphire blue: nothing in the picture has more colour."""
    colour = strongest_colour(painted(f"platinum ring with a round {stone} on grey paper", seed))
    assert int(colour.argmax()) == channel
    assert colour.max() - colour.min() > 25


@pytest.mark.parametrize("scene", ["mountains", "the sea", "a city", "a meadow", "a gold ring"])
def test_night_is_darker_than_noon(scene: str) -> None:
    """The hour that is named is the one that is seen."""
    assert brightness(painted(f"{scene} at night")) < 0.7 * brightness(painted(f"{scene} at noon"))


def test_weather_is_seen() -> None:
    """Fog takes the contrast, and an overcast sky the colour."""
    clear, fog = painted("mountains, clear sky, noon"), painted("mountains in fog, noon")
    assert fog.std() < clear.std()
    assert saturation(painted("the sea, overcast, noon")) < saturation(painted("the sea, clear sky, noon"))


def test_colours_that_are_named_are_seen() -> None:
    """The surroundings of a piece are of the colours that are named, by name and in hexadecimals."""
    for named in ("blue", "#2040c0"):
        red, green, blue = painted(f"a gold ring on {named} velvet").astype(float).mean((0, 1))
        assert blue > red
        assert blue > green


def test_what_is_ruled_out_is_not_painted() -> None:
    """'No' and 'without' take the next phrase back."""
    assert paint(PaintingOrder("a gold ring without diamonds, no velvet", 1, 64, 64)).read == ["yellow gold", "ring"]


def test_what_was_read_is_told() -> None:
    """The caller learns what was followed, and that nothing was."""
    told = paint(PaintingOrder("A rose gold ring with an oval sapphire on marble at dusk", 1, 64, 64))
    assert told.read == ["rose gold", "ring", "oval", "sapphire", "marble", "dusk"]
    assert told.unread == []
    unknown = paint(PaintingOrder("qwertz uiop", 1, 64, 64))
    assert (unknown.read, unknown.unread) == ([], [NOTHING_RECOGNISED])


@pytest.mark.parametrize(
    "prompt", ["x" * 300_000, "ring " * 60_000, "{" * 5000, '{"scene": 1}', "\x00\x01", "🙂 💍", "ﷺ"]
)
def test_hostile_prompts_are_painted_all_the_same(prompt: str) -> None:
    """Whatever text it is, there is a picture."""
    assert paint(PaintingOrder(prompt, 1, 64, 48)).pixels.shape == (48, 64, 3)


def test_everything_that_is_read_can_be_painted() -> None:
    """Nothing in the vocabulary leads to an error: every value of every kind is painted with some of the others."""
    said: dict[str, dict[str, str]] = {}
    for phrase, kind, value in phrases():
        said.setdefault(kind, {}).setdefault(value, phrase)
    columns = [list(values.values()) for kind, values in said.items() if kind != "nothing"]
    for number in range(max(map(len, columns))):
        prompt = ", ".join(column[number % len(column)] for column in columns)
        assert paint(PaintingOrder(prompt, number, 48, 32, steps=1)).pixels.shape == (32, 48, 3)


@pytest.mark.parametrize("orientation", ["landscape", "portrait", "square"])
@pytest.mark.parametrize("size", ["0.5mp", "1mp", "2mp", "4mp"])
def test_sizes(size: Size, orientation: Orientation) -> None:
    """About so many megapixels, in whole blocks of eight, three to two."""
    width, height = size_px(size, orientation)
    assert width * height / 1024**2 == pytest.approx(float(size[:-2]), rel=0.02)
    assert (width % 8, height % 8) == (0, 0)
    assert width / height == pytest.approx({"landscape": 1.5, "portrait": 2 / 3, "square": 1}[orientation], rel=0.02)


def test_upright_and_odd_sizes() -> None:
    """Any size is painted, and an upright picture is no stretched one."""
    for width, height in ((160, 240), (200, 200), (72, 40), (8, 8)):
        assert paint(PaintingOrder("a gold ring", 1, width, height)).pixels.shape == (height, width, 3)


def test_steps_and_guidance_count() -> None:
    """Both are part of the order: more steps are finer, more guidance is stronger in colour."""
    assert difference(painted("a gold ring", steps=4), painted("a gold ring", steps=100)) > 0
    assert saturation(painted("a ruby ring", guidance=10.0)) > saturation(painted("a ruby ring", guidance=1.0))


def halves() -> np.ndarray:
    """A picture that is red on the left and blue on the right."""
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[:, : WIDTH // 2], pixels[:, WIDTH // 2 :] = (200, 40, 40), (40, 60, 190)
    return pixels


def test_strength_leads_from_the_start_to_the_fresh_picture() -> None:
    """At 0 it is the start, at 1 as if there were none; between, every bit of strength leads on."""
    start, fresh = halves(), painted("a gold ring")
    steps = [painted("a gold ring", start=start, strength=strength) for strength in (0, 0.2, 0.4, 0.6, 0.8, 1)]
    assert (steps[0] == start).all()
    assert (steps[-1] == fresh).all()
    from_start = [difference(step, start) for step in steps]
    to_fresh = [difference(step, fresh) for step in steps]
    assert from_start == sorted(from_start)
    assert to_fresh == sorted(to_fresh, reverse=True)


def test_the_start_s_palette_stays_halfway() -> None:
    """Painted over by half, the left is still redder than the right."""
    over = painted("a silver ring on grey paper", start=halves(), strength=0.5).astype(float)
    left, right = over[:, : WIDTH // 2].mean((0, 1)), over[:, WIDTH // 2 :].mean((0, 1))
    assert left[0] - left[2] > right[0] - right[2] + 30


def test_a_start_of_another_shape_is_cut_not_stretched() -> None:
    """Its middle is kept, in its own proportions."""
    start = np.zeros((100, 400, 3), np.uint8)
    start[:, 150:250] = 255
    cut = fitted(start, 100, 100)
    assert cut.shape == (100, 100, 3)
    assert cut.mean() > 250
    assert fitted(start, 800, 200).shape == (200, 800, 3)


def test_a_picture_is_a_decent_file() -> None:
    """It has detail enough that JPEG needs some bytes, and not so much noise that it needs all of them."""
    out = io.BytesIO()
    Image.fromarray(painted("a gold ring with a ruby")).save(out, "JPEG", quality=95)
    assert 3_000 < len(out.getvalue()) < WIDTH * HEIGHT * 2
