"""One real stack for models and print sizes, its studio behind a proxy that counts who is inside and can misbehave."""

import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun
from pydantic import BaseModel

from blocks.artifacts import ArtifactStore
from blocks.settings import Settings
from deployments.catalog import GPU, MODEL, RESCALE
from flows.contracts import ModelResult, RescaleResult
from tests.loopback import Answer, Call
from tests.prefect_server import ended
from tests.stack import RunningStack, running_stack
from tests.try_on.faults import FaultyProxy

RESULTS: dict[str, type[ModelResult | RescaleResult]] = {MODEL: ModelResult, RESCALE: RescaleResult}


class Turnstile(FaultyProxy):
    """Forwards to the studio, and keeps how many reconstructions were ever under way at once."""

    def __init__(self) -> None:
        super().__init__()
        self.most = 0
        self._inside = 0
        self._lock = threading.Lock()

    def forward(self, call: Call) -> Answer:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        try:
            return super().forward(call)
        finally:
            with self._lock:
                self._inside -= 1


@pytest.fixture(scope="package")
def running_turnstile() -> Iterator[Turnstile]:
    with Turnstile() as turnstile:
        yield turnstile


@pytest.fixture(scope="package")
def scratch(tmp_path_factory) -> Path:
    """Where the stack's processes have their temporary files."""
    return tmp_path_factory.mktemp("scratch")


@pytest.fixture(scope="package")
def stack(tmp_path_factory, running_turnstile: Turnstile, scratch: Path) -> Iterator[RunningStack]:
    """A stack with a worker for the pool gpu, whose TRELLIS is the studio behind the turnstile."""
    environment = {"TRELLIS_URL": f"{running_turnstile.url}/trellis", "TMPDIR": str(scratch)}
    with running_stack(tmp_path_factory.mktemp("models3d"), environment, (GPU,), api=False) as stack:
        running_turnstile.upstream = f"http://127.0.0.1:{stack.environment['ATELIER_STUDIO_PORT']}"
        yield stack


@pytest.fixture
def turnstile(running_turnstile: Turnstile) -> Turnstile:
    running_turnstile.begin()
    running_turnstile.most = 0
    return running_turnstile


@dataclass
class Models:
    """Runs the deployments and reads what they left."""

    client: PrefectClient
    store: ArtifactStore

    async def start(self, deployment: str, request: BaseModel) -> UUID:
        found = await self.client.read_deployment_by_name(deployment)
        parameters = {"request": request.model_dump(mode="json")}
        return (await self.client.create_flow_run_from_deployment(found.id, parameters=parameters)).id

    async def ended(self, deployment: str, run_id: UUID) -> tuple[FlowRun, ModelResult | RescaleResult]:
        run = await ended(self.client, run_id)
        document = await self.store.read_named(f"runs/{run_id}/result.json")
        return run, RESULTS[deployment].model_validate_json(document)

    async def made(self, deployment: str, request: BaseModel) -> tuple[FlowRun, ModelResult | RescaleResult]:
        """Run a flow to its end; return the run and the result that it published."""
        return await self.ended(deployment, await self.start(deployment, request))


@pytest.fixture
async def models(stack: RunningStack) -> AsyncIterator[Models]:
    async with PrefectClient(api=stack.prefect_api_url) as client:
        yield Models(client, ArtifactStore.from_settings(Settings(home=stack.home)))
