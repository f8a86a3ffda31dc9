"""The image endpoint's contract: a picture for a prompt, the same for the same, and there after a restart."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from blocks.artifacts import ArtifactStore
from tests.studio.drawn import base64_of, file
from tests.studio_images.conftest import GENERATE, ORDER, Client, Serve, fetched, made

HALVES = np.zeros((400, 600, 3), np.uint8)
HALVES[:, :300], HALVES[:, 300:] = (200, 30, 40), (20, 60, 190)
DATA_URL = f"data:image/png;base64,{base64_of(file(HALVES))}"


def stored_pictures(store: ArtifactStore) -> list[Path]:
    return list((store.home / "store" / store.container / "hashed").glob("*"))


async def test_a_prompt_becomes_a_picture(studio: Client) -> None:
    """The answer says what was made of what; the picture has that size, and comes with a name that never changes."""
    image = await made(studio, ORDER | {"seed": 7, "guidance_scale": 3.5})
    assert (image["seed"], image["engine"], image["strength"]) == (7, "studio-painter", None)
    assert (image["steps"], image["guidance_scale"]) == (20, 3.5)
    pixels = await fetched(studio, image)
    assert pixels.shape == (image["height"], image["width"], 3)
    answer = await studio.get(f"/image-endpoint/images/{image['filename']}")
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("size", ["0.5mp", "1mp", "2mp"])
@pytest.mark.parametrize(("orientation", "aspect"), [("landscape", 1.5), ("portrait", 2 / 3), ("square", 1.0)])
async def test_sizes_are_kept(studio: Client, size: str, orientation: str, aspect: float) -> None:
    """Every size has about its megapixels, in the aspect asked for and in whole blocks of eight."""
    image = await made(studio, ORDER | {"size": size, "orientation": orientation, "prompt": "zzz"})
    width, height = image["width"], image["height"]
    assert width * height / 1024**2 == pytest.approx(float(size[:-2]), rel=0.02)
    assert width / height == pytest.approx(aspect, rel=0.02)
    assert (width % 8, height % 8) == (0, 0)
    assert (await fetched(studio, image)).shape == (height, width, 3)


async def test_the_same_request_gives_the_same_picture_after_a_restart_too(serve: Serve, store: ArtifactStore) -> None:
    """A studio that was restarted between question and fetch still has the picture, and does not paint it again."""
    image = await made(await serve(), ORDER | {"seed": 3})
    before = stored_pictures(store)
    restarted = await serve()
    await fetched(restarted, image)
    assert await made(restarted, ORDER | {"seed": 3}) == image
    assert stored_pictures(store) == before


async def test_a_picture_that_was_tidied_away_is_painted_again(studio: Client, store: ArtifactStore) -> None:
    """Housekeeping may take the bytes; the same request brings the same ones back."""
    image = await made(studio, ORDER | {"seed": 4})
    pixels = await fetched(studio, image)
    for path in stored_pictures(store):
        path.unlink()
    assert (await studio.get(f"/image-endpoint/images/{image['filename']}")).status_code == 404
    assert await made(studio, ORDER | {"seed": 4}) == image
    assert (await fetched(studio, image) == pixels).all()


async def test_one_key_one_picture(studio: Client, store: ArtifactStore) -> None:
    """Without a seed, requests differ; with the same Idempotency-Key they are one, also while it is being painted."""
    key = {"Idempotency-Key": "run-1-endpoint"}
    together = await asyncio.gather(*(made(studio, ORDER, **key) for _ in range(5)))
    assert all(image == together[0] for image in together)
    assert await made(studio, ORDER, **key) == together[0]
    assert len(stored_pictures(store)) == 1
    other = await made(studio, ORDER, **{"Idempotency-Key": "run-2-endpoint"})
    free = [await made(studio, ORDER) for _ in range(2)]
    assert len({image["seed"] for image in (together[0], other, *free)}) == 4


async def test_strength_says_how_far_a_picture_is_left_behind(studio: Client) -> None:
    """At 0 the picture comes back, at 1 nothing of it does; between, the more strength the farther from it."""
    body = ORDER | {"seed": 5, "input_image": DATA_URL}
    distances = []
    for strength in (0, 0.3, 0.7, 1):
        image = await made(studio, body | {"strength": strength})
        assert image["strength"] == strength
        pixels = (await fetched(studio, image)).astype(float)
        halves = np.where(np.arange(pixels.shape[1])[:, None] < pixels.shape[1] // 2, HALVES[0, 0], HALVES[0, -1])
        distances.append(np.abs(pixels - halves).mean())
    assert distances[0] < 2
    assert distances == sorted(distances)
    ignored = await fetched(studio, await made(studio, body | {"strength": 1}))
    assert (ignored == await fetched(studio, await made(studio, ORDER | {"seed": 5}))).all()


async def test_health_names_the_engine(studio: Client) -> None:
    """A probe of either kind, the root or /health, finds the endpoint and who paints there."""
    for path in ("", "/", "/health"):
        said = (await studio.get(f"/image-endpoint{path}")).json()
        assert said == {"status": "online", "service": "image-endpoint", "engine": "studio-painter", "queued": 0}


async def test_a_line_that_is_full_says_when_to_come_again(serve: Serve) -> None:
    """Of many pictures at once some wait, and those for which there is no place are told so."""
    client = await serve(threads=1, max_waiting=0)
    answers = await asyncio.gather(*(client.post(GENERATE, json=ORDER | {"seed": seed}) for seed in range(4)))
    assert sorted({answer.status_code for answer in answers}) == [200, 503]
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers if answer.status_code == 503)
