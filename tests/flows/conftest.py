"""One real stack for the flow's tests, its language models on a loopback server with the real wire formats."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

from blocks.artifacts import ArtifactStore
from blocks.settings import Settings
from deployments.catalog import RING
from flows.contracts import RingResult
from tests.language_models.provider import FakeProviders
from tests.prefect_server import ended
from tests.stack import RunningStack, running_stack


@pytest.fixture(scope="package")
def providers() -> Iterator[FakeProviders]:
    """The providers of every flow test; a test scripts its answers and reads its requests."""
    with FakeProviders() as providers:
        yield providers


@pytest.fixture(scope="package")
def stack(tmp_path_factory, providers) -> Iterator[RunningStack]:
    """A stack whose language models answer from `providers`, and whose retries do not wait."""
    environment = {**providers.environment, "ATELIER_LLM_RETRY_DELAYS_S": "[0.1, 0.1]", "ATELIER_HERO_PX": "200"}
    with running_stack(tmp_path_factory.mktemp("flows"), environment, api=False) as stack:
        yield stack


@dataclass
class Rings:
    """Runs the ring deployment and reads what it left."""

    client: PrefectClient
    store: ArtifactStore

    async def made(self, **request) -> tuple[FlowRun, RingResult]:
        """Run the flow to its end; return the run and the result that it published."""
        deployment = await self.client.read_deployment_by_name(RING)
        run = await self.client.create_flow_run_from_deployment(deployment.id, parameters={"request": request})
        return await self.ended(run.id)

    async def again(self, run: FlowRun) -> tuple[FlowRun, RingResult]:
        """Run the same flow run once more, as after a crash."""
        await self.client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
        return await self.ended(run.id)

    async def ended(self, run_id: UUID) -> tuple[FlowRun, RingResult]:
        run = await ended(self.client, run_id)
        result = await self.store.read_named(f"runs/{run_id}/result.json")
        return run, RingResult.model_validate_json(result)


@pytest.fixture
async def rings(stack: RunningStack) -> Rings:
    async with PrefectClient(api=stack.prefect_api_url) as client:
        yield Rings(client, ArtifactStore.from_settings(Settings(home=stack.home)))
