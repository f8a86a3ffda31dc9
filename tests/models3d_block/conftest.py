"""The block's settings and store as a test sets them, and the studio served on a loopback port."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from api.studio.app import create_app
from api.studio.classical import engines
from api.studio.settings import StudioSettings
from blocks.artifacts import ArtifactStore
from blocks.models3d.settings import trellis_settings
from blocks.settings import settings
from tests.prefect_server import Served

Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Configure]:
    """Sets environment variables and lets the process read its settings anew; its store lies in a folder of its own."""

    def read_anew(**variables: object) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        settings.cache_clear()
        trellis_settings.cache_clear()

    read_anew(ATELIER_HOME=tmp_path, ATELIER_STORE="local")
    yield read_anew
    monkeypatch.undo()
    read_anew()


@pytest.fixture
def store(configure: Configure) -> ArtifactStore:
    """The store that the block finds in the settings."""
    return ArtifactStore.from_settings()


@pytest.fixture
async def serve_studio(store: ArtifactStore) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Serves the studio over the block's own store; gives the URL of its trellis."""
    served = Served()

    async def start() -> str:
        return f"{await served.start(create_app(StudioSettings(), engines(), store))}/trellis"

    yield start
    await served.stop()
