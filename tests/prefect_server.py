"""A real Prefect server for tests, a shim served over real HTTP, and a worker's hand that moves runs through states."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import uvicorn
from fastapi import FastAPI
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Completed, Failed, Pending, Running

from blocks.artifacts import ArtifactStore
from deployments import database
from deployments.catalog import PIPELINES
from deployments.settings import hold_ports
from flows.contracts import RingResult, TryOnPreprocessResult
from tests.waiting import eventually

START_TIMEOUT_S = 400


def free_port() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


@contextmanager
def prefect_server(home: Path, database_url: str | None = None) -> Iterator[str]:
    """Run a Prefect server of the tests' own, with every pipeline's deployment and no worker; yield its API's URL.

    Its database is an SQLite in `home`, or the one that `database_url` names.
    """
    (place,) = hold_ports(1)  # until the server comes to it, and as long as it runs
    port = place.getsockname()[1]
    url = f"http://127.0.0.1:{port}/api"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")},
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        **({"PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url} if database_url else {}),
    }
    beginning = database.copy_template(home, environment)  # a hundred migrations, made once per checkout
    command = [sys.executable, "-m", "uvicorn", "--factory", "deployments.server:create_app"]
    environment |= beginning.environment
    server = subprocess.Popen([*command, "--port", str(port), "--log-level", "error"], env=environment)
    try:
        _await_health(url, server)
        if beginning is database.Beginning.NOTHING:
            database.keep_template(home)
        asyncio.run(_deploy(url))
        yield url
    finally:
        server.terminate()
        server.wait(60)
        place.close()


def _await_health(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=2).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the Prefect server did not start")


async def _deploy(url: str) -> None:
    async with PrefectClient(api=url) as client:
        for deployment in [*(pipeline.deployment for pipeline in PIPELINES.values()), "another-flow/default"]:
            flow, _, name = deployment.partition("/")
            await client.create_deployment(flow_id=await client.create_flow_from_name(flow), name=name)


async def ended(client: PrefectClient, run_id: UUID) -> FlowRun:
    """Return a flow run once it is in a final state."""

    async def final() -> FlowRun | None:
        run = await client.read_flow_run(run_id)
        return run if run.state and run.state.is_final() else None

    run = await eventually(final, f"run {run_id} is to end")
    assert run
    return run


async def task_states(client: PrefectClient, run: UUID, *names: str) -> dict[str, str]:
    """Return the name of the state of each task run of `run`, by task run name, once those `names` have ended.

    Prefect writes task runs down from events, up to seconds after their flow run has ended.
    """
    of_it = FlowRunFilter(id=FlowRunFilterId(any_=[run]))

    async def ended() -> dict[str, str]:
        found = await client.read_task_runs(flow_run_filter=of_it)
        states = {each.name: each.state for each in found if each.state and each.state.is_final()}
        return {name: str(state.name) for name, state in states.items()} if states.keys() >= set(names) else {}

    return await eventually(ended, f"the tasks of run {run} are to be written down: {names}")


@dataclass
class Hand:
    """Does to a run what a worker and the flow do, one step at a time."""

    client: PrefectClient
    store: ArtifactStore

    async def run_id(self, job: str) -> UUID:
        """Return the run of `job`, given as its id or its request id."""
        with contextlib.suppress(ValueError):
            return UUID(job)
        runs = await self.client.read_flow_runs(sort=FlowRunSort.EXPECTED_START_TIME_DESC, limit=200)
        return next(run.id for run in runs if run.labels.get("atelier.job") == job)

    async def set(self, job: str, state: State) -> None:
        await self.client.set_flow_run_state(await self.run_id(job), state, force=True)

    async def take(self, job: str) -> None:
        await self.set(job, Pending())

    async def start(self, job: str, **labels: Any) -> None:
        await self.set(job, Running())
        if labels:
            named = {f"atelier.{key}": value for key, value in labels.items()}
            await self.client.update_flow_run_labels(await self.run_id(job), named)

    async def finish(self, job: str, result: RingResult | TryOnPreprocessResult) -> None:
        """Write the result and end the run as the flow does: COMPLETED, or FAILED when it was no success."""
        run_id = await self.run_id(job)
        await self.store.write_named(f"runs/{run_id}/result.json", result.model_dump_json().encode())
        await self.set(job, Completed() if result.success else Failed(message=_why(result)))

    async def cancel(self, job: str) -> None:
        await self.set(job, Cancelled())

    async def parameters(self, job: str) -> dict[str, Any]:
        return (await self.client.read_flow_run(await self.run_id(job))).parameters["request"]


def _why(result: RingResult | TryOnPreprocessResult) -> str | None:
    if isinstance(result, RingResult):
        return result.error
    return result.failure.message if result.failure else None


async def cancel_leftovers(client: PrefectClient) -> None:
    """End every run that a test left unfinished."""
    ended = FlowRunFilterStateType(not_any_=list(TERMINAL_STATES))
    unfinished = FlowRunFilter(state=FlowRunFilterState(type=ended))
    for run in await client.read_flow_runs(flow_run_filter=unfinished):
        await client.set_flow_run_state(run.id, Cancelled(), force=True)


class Served:
    """Serves apps from the test's own loop on free ports, and stops them."""

    def __init__(self) -> None:
        self._running: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    async def start(self, app: FastAPI) -> str:
        """Serve `app`; return its URL once it listens."""
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve())
        self._running.append((server, task))
        while not server.started:
            if task.done():
                task.result()
            await asyncio.sleep(0.01)
        return f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        for server, task in self._running:
            server.should_exit = True
            await task
