"""The try-on's services as loopback stand-ins, a proxy that injects faults before them, and a Prefect for tasks."""

import secrets
from collections.abc import Callable, Iterator

import pytest
from prefect.settings import (
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    PREFECT_LOCAL_STORAGE_PATH,
    temporary_settings,
)

from blocks.artifacts import Artifact, ArtifactStore
from blocks.settings import settings
from blocks.try_on.jobs import JobSlip
from blocks.try_on.settings import try_on_settings
from deployments.environment import NOBODY
from tests.prefect_server import prefect_server
from tests.try_on import pictures
from tests.try_on.faults import FaultyProxy
from tests.try_on.services import FakeServices


@pytest.fixture(scope="package")
def running_services() -> Iterator[FakeServices]:
    with FakeServices() as services:
        yield services


@pytest.fixture(scope="package")
def running_proxy(running_services: FakeServices) -> Iterator[FaultyProxy]:
    with FaultyProxy(running_services.url) as proxy:
        yield proxy


@pytest.fixture(params=["seed"])
async def services(request, running_services: FakeServices, configure) -> FakeServices:
    """The four services, with nothing remembered; the process's settings point at them."""
    configure(TRYON_UPSTREAM_DIALECT=request.param, **running_services.environment())
    running_services.begin(request.param)
    await running_services.fill(ArtifactStore.from_settings())
    return running_services


@pytest.fixture
def proxy(services: FakeServices, running_proxy: FaultyProxy, configure) -> FaultyProxy:
    """A proxy before the services, which forwards everything until it is told otherwise; the settings point at it."""
    configure(**services.environment(running_proxy.url))
    running_proxy.begin()
    return running_proxy


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Callable[..., None]]:
    """Sets environment variables and lets the process read its settings anew; its store lies in a folder of its own."""

    def read_anew(**variables: object) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        settings.cache_clear()
        try_on_settings.cache_clear()

    read_anew(ATELIER_HOME=tmp_path, ATELIER_STORE="local")
    yield read_anew
    monkeypatch.undo()
    read_anew()


@pytest.fixture
def store(configure) -> ArtifactStore:
    """The store that blocks and tasks find in the settings."""
    return ArtifactStore.from_settings()


@pytest.fixture
async def photo(store: ArtifactStore) -> Artifact:
    """A photo that no other test has."""
    return await store.write(pictures.photo(secrets.randbelow(20_000)))


@pytest.fixture
def slip(store: ArtifactStore) -> JobSlip:
    """Where a run's step writes its job down."""
    return JobSlip(store, "0123", "a_step")


@pytest.fixture(scope="package")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prefect_server(tmp_path_factory.mktemp("try-on")) as url:
        yield url


@pytest.fixture
def prefect(prefect_url: str, tmp_path) -> Iterator[None]:
    """A real Prefect around the flows and tasks that a test calls; their cached results are the test's own."""
    where = {PREFECT_API_URL: prefect_url, PREFECT_LOCAL_STORAGE_PATH: tmp_path / "results"}
    with temporary_settings(where | {PREFECT_API_SSL_CERT_FILE: str(NOBODY)}):
        yield
