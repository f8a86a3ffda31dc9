"""The ring contract over real HTTP, in front of a real Prefect server."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from api.contracts.ring import create_native_app
from api.settings import ApiSettings, RingSettings
from blocks.artifacts import ArtifactStore
from tests.prefect_server import Hand, Served, free_port, prefect_server

__all__ = ["Hand", "Served", "free_port", "shim", "submit"]


@pytest.fixture(scope="package")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server of the tests' own, on SQLite, with the ring deployment and no worker."""
    with prefect_server(tmp_path_factory.mktemp("prefect")) as url:
        yield url


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    """Starts apps; stops them when the test ends."""
    servers = Served()
    yield servers
    await servers.stop()


@pytest.fixture
def api_settings(prefect_url: str) -> ApiSettings:
    """Settings of a shim in front of the tests' Prefect, without the read cache's delay."""
    return ApiSettings(PREFECT_API_URL=prefect_url, run_cache_s=0.0)


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
