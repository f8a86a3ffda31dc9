"""The studio as it comes, shared by the tests; and over real HTTP with a test's own engines and settings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.studio.app import create_app
from api.studio.classical import engines
from api.studio.engines import Engines
from api.studio.settings import StudioSettings
from blocks.artifacts import ArtifactStore
from tests.prefect_server import Served
from tests.studio.drawn import MASK, PHOTO

Client = httpx.AsyncClient
Serve = Callable[..., Awaitable[Client]]


@pytest.fixture(scope="package")
def store(tmp_path_factory: pytest.TempPathFactory) -> ArtifactStore:
    """The store of all the tests here; what it holds is named by content."""
    return ArtifactStore(backend="local", home=tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="package")
def app(store: ArtifactStore) -> FastAPI:
    """The studio as it comes."""
    return create_app(StudioSettings(), engines(), store)


@pytest.fixture
async def serve(store: ArtifactStore) -> AsyncIterator[Serve]:
    """Serves a studio with settings and engines of the test's own; gives a client."""
    served = Served()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(served.stop)

        async def start(own: Engines | None = None, **settings: Any) -> Client:
            url = await served.start(create_app(StudioSettings(**settings), own or engines(), store))
            client = Client(base_url=url, timeout=60, verify=False)  # no certificates to read for plain HTTP
            return await stack.enter_async_context(client)

        yield start


@pytest.fixture
async def studio(app: FastAPI) -> AsyncIterator[Client]:
    """A client of the studio as it comes."""
    async with Client(transport=httpx.ASGITransport(app), base_url="http://studio", timeout=60) as client:
        yield client


@pytest.fixture
async def photo_uri(store: ArtifactStore) -> str:
    """The drawn photo in the store."""
    return (await store.write(PHOTO)).uri


@pytest.fixture
async def mask_uri(store: ArtifactStore) -> str:
    """The drawn mask in the store."""
    return (await store.write(MASK)).uri


async def finished(client: Client, service: str, body: dict[str, Any]) -> dict[str, Any]:
    """Submit a job and return its status once it is no longer processing."""
    submitted = await client.post(f"/{service}/jobs", json=body)
    assert submitted.status_code == 200, submitted.text
    job = f"/{service}/jobs/{submitted.json()['job_id']}"
    while (answer := (await client.get(job)).json())["status"] == "processing":
        await asyncio.sleep(0.02)
    return answer
