"""The A100 server: strokes over masks, and pictures of a person who wears the jewelry, in both dialects."""

from typing import Any

import numpy as np
import pytest

from blocks.artifacts import ArtifactStore
from tests.studio.conftest import Client
from tests.studio.drawn import HEIGHT, MASK, ON_THE_RING, PHOTO, WIDTH, base64_of, file, opened, ring_mask, ring_photo

GENERATE = "/a100/generate"
IMAGES = ("result_base64", "result_gemini_base64", "fidelity_viz_base64", "fidelity_viz_gemini_base64")


async def test_health_has_both_dialects_keys(studio: Client) -> None:
    """A gateway of either dialect finds what it looks for; without a GPU the service says so."""
    health = (await studio.get("/a100/health")).json()
    assert {name: health[name] for name in ("status", "models_loaded", "gpu_available", "gpu_name")} == {
        "status": "online",
        "models_loaded": True,
        "gpu_available": False,
        "gpu_name": None,
    }
    assert (health["gpu_memory_free"], health["gemini_available"], health["engine"]) == (0, True, "classical")


@pytest.mark.parametrize("path", ["/a100/refine_mask", "/a100/refine-mask"])
async def test_strokes_add_and_remove_in_their_order(
    studio: Client, store: ArtifactStore, photo_uri: str, mask_uri: str, path: str
) -> None:
    """Seed: points are fractions; the size is the radius on a canvas 2000 px wide, so 80 is 6 px on 150."""
    strokes = [
        {"points": [[0.5, 0.5]], "mode": "add", "size": 80},
        {"points": [[0.25, 0.5]], "mode": "remove", "size": 80},
    ]
    body = {"image_uri": photo_uri, "mask_uri": mask_uri, "strokes": strokes}
    answer = (await studio.post(path, json=body)).json()
    assert answer["engine"] == "classical"
    image = opened(await store.read(answer["refined_mask_uri"]))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (WIDTH, HEIGHT))
    before, after = ring_mask(), np.asarray(image) > 127
    assert (after & ~before).sum() == pytest.approx(np.pi * 6**2, rel=0.1)
    assert (before & ~after).sum() == pytest.approx(np.pi * 6**2, rel=0.1)
    assert after[100, 75]
    assert not after[100, 37]


async def test_deployed_strokes_are_pixels(studio: Client) -> None:
    """Deployed: points and radius are pixels of the picture as they are; the mask comes back, and a green picture."""
    body = {
        "original_image_base64": base64_of(PHOTO),
        "current_mask_base64": base64_of(MASK),
        "brush_strokes": [{"type": "add", "points": [[20, 20], [60, 20]], "radius": 10}],
    }
    answer = (await studio.post("/a100/refine-mask", json=body)).json()
    mask = np.asarray(opened(answer["mask_base64"]))
    assert (mask > 127)[~ring_mask()].sum() == pytest.approx(np.pi * 10**2 + 40 * 20, rel=0.06)
    shown = opened(answer["mask_overlay_base64"])
    assert (shown.format, shown.size) == ("JPEG", (WIDTH, HEIGHT))
    assert shown.getpixel((40, 20)) == pytest.approx((100, 203, 128), abs=12)  # half grey, half (50, 255, 100)


async def test_a_mask_of_another_size_is_fitted_to_the_photo(studio: Client) -> None:
    """A mask drawn at half the size is the photo's all the same."""
    half = file(np.where(ring_mask(75, 100), 255, 0).astype(np.uint8))
    body = {
        "original_image_base64": base64_of(PHOTO),
        "current_mask_base64": base64_of(half),
        "brush_strokes": [],
    }
    mask = np.asarray(opened((await studio.post("/a100/refine-mask", json=body)).json()["mask_base64"])) > 127
    ring = ring_mask()
    assert (mask & ring).sum() / (mask | ring).sum() > 0.9


@pytest.mark.parametrize("dialect", ["seed", "deployed"])
async def test_the_jewelry_is_worn(studio: Client, photo_uri: str, mask_uri: str, dialect: str) -> None:
    """Two pictures of the photo's size, with the jewelry's pixels kept; nothing is measured without points."""
    body: dict[str, Any] = {"image_uri": photo_uri, "mask_uri": mask_uri}
    if dialect == "deployed":
        body = {"image_base64": base64_of(PHOTO), "mask_base64": base64_of(MASK), "use_gemini": True, "skin_tone": "x"}
    answer = (await studio.post(GENERATE, json=body)).json()
    assert (answer["engine"], answer["engine_gemini"], answer["has_two_modes"]) == ("classical", "classical", True)
    assert answer["session_id"]
    assert answer["metrics"] is answer["metrics_gemini"] is None
    core, photo = ring_mask(), ring_photo().astype(int)
    for name in ("result_base64", "result_gemini_base64"):
        image = opened(answer[name])
        assert (image.format, image.size) == ("JPEG", (WIDTH, HEIGHT))
        assert np.abs(np.asarray(image).astype(int) - photo)[core].mean() < 6  # JPEG's loss, at most
    assert np.abs(np.asarray(opened(answer["result_base64"])).astype(int) - photo)[~core].mean() > 10


async def test_points_bring_metrics(studio: Client, photo_uri: str, mask_uri: str) -> None:
    """With scaled points both pictures are measured, and there is a picture of what was kept, lost and added."""
    body = {"image_uri": photo_uri, "mask_uri": mask_uri, "scaled_points": ON_THE_RING, "jewelry_type": "ring"}
    answer = (await studio.post(GENERATE, json=body)).json()
    for name in ("metrics", "metrics_gemini"):
        assert {"precision", "recall", "iou", "growth_ratio"} <= answer[name].keys()
        assert answer[name]["recall"] > 0.8
    assert all(opened(answer[name]).size == (WIDTH, HEIGHT) for name in IMAGES)


async def test_the_second_picture_is_optional(studio: Client, photo_uri: str, mask_uri: str) -> None:
    """Who wants no second picture gets null for everything about it, and no error."""
    body = {"image_uri": photo_uri, "mask_uri": mask_uri, "use_gemini": False, "scaled_points": ON_THE_RING}
    answer = (await studio.post(GENERATE, json=body)).json()
    assert answer["has_two_modes"] is False
    seconds = ("result_gemini_base64", "fidelity_viz_gemini_base64", "metrics_gemini", "engine_gemini")
    assert [answer[name] for name in seconds] == [None] * 4
    assert answer["result_base64"]
    assert answer["metrics"]
