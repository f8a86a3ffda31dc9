"""A Prefect for the flow and its tasks, image providers as loopback stand-ins, and settings of the test's own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State
from prefect.settings import (
    PREFECT_API_SSL_CERT_FILE,
    PREFECT_API_URL,
    PREFECT_LOCAL_STORAGE_PATH,
    temporary_settings,
)

from blocks.artifacts import ArtifactStore
from blocks.blender import Blender
from blocks.settings import settings
from deployments.environment import NOBODY
from flows.concepts import generate_concepts
from flows.contracts import ConceptsRequest, ConceptsResult
from tasks.rings import BLENDER_BLOCK
from tests.image_models.fakes import FakeImageProviders
from tests.prefect_server import prefect_server


@pytest.fixture(scope="package")
def prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with prefect_server(tmp_path_factory.mktemp("concepts")) as url:
        yield url


@pytest.fixture
def prefect(prefect_url: str, tmp_path) -> Iterator[None]:
    """A real Prefect around the flow and the tasks that a test calls; their cached results are the test's own."""
    where = {PREFECT_API_URL: prefect_url, PREFECT_LOCAL_STORAGE_PATH: tmp_path / "results"}
    with temporary_settings(where | {PREFECT_API_SSL_CERT_FILE: str(NOBODY)}):
        yield


@pytest.fixture(scope="package")
def running_providers() -> Iterator[FakeImageProviders]:
    with FakeImageProviders() as server:
        yield server


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch, tmp_path) -> Iterator[Callable[..., None]]:
    """Sets environment variables and lets the process read its settings anew; its store lies in a folder of its own."""

    def read_anew(**variables: object) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        settings.cache_clear()

    for key in ("OPENAI_API_KEY", "GEMINI_API_KEY", "RING_GEN_GEMINI_API_KEY"):
        monkeypatch.delenv(key, raising=False)
    read_anew(ATELIER_HOME=tmp_path, ATELIER_STORE="local")
    yield read_anew
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def providers(running_providers: FakeImageProviders, configure) -> FakeImageProviders:
    """Both providers, with nothing remembered; the process's settings point at them."""
    running_providers.begin()
    configure(**running_providers.environment)
    return running_providers


@pytest.fixture
def store(configure) -> ArtifactStore:
    """The store that the tasks find in the settings."""
    return ArtifactStore.from_settings()


@dataclass
class Runs:
    """Runs the flow in this process and reads what it leaves."""

    client: PrefectClient
    store: ArtifactStore

    async def made(self, **request) -> tuple[State, ConceptsResult]:
        """Run the flow; return its state and the result that it published."""
        state = await generate_concepts(ConceptsRequest(**request), return_state=True)
        document = await self.store.read_named(f"runs/{state.state_details.flow_run_id}/result.json")
        return state, ConceptsResult.model_validate_json(document)


@pytest.fixture
async def runs(store: ArtifactStore, prefect: None):
    async with get_client() as client:
        yield Runs(client, store)


@pytest.fixture
async def blender_block(prefect: None) -> None:
    """The block that set-up would have saved."""
    await Blender(socket=None).save(BLENDER_BLOCK, overwrite=True)
