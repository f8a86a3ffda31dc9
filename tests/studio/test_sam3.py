"""SAM3: clicks in both dialects become masks of the picture's size, white where the jewelry is."""

from typing import Any

import numpy as np
import pytest

from blocks.artifacts import ArtifactStore
from tests.studio.benches import Noting, with_segmenter
from tests.studio.conftest import Client, Serve, finished
from tests.studio.drawn import BESIDE_IT, HEIGHT, ON_THE_RING, WIDTH, file, opened, ring_mask, ring_photo

Clicks = list[tuple[float, float]]
CLICKS = [*ON_THE_RING, *BESIDE_IT]
LABELS = [1] * len(ON_THE_RING) + [0] * len(BESIDE_IT)


def seed(
    uri: str, clicks: list[tuple[float, float]] = CLICKS, labels: list[int] = LABELS, **more: Any
) -> dict[str, Any]:
    fractions = [[x / WIDTH, y / HEIGHT] for x, y in clicks]
    return {"image_uri": uri, "points": fractions, "labels": labels, **more}


def deployed(uri: str, clicks: Clicks = CLICKS, labels: list[int] = LABELS, **more: Any) -> dict[str, Any]:
    pixels = [[x, y] for x, y in clicks]
    return {"data": {"image": {"uri": uri}, "points": pixels, "point_labels": labels, **more}}


@pytest.mark.parametrize(("dialect", "inverted"), [(seed, False), (deployed, True)])
async def test_clicks_become_a_mask(
    studio: Client, store: ArtifactStore, photo_uri: str, dialect: Any, inverted: bool
) -> None:
    """The ring is found, white on black in 8-bit grey; `invert_mask` turns that around."""
    job = await finished(studio, "sam3", dialect(photo_uri, **({"invert_mask": True} if inverted else {})))
    assert (job["status"], job["engine"]) == ("completed", "classical")
    assert job["result"]["mask"]["uri"] == job["mask_uri"]
    image = opened(await store.read(job["mask_uri"]))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (WIDTH, HEIGHT))
    found = (np.asarray(image) > 127) != inverted
    ring = ring_mask()
    assert (found & ring).sum() / (found | ring).sum() > 0.95


@pytest.mark.parametrize("dialect", [seed, deployed])
async def test_points_arrive_in_pixels(serve: Serve, photo_uri: str, dialect: Any) -> None:
    """Both dialects' points mean the same pixels, parted by label; one on the far edge is the last pixel's."""
    noting = Noting()
    client = await serve(with_segmenter(noting))
    clicks = [(37.5, 50.0), (0.0, 0.0), (float(WIDTH), float(HEIGHT))]
    job = await finished(client, "sam3", dialect(photo_uri, clicks, [1, 0, 0]))
    assert (job["status"], job["engine"]) == ("completed", "noting")
    assert noting.foreground == [(37.5, 50.0)]
    assert noting.background == [(0.0, 0.0), (WIDTH - 1, HEIGHT - 1)]


async def test_a_point_outside_the_picture_fails_the_job(studio: Client, photo_uri: str) -> None:
    """Pixels that the picture does not have are the caller's mistake, and no retry mends it."""
    job = await finished(studio, "sam3", deployed(photo_uri, [(151.0, 20.0)], [1]))
    assert (job["status"], job["retryable"]) == ("failed", False)
    assert job["error"] == "points: (151, 20) lies outside the picture of 150 × 200 pixels"


async def test_a_removed_background_is_not_seen(serve: Serve, store: ArtifactStore) -> None:
    """What a cut-out hides becomes one colour, so that the clutter that was removed cannot come back."""
    noting = Noting()
    client = await serve(with_segmenter(noting))
    pixels = np.dstack([ring_photo(30, 40), np.full((40, 30), 255, np.uint8)])
    pixels[:20, ::2, :3] = 0
    pixels[:20, :, 3] = 0
    uri = (await store.write(file(pixels))).uri
    await finished(client, "sam3", {"image_uri": uri, "points": [[0.5, 0.9]], "labels": [1]})
    assert noting.seen is not None
    assert len(np.unique(noting.seen[:20].reshape(-1, 3), axis=0)) == 1
    assert np.array_equal(noting.seen[20:], pixels[20:, :, :3])
