"""Scenes by measurement, on pictures whose colours, light and arrangement are known: every word is true of them."""

import re

import cv2
import numpy as np
import pytest
from skimage import data

from tasks.domain.scenes.answers import as_scene, scene_prompt
from tasks.domain.scenes.measuring import measure_scene
from tasks.domain.scenes.measuring.colours import colour_name, to_lab
from tasks.domain.scenes.measuring.describing import FEW_COLOURS, NOT_STEERED, NOTHING_STANDS_OUT, UNKNOWN
from tasks.domain.scenes.scene import Scene

GREY, GOLD, BLUE = (128, 128, 128), (151, 126, 71), (40, 70, 200)


def canvas(colour: tuple[int, int, int] = GREY, width: int = 480, height: int = 320) -> np.ndarray:
    """An even area with the faint noise that any photo has."""
    noise = np.random.default_rng(3).integers(-1, 2, (height, width, 3))
    return (np.full((height, width, 3), colour) + noise).clip(0, 255).astype(np.uint8)


def with_disc(x: float, y: float, radius: float = 0.15, colour: tuple[int, int, int] = BLUE) -> np.ndarray:
    """A disc at a place given in fractions of the frame; its radius is one of the height."""
    pixels = canvas()
    height, width = pixels.shape[:2]
    cv2.circle(pixels, (round(x * width), round(y * height)), round(radius * height), colour, -1, cv2.LINE_AA)
    return pixels


def measured(pixels: np.ndarray) -> Scene:
    return measure_scene(pixels, exif=None, steering="")


def percents(scene: Scene) -> list[int]:
    """Left, right, top and bottom of the subject."""
    return [int(number) for number in re.findall(r"\d+", scene.subjects[0].position)]


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"),
        ((255, 255, 255), "white"),
        ((128, 128, 128), "grey"),
        ((255, 0, 0), "red"),
        ((0, 128, 0), "green"),
        ((0, 0, 255), "blue"),
        ((0, 0, 128), "navy blue"),
        ((20, 60, 130), "dark blue"),
        ((255, 255, 0), "yellow"),
        ((255, 165, 0), "orange"),
        ((139, 69, 19), "brown"),
        ((128, 0, 128), "purple"),
        ((255, 105, 180), "pink"),
        ((0, 128, 128), "teal"),
        ((135, 206, 235), "light blue"),
        ((245, 222, 179), "sand"),
        ((128, 128, 0), "olive"),
        ((151, 126, 71), "dull gold"),
        ((212, 175, 55), "gold"),
    ],
)
def test_colours_have_their_names(rgb: tuple[int, int, int], name: str):
    """Those that people call them by."""
    assert colour_name(*to_lab(np.array([[rgb]], np.uint8))[0, 0].tolist()) == name


def test_every_colour_has_a_name():
    """Each of a grid over all of sRGB."""
    levels = np.linspace(0, 255, 18).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(1, -1, 3)
    assert all(colour_name(*lab) for lab in to_lab(grid)[0].tolist())


def test_the_palette_is_the_pictures_colours_the_largest_first():
    """Three bars of known width: their colours with their hex codes, in the order of their areas."""
    pixels = np.zeros((200, 400, 3), np.uint8)
    pixels[:, :220], pixels[:, 220:340], pixels[:, 340:] = (200, 30, 30), (240, 240, 240), (20, 60, 160)
    palette = measured(pixels).color_palette
    assert [re.sub(r" #.*", "", colour) for colour in palette] == ["red", "off-white", "dark blue"]
    for colour, rgb in zip(palette, [(200, 30, 30), (240, 240, 240), (20, 60, 160)], strict=True):
        code = colour.split("#")[1]
        assert [int(code[i : i + 2], 16) for i in (0, 2, 4)] == pytest.approx(rgb, abs=2)


def test_a_small_strong_colour_is_in_the_palette():
    """A gem of half a percent of the picture."""
    palette = measured(with_disc(0.5, 0.5, radius=0.05, colour=(200, 20, 40))).color_palette
    assert any("red" in colour for colour in palette)


@pytest.mark.parametrize("even", [0, 90, 255])
def test_an_even_area_is_described_and_no_more_is_claimed(even: int):
    """A palette of one colour is said to be one; nothing stands out; no direction of light, no sharpness."""
    scene = measured(np.full((90, 60, 3), even, np.uint8))
    assert len(scene.color_palette) == 3
    assert len(set(scene.color_palette)) == 1
    assert {FEW_COLOURS, NOTHING_STANDS_OUT, UNKNOWN} <= set(scene.analysis.warnings)
    assert "evenly spread" in scene.lighting
    assert (scene.camera.focus, scene.background, scene.camera.aspect_ratio) == ("", "", "2:3")


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [
        (0.2, 0.25, "in the upper left"),
        (0.8, 0.25, "in the upper right"),
        (0.2, 0.75, "in the lower left"),
        (0.5, 0.5, "in the centre"),
        (0.8, 0.5, "on the right, at middle height"),
        (0.5, 0.78, "in the lower middle"),
    ],
)
def test_what_stands_out_is_found_where_it_is(x: float, y: float, place: str):
    """Its place in words, its bounds to within two percent of the frame, and its own colour."""
    scene = measured(with_disc(x, y))
    (subject,) = scene.subjects
    assert subject.position.startswith(f"{place};")
    assert percents(scene) == pytest.approx([100 * x - 10, 100 * x + 10, 100 * y - 15, 100 * y + 15], abs=2)
    assert "blue" in subject.color_palette[0]
    assert "plain background" in scene.background
    assert "grey" in scene.background
    assert ("centred" in scene.composition) == (place == "in the centre")


def test_a_ring_has_an_opening():
    """The surroundings show through a hoop, and not through a disc."""
    hoop = with_disc(0.5, 0.5, 0.3, GOLD)
    cv2.circle(hoop, (240, 160), 60, GREY, -1, cv2.LINE_AA)
    assert "with an opening" in measured(hoop).subjects[0].description
    assert "opening" not in measured(with_disc(0.5, 0.5, 0.3, GOLD)).subjects[0].description


def test_parts_are_told():
    """Two discs are not one area."""
    pixels = with_disc(0.3, 0.5)
    cv2.circle(pixels, (340, 160), 48, BLUE, -1, cv2.LINE_AA)
    scene = measured(pixels)
    assert "in 2 separate parts" in scene.subjects[0].description
    assert "Areas in" in scene.scene


@pytest.mark.parametrize("make", [lambda: with_disc(0.25, 0.3), data.coffee, data.astronaut])
def test_a_mirrored_picture_has_mirrored_words(make):
    """Left and right change places, and nothing else does."""
    pixels = make()
    one, other = measured(pixels), measured(np.ascontiguousarray(pixels[:, ::-1]))
    left, right, top, bottom = percents(one)
    assert percents(other) == pytest.approx([100 - right, 100 - left, top, bottom], abs=3)
    sides = {"left": "right", "right": "left"}
    mirrored = re.sub(r"\b(left|right)\b", lambda side: sides[side[0]], one.lighting)
    assert other.lighting == mirrored
    assert other.style == one.style


@pytest.mark.parametrize(("turns", "side"), [(0, "right"), (1, "top"), (2, "left"), (3, "bottom")])
def test_the_brighter_side_is_named(turns: int, side: str):
    """A ramp of grey, turned by quarters."""
    ramp = np.tile(np.linspace(40, 210, 256).astype(np.uint8)[None, :, None], (256, 1, 3))
    assert f"brighter towards the {side}" in measured(np.rot90(ramp, turns)).lighting


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda grey: grey // 4, "low-key"),
        (lambda grey: 255 - grey // 4, "high-key"),
        (lambda grey: 100 + grey // 8, "low contrast"),
        (lambda grey: grey, "high contrast"),
    ],
)
def test_key_and_contrast_follow_the_pixels(change, word: str):
    """The same picture darker, brighter, flatter."""
    grey = np.tile(np.linspace(0, 255, 200).astype(np.uint8), (200, 1))
    assert word in measured(np.dstack([change(grey)] * 3)).lighting


@pytest.mark.parametrize(
    ("rgb", "word"), [((150, 125, 95), "warm overall"), ((95, 120, 150), "cool overall"), (GREY, "without colour")]
)
def test_warmth_follows_the_pixels(rgb: tuple[int, int, int], word: str):
    """Grey is neither: it has no colour."""
    assert word in measured(canvas(rgb)).lighting


def test_blur_is_seen():
    """The same photo sharp, and blurred."""
    photo = data.astronaut()
    assert "edges are sharp" in measured(photo).camera.focus
    assert "edges are blurred" in measured(cv2.GaussianBlur(photo, (0, 0), 4)).camera.focus


def test_a_blurred_background_is_told():
    """A sharp pattern in the middle of a blurred one: what stands out is sharper than the rest."""
    pattern = np.kron(np.random.default_rng(1).integers(60, 190, (64, 96)), np.ones((8, 8))).astype(np.uint8)
    pixels = cv2.GaussianBlur(np.dstack([pattern] * 3), (0, 0), 4)
    thing = np.dstack([pattern, pattern // 2, pattern // 8])
    pixels[160:360, 250:520] = thing[160:360, 250:520]
    scene = measured(pixels)
    assert "sharper than the rest" in scene.camera.focus
    assert "less sharp than what stands out" in scene.background


def test_grain_is_told_from_texture():
    """Noise over an even area is grain; a wall of bricks is not."""
    noisy = canvas().astype(float) + np.random.default_rng(2).normal(0, 12, (320, 480, 1))
    assert "grain" in measured(noisy.clip(0, 255).astype(np.uint8)).film_stock
    assert measured(np.dstack([data.brick()] * 3)).film_stock == ""
    assert measured(canvas()).film_stock == ""


def test_a_busy_photo_is_not_given_a_subject():
    """A cat's face that fills the frame, and a night sky over a launch pad, have no one area that stands out."""
    for photo in (data.chelsea(), data.rocket()):
        scene = measured(photo)
        assert NOTHING_STANDS_OUT in scene.analysis.warnings
        assert scene.subjects[0].position == "whole frame"


def test_photos_of_things_have_one():
    """A cup on a saucer is where it is, and of its colour; the light comes from where it is brighter."""
    scene = measured(data.coffee())
    assert percents(scene) == pytest.approx([12, 80, 5, 97], abs=3)
    assert "red" in scene.subjects[0].color_palette[0]
    assert "warm" in scene.lighting
    assert scene.camera.aspect_ratio == "3:2"


@pytest.mark.parametrize(
    ("size", "ratio"),
    [((600, 400), "3:2"), ((400, 600), "2:3"), ((1920, 1080), "16:9"), ((300, 300), "1:1"), ((700, 100), "7.00:1")],
)
def test_the_format_is_named(size: tuple[int, int], ratio: str):
    """By its usual name where it has one."""
    assert measured(canvas(width=size[0], height=size[1])).camera.aspect_ratio == ratio


def test_symmetry_and_lines_are_told():
    """Of stripes, and of one half mirrored; not of noise."""
    stripes = canvas()
    stripes[::20], stripes[1::20], stripes[2::20] = 20, 20, 20
    assert "horizontal edges" in measured(stripes).composition
    assert "vertical edges" in measured(np.rot90(stripes)).composition
    half = cv2.GaussianBlur(data.coffee(), (0, 0), 8)[:, :300]
    assert "symmetrical" in measured(np.hstack([half, half[:, ::-1]])).composition
    assert "symmetrical" not in measured(data.coffee()).composition


@pytest.mark.parametrize("shape", [(1, 1), (1, 400), (3, 2), (400, 2)])
def test_tiny_pictures_are_described(shape: tuple[int, int]):
    """However little there is to measure."""
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 3)).astype(np.uint8)
    assert measured(pixels).color_palette


def test_a_measured_scene_says_so_and_is_a_prompt():
    """Who described it and what it does not know; it is the same each time; a direction is said not to be followed."""
    photo = data.coffee()
    scene = measured(photo)
    assert scene == measured(photo)
    assert scene.analysis.by == "measurement"
    assert UNKNOWN in scene.analysis.warnings
    assert NOT_STEERED not in scene.analysis.warnings
    assert NOT_STEERED in measure_scene(photo, exif={}, steering="the cup").analysis.warnings
    assert (scene.era, scene.time_weather, scene.camera.angle, scene.props) == ("", "", "", [])
    assert as_scene(scene_prompt(scene)) == scene.model_copy(update={"analysis": None})


def test_pixels_may_be_read_only():
    """As decoded pictures are."""
    pixels = with_disc(0.5, 0.5)
    pixels.flags.writeable = False
    assert measured(pixels).subjects
