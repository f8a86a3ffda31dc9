"""What tests of the contracts share: a Prefect server for their folder, and apps served over real HTTP.

A folder's conftest imports the fixtures, so that each folder has a server of its own.
"""

from collections.abc import AsyncIterator, Iterator

import pytest

from api.settings import ApiSettings
from tests.prefect_server import Served, prefect_server

__all__ = ["api_settings", "prefect_url", "served"]


@pytest.fixture(scope="package")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prefect server of the tests' own, on SQLite, with every deployment and no worker."""
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
