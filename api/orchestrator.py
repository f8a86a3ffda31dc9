"""The process's one connection to Prefect: shared by every contract, with one read for all pollers of a run."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import WorkerFilter, WorkerFilterStatus
from prefect.client.schemas.objects import FlowRun, WorkerStatus
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING

from api.errors import OrchestratorUnavailable
from api.measuring import PREFECT_CALLS
from api.watching import Watcher
from tasks.domain.errors import InvalidInput

Reading = tuple[float, asyncio.Task[FlowRun | None]]


class Orchestrator:
    """A client of Prefect's API, its events, and what was just read. Get it from `connection`."""

    def __init__(self, api_url: str, timeout_s: float, cache_s: float) -> None:
        self.timeout_s = timeout_s
        self._api_url = api_url
        self._cache_s = cache_s
        self._reads: dict[UUID, Reading] = {}
        self._leases = 0
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self.watcher = Watcher(api_url, self.forget, self.shows)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator["Orchestrator"]:
        """Keep the connection open for the block; the first one opens it, the last one closes it."""
        async with self._lock:
            if not self._leases:
                await self._open()
            self._leases += 1
        try:
            yield self
        finally:
            async with self._lock:
                self._leases -= 1
                if not self._leases:
                    await self._stack.aclose()

    @property
    def leased(self) -> bool:
        """Tell whether anybody holds the connection open."""
        return self._leases > 0

    async def read(self, run: UUID) -> FlowRun | None:
        """Return run `run`, None when there is none; every poller shares one read per `cache_s` and change."""
        now = time.monotonic()
        started, reading = self._reads.get(run, (0.0, None))
        if reading is None or now - started > self._cache_s:
            self._reads = {known: entry for known, entry in self._reads.items() if now - entry[0] <= self._cache_s}
            reading = asyncio.create_task(self._read(run))
            self._reads[run] = (now, reading)
        return await asyncio.shield(reading)

    def forget(self, run: UUID | None) -> None:
        """Drop what was read of `run`, or of all runs."""
        if run is None:
            self._reads.clear()
        else:
            self._reads.pop(run, None)

    def shows(self, run: UUID, state: UUID) -> bool:
        """Tell whether what was last read of run `run` is its state `state`."""
        _, reading = self._reads.get(run, (0.0, None))
        if reading is None or not reading.done() or reading.cancelled() or reading.exception():
            return False
        found = reading.result()
        return found is not None and found.state is not None and found.state.id == state

    @asynccontextmanager
    async def answering(self, timeout_s: float | None = None) -> AsyncIterator[PrefectClient]:
        """Yield the client; turn what says "Prefect cannot answer now" into OrchestratorUnavailable."""
        PREFECT_CALLS.inc()
        try:
            async with asyncio.timeout(timeout_s or self.timeout_s):
                yield self._client
        except (TimeoutError, httpx.TransportError) as error:
            raise OrchestratorUnavailable("the Prefect API does not answer") from error
        except PrefectHTTPStatusError as error:
            status = error.response.status_code
            if status == httpx.codes.CONFLICT:
                raise InvalidInput("request", "does not fit the deployment's parameters") from error
            if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
                raise OrchestratorUnavailable(f"the Prefect API answers {status}") from error
            raise

    async def workers_online(self, pool: str) -> int:
        """Return how many workers of work pool `pool` live; none of a pool that is not there."""
        online = WorkerFilter(status=WorkerFilterStatus(any_=[WorkerStatus.ONLINE]))
        async with self.answering() as client:
            try:
                return len(await client.read_workers_for_work_pool(pool, worker_filter=online))
            except PrefectHTTPStatusError as error:  # what the client says of a pool that is missing
                if error.response.status_code != httpx.codes.NOT_FOUND:
                    raise
                return 0

    async def _open(self) -> None:
        client = PrefectClient(
            api=self._api_url,
            auth_string=PREFECT_API_AUTH_STRING.value(),
            httpx_settings={"timeout": self.timeout_s},
        )
        self._client = await self._stack.enter_async_context(client)
        await self._stack.enter_async_context(self.watcher)

    async def _read(self, run: UUID) -> FlowRun | None:
        async with self.answering() as client:
            try:
                return await client.read_flow_run(run)
            except ObjectNotFound:
                return None


_Key = tuple[asyncio.AbstractEventLoop, str, float, float]
_connections: dict[_Key, Orchestrator] = {}


@asynccontextmanager
async def connection(api_url: str, *, timeout_s: float, cache_s: float) -> AsyncIterator[Orchestrator]:
    """Yield the connection to the Prefect at `api_url`, which everybody who asks for the same shares."""
    key = (asyncio.get_running_loop(), api_url, timeout_s, cache_s)
    shared = _connections.setdefault(key, Orchestrator(api_url, timeout_s, cache_s))
    try:
        async with shared.lease():
            yield shared
    finally:
        if not shared.leased:
            _connections.pop(key, None)
