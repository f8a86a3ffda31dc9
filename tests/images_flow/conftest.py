"""A Prefect for the flow and its tasks, image endpoints on loopback, and settings of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.flow_engine import run_flow
from prefect.states import AwaitingRetry

from blocks.artifacts import ArtifactStore
from blocks.images.gallery import Gallery, GalleryEntry
from flows.contracts import ImagesRequest, ImagesResult
from flows.images import dual_generate
from tests.images_flow.generators import NAMES, Generators
from tests.surroundings import configure, store

__all__ = ["configure", "store"]


@pytest.fixture(scope="package")
def running_generators() -> Iterator[Generators]:
    with Generators() as generators:
        yield generators


@pytest.fixture
def generators(running_generators: Generators, configure) -> Generators:
    """Three endpoints, with nothing remembered, which the process's settings list."""
    running_generators.begin()
    configure(IMAGE_ENDPOINTS=running_generators.entries(NAMES), IMAGE_ENDPOINT_RETRY_DELAYS_S="[0, 0]")
    return running_generators


@dataclass
class Runs:
    """Runs the flow in this process, as often as a worker would, and reads what it leaves."""

    client: PrefectClient
    store: ArtifactStore
    requests: dict[UUID, ImagesRequest] = field(default_factory=dict)

    async def made(self, **request: Any) -> tuple[State, ImagesResult]:
        """Run the flow to its end; return its state and the result that it published."""
        run = await self.created(**request)
        return await self.go_on(run)

    async def created(self, **request: Any) -> FlowRun:
        asked = ImagesRequest.model_validate(request)
        run = await self.client.create_flow_run(dual_generate, parameters={"request": asked.model_dump(mode="json")})
        self.requests[run.id] = asked
        return run

    async def go_on(self, run: FlowRun) -> tuple[State, ImagesResult]:
        """Start a run, or start it again; return what `made` does."""
        state = await self._started(run)
        return state, ImagesResult.model_validate_json(await self.document(run, "result"))

    async def killed_when(self, run: FlowRun, reached: Callable[[], bool]) -> None:
        """Start a run and end its process' work as soon as `reached` says so; leave it as a worker does that saw it."""
        working = asyncio.create_task(self._started(run))
        while not reached():
            assert not working.done(), "the run ended before it was to be killed"
            await asyncio.sleep(0.02)
        working.cancel()
        await asyncio.wait([working])
        await self.client.set_flow_run_state(run.id, AwaitingRetry(), force=True)

    async def document(self, run: FlowRun, name: str) -> bytes:
        return await self.store.read_named(f"runs/{run.id}/{name}.json")

    async def record(self, run: FlowRun) -> ImagesResult:
        """Return the job as its pages see it."""
        return ImagesResult.model_validate_json(await self.document(run, "job"))

    async def gallery(self) -> list[GalleryEntry]:
        return await Gallery(self.store).newest(1000)

    async def _started(self, run: FlowRun) -> State:
        now = await self.client.read_flow_run(run.id)
        given = {"request": self.requests[run.id]}
        return await run_flow(dual_generate, flow_run=now, parameters=given, return_type="state")


@pytest.fixture
async def runs(store: ArtifactStore, prefect: None) -> AsyncIterator[Runs]:
    async with get_client() as client:
        yield Runs(client, store)
