"""A Prefect server of the benchmark's own, with workers beside it; leaving the block stops all of it."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

import httpx
import psutil
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.workers.base import BaseWorker

from blocks.settings import CHECKOUT
from deployments import database, probes
from deployments.catalog import CPU
from deployments.environment import stack_environment
from deployments.processes import Process
from deployments.settings import LOOPBACK, StackSettings

OUR_SERVER, STOCK_SERVER = "bench.engine.servers:ours", "bench.engine.servers:stock"
TIMEOUT_S, START_S = 120, 180
CERTIFICATES = "PREFECT_API_SSL_CERT_FILE"
PULL_STEPS = [{"prefect.deployments.steps.set_working_directory": {"directory": str(CHECKOUT)}}]


@dataclass
class House:
    """One server on a free port; `database_url` names its database, an SQLite file in `home` without one."""

    home: Path
    app: str = OUR_SERVER
    database_url: str | None = None
    processes: list[Process] = field(default_factory=list)
    _resources: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def __aenter__(self) -> Self:
        settings = StackSettings(ports="auto")
        extra = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": self.database_url} if self.database_url else {}
        self.environment = stack_environment(self.home, settings, extra)
        self._ours_only = {CERTIFICATES: self.environment.pop(CERTIFICATES)}  # a peer reads them as it comes
        self.api_url = self.environment["PREFECT_API_URL"]
        self._resources.callback(self.stop)
        (self.home / "logs").mkdir(parents=True)
        beginning = database.copy_template(self.home, self.environment)
        where = ["--host", LOOPBACK, "--port", str(settings.prefect_port)]
        command = [sys.executable, "-m", "uvicorn", "--factory", self.app, *where]
        ready = partial(probes.answers, f"{self.api_url}/health")
        self.server = self.started("server", command, ready, **beginning.environment)
        self.client = await self._resources.enter_async_context(PrefectClient(api=self.api_url))
        self.http = await self._resources.enter_async_context(
            httpx.AsyncClient(base_url=self.api_url, timeout=TIMEOUT_S)
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._resources.aclose()

    def started(self, name: str, command: list[str], ready: Callable[[], bool], **environment: str) -> Process:
        """Start a process and return it when `ready` says so; `environment` is added to the house's."""
        log = self.home / "logs" / f"{name}.log"
        process = Process(name, command, self.environment | environment, log, ready, CHECKOUT)
        process.start()
        self.processes.append(process)
        process.wait_ready(time.monotonic() + START_S)
        return process

    def stop(self) -> None:
        """Stop every process, the server last."""
        while self.processes:
            self.stop_one(self.processes[-1])

    def stop_one(self, process: Process) -> None:
        """Stop one process."""
        self.processes.remove(process)
        process.ask_to_stop()
        process.wait_stopped()

    async def pool(self, name: str, worker_type: str) -> None:
        """Create a work pool as Prefect's own command would."""
        worker = BaseWorker.get_worker_class_from_type(worker_type)
        assert worker is not None, worker_type
        template = worker.get_default_base_job_template()
        await self.client.create_work_pool(WorkPoolCreate(name=name, type=worker_type, base_job_template=template))

    async def our_worker(self, name: str = "ours") -> Process:
        """Start our worker on a pool `name` of the type that the stack gives its cpu pool."""
        await self.pool(name, StackSettings().pool_types[CPU])
        command = [sys.executable, "-m", "deployments.worker", name]
        return self.started(name, command, self._online(name), **self._ours_only)

    async def stock_worker(self, name: str, query_s: float = 10) -> Process:
        """Start Prefect's process worker on a pool `name`; it asks for runs every `query_s`, by default as it comes."""
        await self.pool(name, "process")
        command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", name]
        return self.started(name, command, self._online(name), PREFECT_WORKER_QUERY_SECONDS=str(query_s))

    async def deployed(self, flow: str, pool: str) -> UUID:
        """Deploy one of the benchmark's flows to a pool; return the deployment's id."""
        return await deploy(self.client, flow, pool)

    def _online(self, pool: str) -> Callable[[], bool]:
        return lambda: bool(probes.workers_online(self.api_url, pool))


async def deploy(client: PrefectClient, flow: str, pool: str) -> UUID:
    """Deploy one of the benchmark's flows to a pool, under the pool's name; return the deployment's id."""
    return await client.create_deployment(
        flow_id=await client.create_flow_from_name(flow),
        name=pool,
        entrypoint=f"bench.engine.flows.{flow}",
        work_pool_name=pool,
        pull_steps=PULL_STEPS,
    )


def cpu_s(process: Process) -> float:
    """Return the CPU seconds of a process, of what it started and of those of them that have ended."""
    return sum(_each(process, lambda member: sum(member.cpu_times()[:4])))


def rss_mb(process: Process) -> float:
    """Return the resident memory of a process and of what it started."""
    return sum(_each(process, lambda member: member.memory_info().rss / 2**20))


def _each(process: Process, measure: Callable[[psutil.Process], float]) -> Iterator[float]:
    for member in family(process):
        with contextlib.suppress(psutil.NoSuchProcess):  # it has ended just now
            yield measure(member)


def family(process: Process) -> list[psutil.Process]:
    """Return the living processes from the keeper of `process` downwards."""
    keeper = psutil.Process(process.pid)
    return [keeper, *keeper.children(recursive=True)]


def size(usual: int) -> int:
    """Return how often to measure: `usual`, or less where the environment variable ATELIER_BENCH_N says so."""
    return min(usual, int(os.environ.get("ATELIER_BENCH_N", usual)))
