"""The block's settings and store as a test sets them, and the studio served on a loopback port."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from api.studio.app import create_app
from api.studio.classical import engines
from api.studio.settings import StudioSettings
from blocks.artifacts import ArtifactStore
from tests.prefect_server import Served
from tests.surroundings import configure, store

__all__ = ["configure", "store"]


@pytest.fixture
async def serve_studio(store: ArtifactStore) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Serves the studio over the block's own store; gives the URL of its trellis."""
    served = Served()

    async def start() -> str:
        return f"{await served.start(create_app(StudioSettings(), engines(), store))}/trellis"

    yield start
    await served.stop()
