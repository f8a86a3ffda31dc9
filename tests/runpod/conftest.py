"""RunPod's contract over real HTTP, in front of a real Prefect server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed, Failed, Running

from api import artifacts
from api.contracts.runpod import create_runpod_app, create_worker_app
from api.contracts.runpod_jobs import RunPodJobs
from api.contracts.runpod_settings import RunPodSettings
from api.contracts.runpod_workers import endpoints
from api.middleware import install_middleware
from api.runs import of_types
from api.settings import ApiSettings
from blocks.artifacts import ArtifactStore
from flows.contracts.runpod.inputs import Result
from flows.contracts.runpod.jobs import run_of
from tests.prefect_server import Hand, Served
from tests.shim import api_settings, prefect_url, served
from tests.waiting import eventually

__all__ = ["api_settings", "prefect_url", "served"]

IMAGE, MODEL = "image-generator", "model-generator"
FOX = {"operation": "generate_concepts", "type": "text", "prompt": "fox statue"}
PICTURE = {"operation": "generate_model", "input_image_url": "https://store.example/fox.png"}
SIZE = {"operation": "rescale_model", "model_url": "https://store.example/fox.glb", "scale_factor": 0.1}


class Client(httpx.AsyncClient):
    """A client of one endpoint."""

    async def started(self, given: dict[str, Any], **fields: Any) -> str:
        """Start a job; return its id."""
        answer = await self.post("run", json={"input": given} | fields)
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "IN_QUEUE"
        return str(answer.json()["id"])

    async def status(self, job: str) -> dict[str, Any]:
        """Return a job's document."""
        answer = await self.get(f"status/{job}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refused(self, status: int, route: str = "run", **body: Any) -> str:
        """Send a job that is not taken; return why."""
        answer = await self.post(route, json=body)
        assert answer.status_code == status, answer.text
        error = answer.json()["error"]
        assert isinstance(error, str)
        return error


@dataclass
class Shim:
    """Serves the contract with settings of a test's own, under /v2 of an outer app as the combined app does."""

    served: Served
    api: ApiSettings
    store: ArtifactStore
    clients: list[Client] = field(default_factory=list)

    async def url(self, **settings: Any) -> str:
        """Serve both endpoints; return the address of the outer app."""
        chosen = RunPodSettings().model_copy(update=settings)
        jobs = RunPodJobs(chosen, self.api, self.store)

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            async with jobs:
                yield

        app = FastAPI(lifespan=lifespan)
        app.state.store = self.store
        app.include_router(artifacts.router)
        app.mount("/v2", create_runpod_app(jobs))
        install_middleware(app, self.api, {"/v2/": chosen.max_body_bytes})
        return await self.served.start(app)

    async def client(self, endpoint: str, **settings: Any) -> Client:
        """Serve both endpoints; return a client of one."""
        return self.of(f"{await self.url(**settings)}/v2/{endpoint}/")

    async def worker(self, number: int, **settings: Any) -> Client:
        """Serve one worker at root; return its client."""
        chosen = RunPodSettings().model_copy(update=settings)
        app = create_worker_app(chosen, endpoints(chosen)[number], self.api, self.store)
        return self.of(f"{await self.served.start(app)}/")

    def of(self, url: str) -> Client:
        """Return a client of what is served at `url`."""
        self.clients.append(Client(base_url=url, timeout=60, verify=False))
        return self.clients[-1]


@pytest.fixture
async def shim(served: Served, api_settings: ApiSettings, store: ArtifactStore) -> AsyncIterator[Shim]:
    """Serves the contract with settings of the test's own."""
    made = Shim(served, api_settings, store)
    yield made
    for client in made.clients:
        await client.aclose()


@dataclass
class Both:
    """A client of each endpoint of one app."""

    image: Client
    model: Client


@pytest.fixture
async def both(shim: Shim) -> Both:
    """Clients of both endpoints."""
    url = await shim.url()
    return Both(shim.of(f"{url}/v2/{IMAGE}/"), shim.of(f"{url}/v2/{MODEL}/"))


@pytest.fixture
def image(both: Both) -> Client:
    """A client of the worker that draws concepts."""
    return both.image


@pytest.fixture
def model(both: Both) -> Client:
    """A client of the worker that makes models."""
    return both.model


def run_id(job: str) -> str:
    """Return the run of a job."""
    run = run_of(job)
    assert isinstance(run, UUID)
    return str(run)


async def waiting_run(hand: Hand) -> str:
    """Return the one run that waits, once it is there."""
    waits = FlowRunFilter(state=of_types([StateType.SCHEDULED]))

    async def waiting() -> str | None:
        runs = await hand.client.read_flow_runs(flow_run_filter=waits)
        return str(runs[0].id) if runs else None

    run = await eventually(waiting, "a run is to wait")
    assert run
    return run


async def begun(hand: Hand, job: str) -> None:
    """Let a job's run begin."""
    await hand.set(run_id(job), Running())


async def finished(hand: Hand, job: str, result: Result, state: State | None = None) -> None:
    """Write the result and end the run as the flow does."""
    run = run_id(job)
    await hand.store.write_named(f"runs/{run}/result.json", result.model_dump_json().encode())
    await hand.set(run, state or (Completed() if result.success else Failed(message=result.error)))
