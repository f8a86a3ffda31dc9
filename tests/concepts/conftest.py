"""A Prefect for the flow and its tasks, image providers as loopback stand-ins, and settings of the test's own."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import State

from blocks.artifacts import ArtifactStore
from blocks.blender import Blender
from flows.concepts import generate_concepts
from flows.contracts import ConceptsRequest, ConceptsResult
from tasks.rings import BLENDER_BLOCK
from tests.image_models.fakes import FakeImageProviders
from tests.surroundings import configure, store

__all__ = ["configure", "store"]


@pytest.fixture(scope="package")
def running_providers() -> Iterator[FakeImageProviders]:
    with FakeImageProviders() as server:
        yield server


@pytest.fixture
def providers(running_providers: FakeImageProviders, configure) -> FakeImageProviders:
    """Both providers, with nothing remembered; the process's settings point at them."""
    running_providers.begin()
    configure(**running_providers.environment)
    return running_providers


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
