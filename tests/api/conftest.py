"""The ring contract over real HTTP, in front of a real Prefect server."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.contracts.ring import create_native_app
from api.settings import ApiSettings, RingSettings
from blocks.artifacts import ArtifactStore
from tests.prefect_server import Hand, Served, free_port
from tests.shim import api_settings, prefect_url, served

__all__ = ["Hand", "Served", "api_settings", "free_port", "prefect_url", "served", "shim", "submit"]


@pytest.fixture
async def ring(served: Served, store: ArtifactStore, api_settings: ApiSettings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the ring contract at root."""
    settings = RingSettings(ANTHROPIC_API_KEY="a key", GEMINI_API_KEY="a key")
    url = await served.start(create_native_app(settings, api_settings, store))
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def submit(ring: httpx.AsyncClient, **fields: object) -> str:
    """Submit a job; return its id."""
    answer = await ring.post("/jobs", json={"prompt": "a plain band", **fields})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["job_id"])


async def shim(served: Served, api: ApiSettings, store: ArtifactStore, **ring: object) -> httpx.AsyncClient:
    """Serve the contract with settings of its own."""
    settings = RingSettings().model_copy(update=ring)
    return httpx.AsyncClient(base_url=await served.start(create_native_app(settings, api, store)), timeout=30)
