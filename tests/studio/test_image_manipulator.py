"""The image manipulator, in both dialects: sizes, padding, formats, and the zoom check."""

from typing import Any

import numpy as np
import pytest
from PIL import Image

from blocks.artifacts import ArtifactStore
from tests.studio.conftest import Client
from tests.studio.drawn import PHOTO, base64_of, file, opened, ring_photo

RESIZE, ZOOM = "/image-manipulator/resize", "/image-manipulator/zoom_check"
CANVAS = {"target_width": 300, "target_height": 400, "flag": "fixed_dimensions"}


async def stored(store: ArtifactStore, width: int, height: int, format: str = "PNG", **options: Any) -> str:
    data = file(ring_photo(width, height), format, **options)
    return (await store.write(data)).uri


@pytest.mark.parametrize(
    ("size", "padding"),
    [
        ((200, 100), {"top": 125, "bottom": 125, "left": 0, "right": 0}),
        ((50, 100), {"top": 0, "bottom": 0, "left": 50, "right": 50}),
        ((30, 40), {"top": 0, "bottom": 0, "left": 0, "right": 0}),
        ((300, 399), {"top": 0, "bottom": 1, "left": 0, "right": 0}),
    ],
)
async def test_a_photo_is_letterboxed_onto_the_canvas(
    studio: Client, store: ArtifactStore, size: tuple[int, int], padding: dict[str, int]
) -> None:
    """The photo keeps its shape and fills the canvas in one direction; what is added is told, odd pixels at the end."""
    body = {"image_uri": await stored(store, *size), "max_dimension": 64, **CANVAS}  # the canvas wins
    answer = (await studio.post(RESIZE, json=body)).json()
    assert answer["padding"] == padding
    assert (answer["original_width"], answer["original_height"]) == size
    assert (answer["new_width"], answer["new_height"]) == (300, 400)
    assert answer["engine"] == "classical"
    assert opened(await store.read(answer["resized_uri"])).size == (300, 400)


@pytest.mark.parametrize(
    ("size", "limit", "expected"),
    [((200, 100), 100, (100, 50)), ((200, 100), 300, (200, 100)), ((90, 120), None, (90, 120))],
)
async def test_max_dimension_bounds_the_longer_side(
    studio: Client, store: ArtifactStore, size: tuple[int, int], limit: int | None, expected: tuple[int, int]
) -> None:
    """Without the flag the longer side is bounded, 1536 when nothing is said; nothing is enlarged or padded."""
    body = {"image_uri": await stored(store, *size), **({"max_dimension": limit} if limit else {})}
    answer = (await studio.post(RESIZE, json=body)).json()
    assert (answer["new_width"], answer["new_height"]) == expected
    assert set(answer["padding"].values()) == {0}
    assert opened(await store.read(answer["resized_uri"])).size == expected


async def test_the_deployed_dialect_gets_the_picture_back(studio: Client, store: ArtifactStore, photo_uri: str) -> None:
    """A URI, base64 and a data URL are the same picture, and its bytes are those that the seed's dialect stores."""
    bare = base64_of(PHOTO)
    forms = [{"uri": photo_uri}, {"base64": bare.rstrip("=")}, {"base64": f"data:image/jpeg;base64,{bare}"}]
    wanted = {"target_width": 200, "target_height": 300, "flag": "fixed_dimensions"}
    answers = [(await studio.post(RESIZE, json={"image": form, **wanted})).json() for form in forms]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0]["padding"] == {"top": 16, "bottom": 17, "left": 0, "right": 0}
    seeds = (await studio.post(RESIZE, json={"image_uri": photo_uri, **wanted})).json()
    assert base64_of(await store.read(seeds["resized_uri"])) == answers[0]["image_base64"]
    assert opened(answers[0]["image_base64"]).format == "JPEG"


async def test_the_deployed_canvas_is_2000_by_2667(studio: Client, store: ArtifactStore) -> None:
    """A body without a target gets the canvas of the system that was replaced."""
    answer = (await studio.post(RESIZE, json={"image": {"uri": await stored(store, 30, 40)}})).json()
    assert (answer["new_width"], answer["new_height"]) == (2000, 2667)
    assert opened(answer["image_base64"]).size == (2000, 2667)


async def test_a_turned_photo_is_turned_upright(studio: Client, store: ArtifactStore) -> None:
    """EXIF orientation is applied before anything is measured."""
    exif = Image.Exif()
    exif[0x0112] = 6
    uri = await stored(store, 200, 100, "JPEG", exif=exif)
    answer = (await studio.post(RESIZE, json={"image_uri": uri, "max_dimension": 50})).json()
    assert (answer["original_width"], answer["original_height"]) == (100, 200)
    assert (answer["new_width"], answer["new_height"]) == (25, 50)


async def test_a_transparent_photo_stays_transparent(studio: Client, store: ArtifactStore) -> None:
    """What was cut out stays cut out, as PNG, and so is the padding."""
    pixels = np.dstack([ring_photo(60, 40), np.full((40, 60), 255, np.uint8)])
    pixels[:, :20, 3] = 0
    uri = (await store.write(file(pixels))).uri
    answer = (await studio.post(RESIZE, json={"image_uri": uri, **CANVAS})).json()
    image = opened(await store.read(answer["resized_uri"]))
    alpha = np.asarray(image)[..., 3]
    assert (image.format, image.mode) == ("PNG", "RGBA")
    assert (alpha[200, 50], alpha[200, 250], alpha[5, 150]) == (0, 255, 0)


async def test_the_zoom_check_answers_in_both_spellings(studio: Client, photo_uri: str) -> None:
    """Both dialects hear the same decision under both names, and how much of the picture the subject fills."""
    seeds = (await studio.post(ZOOM, json={"image_uri": photo_uri})).json()
    deployed = (await studio.post(ZOOM, json={"image": {"base64": base64_of(PHOTO)}})).json()
    assert seeds == deployed
    assert isinstance(seeds["recommend_bg_removal"], bool)
    assert seeds["recommend_bg_removal"] is seeds["should_remove_background"]
    assert 0.3 < seeds["zoom_level"] < 0.8
    assert seeds["engine"] == "classical"
