"""The studio with its inflation, and the GPU server over stand-ins for Microsoft's packages."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from api.studio import classical, trellis_server
from api.studio.app import create_app
from api.studio.engines import Engines
from api.studio.settings import StudioSettings
from blocks.artifacts import ArtifactStore
from tests.studio_trellis import packages

Client = httpx.AsyncClient
Serve = Callable[..., Awaitable[Client]]


async def client_of(app: Any, stack: AsyncExitStack) -> Client:
    """A client of `app`; what the app does not answer itself becomes a 500, as on the wire."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return await stack.enter_async_context(Client(transport=transport, base_url="http://here", timeout=60))


@pytest.fixture
async def studio_with(store: ArtifactStore) -> AsyncIterator[Serve]:
    """Gives a client of a studio with settings and engines of the test's own."""
    async with AsyncExitStack() as stack:

        async def start(own: Engines | None = None, **settings: Any) -> Client:
            return await client_of(create_app(StudioSettings(**settings), own or classical.engines(), store), stack)

        yield start


@pytest.fixture
async def studio(studio_with: Serve) -> Client:
    """A client of the studio as it comes."""
    return await studio_with()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """Installs the stand-ins, and gives what they note down; they are gone afterwards."""
    packages.write(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    import noted_by_stand_ins

    yield noted_by_stand_ins
    for name in [name for name in sys.modules if name.split(".")[0] in packages.NAMES]:
        del sys.modules[name]


@pytest.fixture
async def gpu_server(installed: ModuleType) -> AsyncIterator[Serve]:
    """Gives a client of the GPU server with settings of the test's own."""
    async with AsyncExitStack() as stack:

        async def start(**given: Any) -> Client:
            settings = trellis_server.ServerSettings(**given)
            return await client_of(trellis_server.create_app(settings, trellis_server.reconstructors(settings)), stack)

        yield start
