"""The four services with models behind them: the contract of the studio is the same, the engines' names are not."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from api.studio import classical, models
from api.studio.app import create_app
from api.studio.models.settings import ModelSettings
from api.studio.settings import StudioSettings
from blocks.artifacts import ArtifactStore
from tasks.domain.images.decoding import decode, decode_mask, encode_mask, encode_png

Client = httpx.AsyncClient


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(backend="local", home=tmp_path)


@pytest.fixture
async def studio(settings: ModelSettings, store: ArtifactStore) -> AsyncIterator[Client]:
    """A studio with all three models."""
    given = StudioSettings(engine="models", threads=2)
    app = create_app(given, models.engines(given, classical.engines(), settings), store)
    async with Client(transport=httpx.ASGITransport(app), base_url="http://studio", timeout=60) as client:
        yield client


async def finished(client: Client, service: str, body: dict[str, Any]) -> dict[str, Any]:
    submitted = await client.post(f"/{service}/jobs", json=body)
    assert submitted.status_code == 200, submitted.text
    while (answer := (await client.get(f"/{service}/jobs/{submitted.json()['job_id']}")).json())[
        "status"
    ] == "processing":
        await asyncio.sleep(0.02)
    assert answer["status"] == "completed", answer
    return answer


async def test_the_services_speak_as_ever(
    studio: Client, store: ArtifactStore, photo: np.ndarray, mask: np.ndarray
) -> None:
    """A mask, a cut-out and a picture come out of SAM3, BiRefNet and FLUX Fill, at once, each under its own name."""
    photo_uri, mask_uri = [(await store.write(data)).uri for data in (encode_png(photo), encode_mask(mask))]
    clicks = {"image_uri": photo_uri, "points": [[0.4, 0.5], [0.1, 0.9]], "labels": [1, 0]}
    wearing = {"image_uri": photo_uri, "mask_uri": mask_uri, "scaled_points": [[30, 40]], "jewelry_type": "necklace"}
    found, cut_out, generated = await asyncio.gather(
        finished(studio, "sam3", clicks),
        finished(studio, "birefnet", {"image_uri": photo_uri}),
        studio.post("/a100/generate", json=wearing),
    )
    assert found["engine"] == "sam3"
    assert decode_mask(await store.read(found["mask_uri"])).shape == photo.shape[:2]
    assert cut_out["engine"] == "birefnet"
    alpha = decode(await store.read(cut_out["result_uri"])).alpha
    assert alpha is not None
    assert alpha.shape == photo.shape[:2]
    made = generated.json()
    assert generated.status_code == 200, made
    assert (made["engine"], made["engine_gemini"]) == ("flux-fill", "classical")
    assert set(made["metrics"]) >= {"precision", "recall", "iou", "growth_ratio"}
    assert decode(b64decode(made["result_base64"])).pixels.shape == photo.shape


async def test_health_tells_what_is_used(studio: Client) -> None:
    """Both healths name the models; the a100's says what they run on."""
    health = (await studio.get("/health")).json()
    models = {"segmenter": "sam3", "matting": "birefnet", "generator": "flux-fill"}
    assert health["engines"] == models | {"reconstructor": "inflation"}
    assert health["not_used"] == {}
    a100 = (await studio.get("/a100/health")).json()
    assert (a100["status"], a100["engine"], a100["gpu_available"]) == ("online", "flux-fill", False)
