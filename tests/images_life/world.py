"""A real stack, image endpoints on loopback that outlive it, and the means to kill any part of it in a round of a job.

with living_stack(home) as (stack, generators):
    async with world_of(stack, generators) as world:
        job = await world.accepted(count=5)
        await world.drawing(job, 1)
        await world.kill("worker")
        await world.check(job, rounds=5)
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psutil
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun

from blocks.artifacts import ArtifactStore
from blocks.images.gallery import Gallery
from blocks.settings import Settings
from deployments.automations import LOST
from deployments.catalog import CPU
from deployments.settings import StackSettings
from deployments.stack import Stack
from flows.contracts import ImagesResult
from tests.images_flow.generators import NAMES, Generators
from tests.life.world import gone_meanwhile
from tests.stack import WITHOUT_STUDIO
from tests.waiting import eventually

TARGETS = ("worker", "api", "prefect", "flow", "zygote")
COSTS_A_START = ("worker", "flow", "zygote")
TAKES_S = 1.0
ENDED = ("complete", "error", "cancelled")


@dataclass
class World:
    """What lives, what kills, and what watches."""

    stack: Stack
    generators: Generators
    client: PrefectClient
    http: httpx.AsyncClient
    store: ArtifactStore
    kills: Counter[str] = field(default_factory=Counter)

    async def accepted(self, **body: Any) -> str:
        """Submit a job as a page does; return its id once it was accepted."""
        answer = await eventually(lambda: self._asked("POST", "/api/v1/generate", json=body), "a job is to be accepted")
        return str(answer["job_id"])

    async def drawing(self, job: str, number: int) -> None:
        """Return when every endpoint has been asked for its picture of this round."""

        async def all_asked() -> bool:
            return len(self._keys(job, number)) == len(NAMES)

        await eventually(all_asked, f"round {number} is to be drawn")

    async def kill(self, target: str) -> bool:
        """SIGKILL one process; False when there is none of that kind now."""
        with gone_meanwhile():
            if processes := list(self._processes(target)):
                processes[0].kill()
                self.kills[target] += 1
                return True
        return False

    async def document(self, job: str) -> dict[str, Any]:
        """Return the job's document, once the contract answers."""
        return await eventually(lambda: self._asked("GET", f"/api/v1/status/{job}"), "the job is to be told of")

    async def ended(self, job: str) -> dict[str, Any]:
        """Return the job's document once it has its end."""

        async def read() -> dict[str, Any] | None:
            found = await self._asked("GET", f"/api/v1/status/{job}")
            return found if found.get("status") in ENDED and not await self._is_taken_up(job) else None

        return await eventually(read, f"job {job} is to end") or {}

    async def check(self, job: str, rounds: int) -> FlowRun:
        """Wait for the job's end and hold it to the promises: complete, nothing lost, nothing made twice, all told."""
        told = await self.ended(job)
        assert told["status"] == "complete", told
        assert len(told["results"]) == rounds
        assert all(len(each["images"]) == len(NAMES) for each in told["results"])
        assert all(picture["success"] for each in told["results"] for picture in each["images"]), told
        result = ImagesResult.model_validate_json(await self.store.read_named(f"runs/{job}/result.json"))
        assert [each.number for each in result.rounds] == list(range(1, rounds + 1))
        pictures = [picture for each in result.rounds for picture in each.images]
        assert len({picture.filename for picture in pictures}) == rounds * len(NAMES)
        made = {key: times for (_, key), times in self.generators.made.items() if key.startswith(job)}
        assert (len(made), set(made.values())) == (rounds * len(NAMES), {1})
        hung = {entry.filename for entry in await Gallery(self.store).newest(10_000) if entry.job == job}
        assert hung == {picture.filename for picture in pictures}
        assert not self.stack.failure
        return await self.client.read_flow_run(UUID(job))

    async def _is_taken_up(self, job: str) -> bool:
        """Tell whether Prefect's automation is about to start the run again: a worker came back after its patience."""
        run = await self.client.read_flow_run(UUID(job))
        return run.state is not None and run.state.is_crashed() and str(run.state.message).startswith(LOST)

    def _keys(self, job: str, number: int) -> set[str]:
        return {order.key for order in self.generators.orders if order.key.startswith(f"{job}-{number}-")}

    def _processes(self, target: str) -> Iterator[psutil.Process]:
        """Yield the processes that `target` names: one for a part of the stack, one per run for "flow"."""
        part = f"worker-{CPU}" if target in COSTS_A_START else target
        keeper = next(process.pid for process in self.stack.processes if process.name == part)
        here = psutil.Process(keeper).children()
        for _ in range({"zygote": 1, "flow": 2}.get(target, 0)):
            here = [child for process in here for child in process.children()]
        yield from (process for process in here if process.status() != psutil.STATUS_ZOMBIE)

    async def _asked(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """Return what the contract answers, nothing while it cannot."""
        try:
            answer = await self.http.request(method, path, **options)
        except httpx.TransportError:
            return {}
        if answer.status_code in (502, 503, 504):
            return {}
        body: dict[str, Any] = answer.raise_for_status().json()
        return body


@contextmanager
def living_stack(home: Path, **variables: str) -> Iterator[tuple[Stack, Generators]]:
    """Start a stack with the workers that image jobs need; `variables` go into its environment."""
    with Generators(TAKES_S) as generators:
        environment = {
            **WITHOUT_STUDIO,
            "IMAGE_ENDPOINT_URL": "",
            "ATELIER_SCHEDULES": "off",
            "IMAGE_ENDPOINTS": generators.entries(),
            "IMAGE_ENDPOINT_RETRY_DELAYS_S": "[0.1, 0.1]",
            "ATELIER_POOL_TYPES": json.dumps({CPU: "warm-process"}),
            **dict.fromkeys(("ANTHROPIC_API_KEY", "GEMINI_API_KEY"), ""),
            **variables,
        }
        options = StackSettings.model_validate({"ports": "auto", "max_deaths": 1000, "start_timeout_s": 600})
        with Stack(home, options, pools=[CPU], environment=environment) as stack:
            yield stack, generators


@asynccontextmanager
async def world_of(stack: Stack, generators: Generators) -> AsyncIterator[World]:
    """Open a client of Prefect and one of Dual Gen's contract."""
    store = ArtifactStore.from_settings(Settings(home=stack.home))
    async with (
        PrefectClient(api=stack.parts.prefect_api_url) as client,
        httpx.AsyncClient(base_url=stack.parts.image_urls[0], timeout=60) as http,
    ):
        yield World(stack, generators, client, http, store)


async def survive(world: World, targets: list[str]) -> FlowRun:
    """Make a job with a round for each of `targets`, which are killed in their rounds; return its run, checked."""
    job = await world.accepted(prompt="a ring", count=len(targets), seed=1)
    for number, target in enumerate(targets, start=1):
        await world.drawing(job, number)
        await world.kill(target)
    return await world.check(job, rounds=len(targets))
