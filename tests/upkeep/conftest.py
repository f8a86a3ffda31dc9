"""One real stack for the tests of upkeep, without the API, and a hand that makes what it holds look old."""

import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun

from blocks.artifacts import ArtifactStore
from blocks.settings import Settings
from deployments.catalog import BLENDER, CPU, RING
from deployments.database import path_of
from deployments.settings import StackSettings
from deployments.stack import Stack
from flows.contracts import RingResult
from tests.prefect_server import ended, task_states
from tests.upkeep.outside import Outside


@pytest.fixture(scope="package")
def outside() -> Iterator[Outside]:
    """A provider of language models that gives its list and nothing else."""
    with Outside() as outside:
        yield outside


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory, outside: Outside) -> Iterator[Stack]:
    """Both workers, Blender, and keys of a loopback provider."""
    settings = StackSettings(ports="auto")
    home = tmp_path_factory.mktemp("upkeep")
    with Stack(home, settings, pools=[CPU, BLENDER], api=False, environment=outside.environment) as running:
        yield running


@dataclass
class House:
    """Runs deployments, reads what they left, and ages it all."""

    stack: Stack
    client: PrefectClient
    store: ArtifactStore

    async def run(self, deployment: str, **parameters: Any) -> FlowRun:
        """Run a deployment to its end."""
        found = await self.client.read_deployment_by_name(deployment)
        run = await self.client.create_flow_run_from_deployment(found.id, parameters=parameters)
        return await ended(self.client, run.id)

    async def ring(self, prompt: str) -> tuple[FlowRun, RingResult]:
        """Make a ring offline."""
        run = await self.run(RING, request={"prompt": prompt, "model": "offline"})
        content = await self.store.read_named(f"runs/{run.id}/result.json")
        return run, RingResult.model_validate_json(content)

    async def report(self, deployment: str, key: str, **parameters: Any) -> Any:
        """Run a deployment, which must complete, and return what it left in Prefect's pages under `key`."""
        run = await self.run(deployment, **parameters)
        assert run.state_name == "Completed", run.state
        (found,) = [artifact for artifact in await self.artifacts(run.id) if artifact.key == key]
        return found.data

    async def artifacts(self, run: UUID) -> list[Any]:
        return await self.client.read_artifacts(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))

    async def built_anew(self, run: UUID) -> bool:
        """Tell whether nothing of a ring made offline came from the cache."""
        states = await task_states(self.client, run, "design offline", "build, attempt 1", "prove, attempt 1")
        return "Cached" not in states.values()

    def age(self, days: float) -> None:
        """Let all that there is have happened `days` earlier: files, and the ends of runs in Prefect's database."""
        then = time.time() - days * 86_400
        for folder in (self.stack.home / "store", self.results):
            for path in folder.rglob("*"):
                if path.is_file():
                    os.utime(path, (then, then))
        with closing(sqlite3.connect(path_of(self.stack.home), timeout=60)) as database, database:
            moved = f"strftime('%Y-%m-%d %H:%M:%f000', end_time, '-{days} days')"
            database.execute(f"UPDATE flow_run SET end_time = {moved} WHERE end_time IS NOT NULL")

    @property
    def results(self) -> Path:
        """Where Prefect keeps cached results."""
        return Path(self.stack.environment["PREFECT_RESULTS_LOCAL_STORAGE_PATH"])

    async def blobs(self) -> set[str]:
        return {blob.name for blob in await self.store.stored("hashed")}


@pytest.fixture
async def house(stack: Stack) -> AsyncIterator[House]:
    async with PrefectClient(api=stack.parts.prefect_api_url, httpx_settings={"timeout": 60}) as client:
        yield House(stack, client, ArtifactStore.from_settings(Settings(home=stack.home)))
