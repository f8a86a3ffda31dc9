"""One real stack for workflows: server, API, Blender, and the workers of both pools; no key of any provider."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from prefect.client.orchestration import PrefectClient

from api.settings import ApiSettings
from blocks.artifacts import ArtifactStore
from blocks.settings import Settings
from deployments.catalog import BLENDER, CPU
from tests.agentic.workflows import Runner
from tests.api.conftest import served
from tests.page.conftest import browser
from tests.stack import WITHOUT_STUDIO, RunningStack, running_stack

__all__ = ["browser", "served"]


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack that builds one ring at a time."""
    environment = {"RING_GEN_MAX_CONCURRENT_JOBS": "1", "ANTHROPIC_API_KEY": "", "GEMINI_API_KEY": "", **WITHOUT_STUDIO}
    environment["ATELIER_HERO_PX"] = "256"
    with running_stack(tmp_path_factory.mktemp("agentic"), environment, pools=(CPU, BLENDER)) as running:
        yield running


@pytest.fixture(scope="package")
def agentic_url(stack: RunningStack) -> str:
    """Where the stack serves the contract at root."""
    return f"http://127.0.0.1:{stack.environment['AGENTIC_PORT']}"


@pytest.fixture
async def agentic(agentic_url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the contract that names its user."""
    async with httpx.AsyncClient(base_url=agentic_url, timeout=240, headers={"X-On-Behalf-Of": "testuser1"}) as client:
        yield client


@pytest.fixture
def store(stack: RunningStack) -> ArtifactStore:
    """The stack's own store."""
    return ArtifactStore.from_settings(Settings(home=stack.home))


@pytest.fixture
async def runner(stack: RunningStack, store: ArtifactStore) -> AsyncIterator[Runner]:
    """Starts workflows by their deployment, as Prefect's pages do."""
    async with PrefectClient(api=stack.prefect_api_url) as client:
        yield Runner(client, store)


@pytest.fixture
def api(stack: RunningStack) -> ApiSettings:
    """Settings of a shim of the test's own, in front of the stack's Prefect."""
    return ApiSettings(PREFECT_API_URL=stack.prefect_api_url, run_cache_s=0.0)
