"""The native API over real HTTP in front of a real Prefect server, on SQLite; what loads it, on PostgreSQL too."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from api.main import create_app
from api.settings import AgenticSettings, ApiSettings, RingSettings
from blocks.artifacts import ArtifactStore
from deployments.postgres import private_postgres
from tests.prefect_server import Hand, Served, free_port, prefect_server

Client = httpx.AsyncClient
BAND = {"prompt": "a plain band", "model": "offline"}


ON_BOTH = ("test_starting",)  # bursts, idempotency, full queues: where a database could make a difference


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the databases of a test."""
    if "prefect_url" in metafunc.fixturenames:
        both = metafunc.module.__name__.endswith(ON_BOTH)
        metafunc.parametrize("prefect_url", ["sqlite", "postgresql"] if both else ["sqlite"], indirect=True)


@pytest.fixture(scope="package")
def prefect_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server on the database that is asked for, with every deployment and no worker."""
    home = tmp_path_factory.mktemp(request.param)
    if request.param == "sqlite":
        with prefect_server(home) as url:
            yield url
    else:
        with private_postgres(home, fsync=False) as database_url, prefect_server(home, database_url) as url:
            yield url


@pytest.fixture
async def serve(store: ArtifactStore) -> AsyncIterator[Callable[..., Any]]:
    """Serves the combined app in front of the Prefect at a URL, with settings of the test's own; gives a client."""
    served = Served()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(served.stop)

        async def start(prefect_url: str, **settings: Any) -> Client:
            url = await served.start(combined(prefect_url, store, **settings))
            return await stack.enter_async_context(Client(base_url=url, timeout=120))

        yield start


@pytest.fixture
async def native(serve: Callable[..., Any], prefect_url: str, hand: Hand) -> Client:
    """A client of the native API, without the read cache's delay."""
    client: Client = await serve(prefect_url, run_cache_s=0.0)
    return client


@pytest.fixture
async def alone(serve: Callable[..., Any]) -> Client:
    """A client of the native API with no Prefect behind it."""
    client: Client = await serve(f"http://127.0.0.1:{free_port()}/api", prefect_timeout_s=2)
    return client


def combined(prefect_url: str, store: ArtifactStore, **settings: Any) -> FastAPI:
    """Build the combined app."""
    api = ApiSettings(PREFECT_API_URL=prefect_url, **settings)
    return create_app(RingSettings(), AgenticSettings(), api, store)


async def start(native: Client, **request: Any) -> str:
    """Start a ring; return the run's id."""
    answer = await native.post("/runs/ring", json={"request": BAND | request})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def assert_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Hold `answer` to RFC 9457 and to our additions; return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert set(problem) - {"errors"} == {"type", "title", "status", "detail", "code", "correlation_id"}
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, f"urn:atelier:problem:{code}")
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    return problem
