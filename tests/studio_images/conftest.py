"""The studio's image endpoint, asked like any image generator."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image

from api.studio.app import create_app
from api.studio.classical import engines
from api.studio.settings import StudioSettings
from blocks.artifacts import ArtifactStore

Client = httpx.AsyncClient
Serve = Callable[..., Awaitable[Client]]
GENERATE = "/image-endpoint/generate"
ORDER: dict[str, Any] = {
    "prompt": "a gold ring with a ruby", "orientation": "landscape", "size": "0.5mp", "steps": 20, "batch": 1,
}  # fmt: skip


@pytest.fixture
async def serve(store: ArtifactStore) -> AsyncIterator[Serve]:
    """Gives a client of a studio of its own over the test's store; called again, it is the studio restarted."""
    async with AsyncExitStack() as stack:

        async def start(**settings: Any) -> Client:
            app = create_app(StudioSettings(**settings), engines(), store)
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            return await stack.enter_async_context(Client(transport=transport, base_url="http://here", timeout=120))

        yield start


@pytest.fixture
async def studio(serve: Serve) -> Client:
    """A client of the studio as it comes."""
    return await serve()


async def made(client: Client, body: dict[str, Any], **headers: str) -> dict[str, Any]:
    """The one picture that a request gives, as the answer tells of it."""
    answer = await client.post(GENERATE, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    (image,) = answer.json()["images"]
    return image


async def fetched(client: Client, image: dict[str, Any]) -> np.ndarray:
    """Its pixels, H × W × 3."""
    answer = await client.get(f"/image-endpoint/images/{image['filename']}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    return np.asarray(Image.open(io.BytesIO(answer.content)))
