"""One stack for all that the house sends to others and shows of itself, with a receiver and fake providers."""

import base64
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowFilterName
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import Scheduled

from deployments.catalog import BLENDER, CPU, DELIVER_MISSED_WEBHOOKS, DELIVER_WEBHOOK, RING
from tests.language_models.provider import FakeProviders
from tests.outside.receiver import Receiver
from tests.stack import WITHOUT_STUDIO, RunningStack, running_stack
from tests.waiting import eventually

SECRETS = tuple("whsec_" + base64.b64encode(bytes([letter]) * 32).decode() for letter in b"on")


@pytest.fixture(scope="package")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="package")
def providers() -> Iterator[FakeProviders]:
    """Language models that refuse every request for good, and remember it: a run soon ends FAILED, unbuilt."""
    with FakeProviders() as providers:
        providers.always("", status=400, error="no rings today")
        yield providers


@pytest.fixture(scope="package")
def stack(tmp_path_factory, providers) -> Iterator[RunningStack]:
    """A stack that may call 127.0.0.1, and whose second and third tries come at once."""
    environment = {
        **providers.environment,
        **WITHOUT_STUDIO,
        "ATELIER_FETCH_ALLOW": "127.0.0.1/32",
        "ATELIER_WEBHOOK_SECRETS": ",".join(SECRETS),
        "ATELIER_WEBHOOK_RETRY_DELAYS_S": "[0.1, 0.1]",
        "ATELIER_WEBHOOK_PUBLIC_URL": "https://atelier.example/",
    }
    with running_stack(tmp_path_factory.mktemp("webhooks"), environment, pools=(CPU, BLENDER)) as stack:
        yield stack


@dataclass
class Ends:
    """Ends runs of the ring deployment that nobody works on, and follows what is told of them."""

    client: PrefectClient

    async def ended(self, state: State, *, url: str, tags: tuple[str, ...] = ("webhook",)) -> FlowRun:
        """Create a run that is to be told of at `url`, and put it into `state`."""
        deployment = await self.client.read_deployment_by_name(RING)
        labels = {"atelier.webhook": url, "atelier.progress": 40}
        run = await self.client.create_flow_run_from_deployment(
            deployment.id,
            parameters={"request": {"prompt": "a band"}},
            state=Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1)),
            tags=tags,
            labels=labels,
        )
        await self.client.set_flow_run_state(run.id, state, force=True)
        return await self.client.read_flow_run(run.id)

    async def delivery(self, run: FlowRun) -> FlowRun:
        """Return the run that delivered the message about `run`, once it has ended."""

        async def ended() -> FlowRun | None:
            of_run = [each for each in await self.deliveries() if UUID(each.parameters["run_id"]) == run.id]
            assert len(of_run) <= 1
            return next((each for each in of_run if each.state and each.state.is_final()), None)

        return await eventually(ended, f"no message about {run.name}")

    async def sweep(self) -> None:
        """Look for messages that were missed, and return when that is done."""
        missed = await self.client.read_deployment_by_name(DELIVER_MISSED_WEBHOOKS)
        run = await self.client.create_flow_run_from_deployment(missed.id, parameters={"min_age_s": 0})

        async def ended() -> bool:
            state = (await self.client.read_flow_run(run.id)).state
            return state is not None and state.is_final()

        await eventually(ended, "the search for missed messages did not end")
        assert (await self.client.read_flow_run(run.id)).state.is_completed()

    async def deliveries(self) -> list[FlowRun]:
        """Return every delivery so far."""
        flow = FlowFilter(name=FlowFilterName(any_=[DELIVER_WEBHOOK.split("/")[0]]))
        return await self.client.read_flow_runs(flow_filter=flow)


@pytest.fixture
async def ends(stack: RunningStack) -> AsyncIterator[Ends]:
    async with PrefectClient(api=stack.prefect_api_url) as client:
        yield Ends(client)
