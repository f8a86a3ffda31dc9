"""The try-on's services as loopback stand-ins, a proxy that injects faults before them, and a Prefect for tasks."""

import secrets
from collections.abc import Iterator

import pytest

from blocks.artifacts import Artifact, ArtifactStore
from blocks.try_on.jobs import JobSlip
from tests.surroundings import configure, store
from tests.try_on import pictures
from tests.try_on.faults import FaultyProxy
from tests.try_on.services import FakeServices

__all__ = ["configure", "store"]


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
async def photo(store: ArtifactStore) -> Artifact:
    """A photo that no other test has."""
    return await store.write(pictures.photo(secrets.randbelow(20_000)))


@pytest.fixture
def slip(store: ArtifactStore) -> JobSlip:
    """Where a run's step writes its job down."""
    return JobSlip(store, "0123", "a_step")
