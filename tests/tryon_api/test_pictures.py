"""The overlay of a mask, and stored pictures handed out: to those who know their digests."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from blocks.artifacts import ArtifactStore
from tests.tryon_api.conftest import Client
from tests.tryon_api.pictures import HEIGHT_PX, WIDTH_PX, encoded, half_mask, picture

NOWHERE = "azure://agentic-artifacts/hashed/" + "0" * 64


async def test_an_overlay_is_green_where_the_mask_is_white(tryon: Client, store: ArtifactStore) -> None:
    """Half green, RGB(50, 255, 100), over the mask, which is brought to the picture's size; else as it was; a JPEG."""
    image = await store.write(picture("PNG", colour=(200, 150, 90)))
    mask = await store.write(half_mask((WIDTH_PX // 2, HEIGHT_PX // 2)))
    answer = await tryon.post("/overlay", json={"imageUri": image.uri, "maskUri": mask.uri})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"imageBase64", "maskBase64", "overlayBase64"}
    assert answer.json()["imageBase64"] == encoded(await store.read(image))
    assert answer.json()["maskBase64"] == encoded(await store.read(mask))
    overlay = Image.open(io.BytesIO(base64.b64decode(answer.json()["overlayBase64"])))
    assert (overlay.format, overlay.size) == ("JPEG", (WIDTH_PX, HEIGHT_PX))
    pixels = np.asarray(overlay).astype(int)
    assert np.abs(pixels[200, 50] - (125, 203, 95)).max() <= 3
    assert np.abs(pixels[200, 250] - (200, 150, 90)).max() <= 3


@pytest.mark.parametrize("field", ["imageUri", "maskUri"])
async def test_an_overlay_needs_two_pictures_of_ours(tryon: Client, store: ArtifactStore, field: str) -> None:
    """Unknown is 404; foreign, no picture, a missing field and one that is too large are 422."""
    fine = (await store.write(picture())).uri
    body = {"imageUri": fine, "maskUri": fine}
    await tryon.refused("/overlay", body | {field: NOWHERE}, 404)
    text, large = await store.write(b"words"), await store.write(picture("PNG", size=(4100, 4100)))
    for uri in ("azure://jewelry-uploads/a.jpg", "https://x.example/a.jpg", text.uri, large.uri, None):
        assert field in await tryon.refused("/overlay", body | {field: uri})


async def test_pictures_are_fetched_by_the_callers_keys(tryon: Client, store: ArtifactStore) -> None:
    """Each key gets its picture as base64, or null: for null, the unknown, the foreign, and what is no picture."""
    image, text = await store.write(picture()), await store.write(b"words")
    uris = {
        "flux": image.uri,
        "again": image.uri,
        "none": None,
        "number": 7,
        "unknown": NOWHERE,
        "foreign": "azure://jewelry-uploads/a.jpg",
        "web": "https://x.example/a.jpg",
        "text": text.uri,
    }
    answer = await tryon.post("/images/fetch", json={"uris": uris})
    assert answer.status_code == 200
    assert answer.json() == dict.fromkeys(uris) | dict.fromkeys(("flux", "again"), encoded(picture()))
    assert (await tryon.post("/images/fetch", json={"uris": {}})).json() == {}


async def test_twenty_pictures_at_a_time(tryon: Client) -> None:
    """More than twenty keys, and what is no object of keys, are refused by name."""
    wrong: list[Any] = [{str(number): None for number in range(21)}, [], "x", None]
    for uris in wrong:
        assert "uris" in await tryon.refused("/images/fetch", {"uris": uris})
