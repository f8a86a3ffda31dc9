"""A real stack, a language model on loopback, and the means to kill any part of it at a step border of a ring.

with living_stack(home) as (stack, model):
    async with world_of(stack, model) as world:
        ring = await world.accepted("m-1")
        await world.reached(ring, "build")
        await world.kill("worker")
        await world.check(ring)
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import psutil
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterIdempotencyKey
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError

from api.runs import idempotency_key
from blocks.artifacts import ArtifactNotFound, ArtifactStore
from blocks.settings import Settings
from deployments.automations import LOST
from deployments.catalog import BLENDER
from deployments.recovery import MAX_STARTS
from deployments.settings import StackSettings
from deployments.stack import Stack
from flows.contracts import RingResult
from tests.language_models.provider import FakeProviders, Reply, Request

TARGETS = ("flow", "worker", "zygote", "blender", "api", "prefect")
BORDERS = ("accepted", "design", "designed", "build", "mended", "rebuild", "preview", "publish")
STUCK_S = 240  # nothing takes a tenth of it on a quiet machine
POLL_S = 0.1
MARK = re.compile(r"ring m-[a-z0-9-]+")

BROKEN = """\
# {mark}
import time
import bpy

time.sleep(0.4)
bpy.data.meshes.new("shank").calc_normals()
"""
GOOD = """\
# {mark}
import time
import ring_kit as kit

time.sleep(0.4)
kit.shank(17.3, {width}, 1.8, metal=kit.metal("18k yellow gold"))
"""


class Model(FakeProviders):
    """Designs a script that fails and mends it into one that builds; every ring gets scripts of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, str]] = []
        self.paid_twice: list[tuple[str, str]] = []
        self.ledgers: dict[str, Path] = {}

    def next_reply(self, request: Request) -> Reply:
        """Note who asks for what, and whether that answer had been paid for already."""
        found = MARK.search(request.user)
        assert found
        mark = found[0].removeprefix("ring ")
        purpose = "fix-1" if "calc_normals" in request.user else "design"
        self.asked.append((mark, purpose))
        if mark in self.ledgers and (self.ledgers[mark] / f"{purpose}.json").exists():
            self.paid_twice.append((mark, purpose))
        script = BROKEN if purpose == "design" else GOOD
        width = 2.5 + len(set(self.asked)) / 1000  # a GLB of its own, so that no build comes from the cache
        return Reply(text=f"```python\n{script.format(mark=mark, width=width)}\n```\n")


@dataclass(frozen=True)
class Ring:
    """An accepted request."""

    mark: str
    run_id: UUID


@dataclass
class World:
    """What lives, what kills, and what watches."""

    stack: Stack
    model: Model
    client: PrefectClient
    http: httpx.AsyncClient
    store: ArtifactStore
    kills: Counter[str] = field(default_factory=Counter)

    async def accepted(self, mark: str, previews: str = "none") -> Ring:
        """Submit a ring as a client does that repeats an unanswered request; return it once it was accepted."""
        body = {"prompt": f"ring {mark}", "llm_name": "claude", "previews": previews, "request_id": mark}
        async with asyncio.timeout(STUCK_S):
            while not await self._asked("POST", "/jobs", json=body):
                await asyncio.sleep(POLL_S)
        run_id = await self._run_of(mark)
        self.model.ledgers[mark] = self.store.home / "store" / self.store.container / "runs" / str(run_id) / "calls"
        return Ring(mark, run_id)

    async def reached(self, ring: Ring, border: str) -> None:
        """Return as soon as the ring is at `border`, or past it."""
        async with asyncio.timeout(STUCK_S):
            while not await self._is_at(ring, border):
                await asyncio.sleep(POLL_S)

    async def kill(self, target: str) -> bool:
        """SIGKILL one process; False when there is none of that kind now."""
        with gone_meanwhile():
            if processes := list(self.processes(target)):
                processes[0].kill()
                self.kills[target] += 1
                return True
        return False

    def processes(self, target: str) -> Iterator[psutil.Process]:
        """Yield the processes that `target` names: one for a part of the stack, one per run for "flow"."""
        part = f"worker-{BLENDER}" if target in ("flow", "worker", "zygote") else target
        keeper = next(process.pid for process in self.stack.processes if process.name == part)
        here = psutil.Process(keeper).children()
        for _ in range({"zygote": 1, "flow": 2}.get(target, 0)):
            here = [child for process in here for child in process.children()]
        yield from (process for process in here if process.status() != psutil.STATUS_ZOMBIE)

    async def ended(self, ring: Ring) -> FlowRun:
        """Return the run once it is in a state that it does not leave; raises TimeoutError when it is stuck."""
        async with asyncio.timeout(STUCK_S):
            while True:
                run = await self.read(ring)
                if run is not None and run.state is not None and run.state.is_final() and not is_taken_up(run):
                    return run
                await asyncio.sleep(POLL_S)

    async def read(self, ring: Ring) -> FlowRun | None:
        """Return the run, None while Prefect cannot answer."""
        try:
            return await self.client.read_flow_run(ring.run_id)
        except (httpx.TransportError, PrefectHTTPStatusError):
            return None

    async def check(self, ring: Ring) -> FlowRun:
        """Wait for the ring's end and hold it to the promises: made, published, paid once, and told by the API."""
        run = await self.ended(ring)
        assert run.state is not None
        assert run.state.is_completed(), f"{run.state}, started {run.run_count} times"
        result = RingResult.model_validate_json(await self.store.read_named(f"runs/{ring.run_id}/result.json"))
        assert result.success
        assert [call.purpose for call in result.cost_summary.details] == ["design", "fix 1"]
        assert [paid for paid in self.model.paid_twice if paid[0] == ring.mark] == []
        async with asyncio.timeout(STUCK_S):
            while (await self._asked("GET", f"/jobs/{ring.mark}/result") or {}).get("status") != "succeeded":
                await asyncio.sleep(POLL_S)
        assert not self.stack.failure
        return run

    def asked(self, ring: Ring) -> Counter[str]:
        """Return how often the model was asked, by purpose."""
        return Counter(purpose for mark, purpose in self.model.asked if mark == ring.mark)

    async def _asked(self, method: str, path: str, **options: object) -> dict[str, str]:
        """Return what the API answers, nothing while it cannot."""
        try:
            answer = await self.http.request(method, path, **options)  # type: ignore[arg-type]
        except httpx.TransportError:
            return {}
        if answer.status_code == 503:
            return {}
        body: dict[str, str] = answer.raise_for_status().json()
        return body

    async def _run_of(self, mark: str) -> UUID:
        keys = FlowRunFilterIdempotencyKey(any_=[idempotency_key(mark)])
        (run,) = await self.client.read_flow_runs(flow_run_filter=FlowRunFilter(idempotency_key=keys))
        return run.id

    async def _is_at(self, ring: Ring, border: str) -> bool:
        documents = {"designed": "calls/design.json", "mended": "calls/fix-1.json", "publish": "result.json"}
        if border == "accepted" or (border in documents and await self._has(ring, documents[border])):
            return True
        run = await self.read(ring)
        if run is None or run.state is None:
            return False
        percent = {"design": 5, "build": 20, "rebuild": 40, "preview": 82, "publish": 95}.get(border, 100)
        return run.state.is_final() or run.labels.get("atelier.progress", 0) >= percent

    async def _has(self, ring: Ring, document: str) -> bool:
        try:
            await self.store.read_named(f"runs/{ring.run_id}/{document}")
        except ArtifactNotFound:
            return False
        return True


def is_taken_up(run: FlowRun) -> bool:
    """Tell whether Prefect's automation is about to start the run again: a worker came back after its patience only."""
    message = run.state.message if run.state else ""
    return str(message).startswith(LOST) and run.run_count < MAX_STARTS


@contextmanager
def gone_meanwhile() -> Iterator[None]:
    """Let a process be gone by the time that it is looked at."""
    try:
        yield
    except psutil.NoSuchProcess:
        return


@contextmanager
def living_stack(home: Path, database_url: str = "", **settings: object) -> Iterator[tuple[Stack, Model]]:
    """Start everything with warm workers, on SQLite or at `database_url`; `settings` are StackSettings."""
    with Model() as model:
        database = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": database_url} if database_url else {}
        environment = {
            **database,
            **model.environment,
            "ATELIER_LLM_RETRY_DELAYS_S": "[0.1, 0.1]",
            "ATELIER_SCHEDULES": "off",
            "ATELIER_HERO_PX": "384",
            "ATELIER_POOL_TYPES": json.dumps({BLENDER: "warm-process"}),
        }
        options = StackSettings.model_validate(
            {"ports": "auto", "max_deaths": 1000, "start_timeout_s": 600, **settings}
        )
        with Stack(home, options, pools=[BLENDER], environment=environment) as stack:
            yield stack, model


@asynccontextmanager
async def world_of(stack: Stack, model: Model) -> AsyncIterator[World]:
    """Open a client of Prefect and one of the ring contract."""
    store = ArtifactStore.from_settings(Settings(home=stack.home))
    async with (
        PrefectClient(api=stack.parts.prefect_api_url) as client,
        httpx.AsyncClient(base_url=stack.parts.ring_url, timeout=60) as http,
    ):
        yield World(stack, model, client, http, store)
