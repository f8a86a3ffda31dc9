"""Flow runs as the contracts need them: the only code that talks to the Prefect API."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterIdempotencyKey,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkerFilter,
    WorkerFilterStatus,
)
from prefect.client.schemas.objects import FlowRun, StateType, WorkerStatus
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.settings import PREFECT_API_AUTH_STRING
from prefect.states import Cancelling

from api.errors import OrchestratorUnavailable, Refusal
from api.states import is_waiting
from blocks.tracing import trace_labels
from tasks.domain.errors import InvalidInput

WAITING = [StateType.SCHEDULED, StateType.PENDING]
TERMINAL = [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]
CREATE_TIMEOUT_S = 30.0  # SQLite answers bursts with "database is locked", which the client waits out
WRITERS = 2  # at once; more only make SQLite answer "locked", and each such answer costs the client two seconds
CANCEL_CONFIRMATION_S = 5.0
POLL_S = (0.25, 2.0)  # from quick to patient, a tenth of the time already waited


class RunNotFound(Refusal):
    """No such run, or it belongs to another deployment."""

    status = 404


class AlreadyRunning(Refusal):
    """The run has begun, so it can no longer be cancelled."""

    status = 409


class ClientGone(Refusal):
    """The client that waited has hung up; nobody reads the answer."""

    status = 499


class Runs:
    """The runs of one deployment, whose flow takes the single parameter `request`.

    Open it with `async with`. Every method raises OrchestratorUnavailable while Prefect cannot answer.
    """

    def __init__(self, deployment: str, *, api_url: str, timeout_s: float = 10, cache_s: float = 0.5) -> None:
        self._deployment = deployment
        self._api_url = api_url
        self._timeout_s = timeout_s
        self._cache_s = cache_s
        self._deployment_id: UUID | None = None
        self._reads: dict[str, tuple[float, asyncio.Task[FlowRun]]] = {}
        self._writing = asyncio.Semaphore(WRITERS)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        client = PrefectClient(
            api=self._api_url,
            auth_string=PREFECT_API_AUTH_STRING.value(),
            httpx_settings={"timeout": self._timeout_s},
        )
        self._client = await self._stack.enter_async_context(client)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._stack.aclose()

    async def has_worker(self) -> bool:
        """Tell whether a live worker serves this deployment's work pool."""
        online = WorkerFilter(status=WorkerFilterStatus(any_=[WorkerStatus.ONLINE]))
        async with answering(self._timeout_s):
            pool = (await self._client.read_deployment(await self._id())).work_pool_name
            workers = await self._client.read_workers_for_work_pool(pool, worker_filter=online) if pool else []
        return bool(workers)

    async def create(
        self, request: dict[str, Any], *, key: str, name: str, tags: list[str], labels: dict[str, Any]
    ) -> FlowRun:
        """Start a run, or return the one that `key` already started.

        The client retries a locked database by itself; `key` is what makes that safe.
        Raises InvalidInput when `request` holds the key that Prefect would expand.
        """
        refuse_prefect_kinds(request)
        deployment_id = await self._id()
        self._reads.pop(key, None)
        async with answering(CREATE_TIMEOUT_S), self._writing:
            return await self._client.create_flow_run_from_deployment(
                deployment_id,
                parameters={"request": request},
                idempotency_key=idempotency_key(key),
                name=name,
                tags=tags,
                labels=labels | trace_labels(),
            )

    async def read(self, run: str) -> FlowRun:
        """Return run `run`, given as its UUID or as the key that started it; raises RunNotFound.

        Every poller of a run shares one read per `cache_s`.
        """
        now = time.monotonic()
        started, reading = self._reads.get(run, (0.0, None))
        if reading is None or now - started > self._cache_s:
            self._forget_before(now - self._cache_s)
            reading = asyncio.create_task(self._read(run))
            self._reads[run] = (now, reading)
        return await asyncio.shield(reading)

    async def count_waiting(self) -> int:
        """Return how many due runs have not begun."""
        return await self._count(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=WAITING)),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
        )

    async def count_running(self) -> int:
        """Return how many runs have begun and not ended."""
        types = [StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]
        return await self._count(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)))

    async def count_finished_since(self, moment: datetime) -> int:
        """Return how many runs ended at `moment` or later."""
        return await self._count(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=TERMINAL)),
            end_time=FlowRunFilterEndTime(after_=moment),
        )

    async def cancel_waiting(self, run: str) -> FlowRun:
        """Cancel `run` if it has not begun, and return it as it then is; raises AlreadyRunning and RunNotFound.

        Prefect turns Cancelling into Cancelled at once for a run without a process. A run that a worker
        has just taken stays Cancelling until the worker confirms, for which this waits a few seconds.
        """
        found = await self._read(run)
        if found.state is not None and found.state.is_final():
            return found
        if not is_waiting(found.state):
            raise AlreadyRunning(f"job {run} is running; running jobs are not cancelled")
        async with answering(self._timeout_s):
            await self._client.set_flow_run_state(found.id, Cancelling())
        self._reads.pop(run, None)
        return await self.wait(run, timeout_s=CANCEL_CONFIRMATION_S) or await self._read(run)

    async def wait(
        self, run: str, *, timeout_s: float, gone: Callable[[], Awaitable[bool]] | None = None
    ) -> FlowRun | None:
        """Return `run` once it has ended, None after `timeout_s`; raises ClientGone as soon as `gone()` says so.

        A Prefect that does not answer for a while is waited out.
        """
        started = time.monotonic()
        while True:
            found = await self._read_patiently(run)
            if found is not None and found.state is not None and found.state.is_final():
                return found
            if gone is not None and await gone():
                raise ClientGone(f"the client waiting for {run} has hung up")
            waited_s = time.monotonic() - started
            if waited_s >= timeout_s:
                return None
            await asyncio.sleep(min(max(waited_s / 10, POLL_S[0]), POLL_S[1], timeout_s - waited_s))

    async def _read_patiently(self, run: str) -> FlowRun | None:
        try:
            return await self.read(run)
        except OrchestratorUnavailable:
            return None

    async def _read(self, run: str) -> FlowRun:
        deployment_id = await self._id()
        async with answering(self._timeout_s):
            found = await self._by_id(run) or await self._by_key(run)
        if found is None or found.deployment_id != deployment_id:
            raise RunNotFound(f"job {run} is not known")
        return found

    async def _by_id(self, run: str) -> FlowRun | None:
        try:
            return await self._client.read_flow_run(UUID(run))
        except (ValueError, ObjectNotFound):
            return None

    async def _by_key(self, run: str) -> FlowRun | None:
        keys = FlowRunFilterIdempotencyKey(any_=[idempotency_key(run)])
        deployment = FlowRunFilterDeploymentId(any_=[await self._id()])
        runs = await self._client.read_flow_runs(
            flow_run_filter=FlowRunFilter(idempotency_key=keys, deployment_id=deployment),
            sort=FlowRunSort.ID_DESC,
            limit=1,
        )
        return runs[0] if runs else None

    async def _count(self, **filters: Any) -> int:
        deployment = FlowRunFilterDeploymentId(any_=[await self._id()])
        async with answering(self._timeout_s):
            return await self._client.count_flow_runs(
                flow_run_filter=FlowRunFilter(deployment_id=deployment, **filters)
            )

    async def _id(self) -> UUID:
        """Return the deployment's id, asked once; set-up never deletes a deployment, so it stays true."""
        if self._deployment_id is None:
            async with answering(self._timeout_s):
                try:
                    found = await self._client.read_deployment_by_name(self._deployment)
                except ObjectNotFound as error:
                    raise OrchestratorUnavailable(f"deployment {self._deployment} is not there yet") from error
            self._deployment_id = found.id
        return self._deployment_id

    def _forget_before(self, moment: float) -> None:
        self._reads = {run: entry for run, entry in self._reads.items() if entry[0] > moment}


def idempotency_key(key: str) -> str:
    """Return what Prefect files `key` under, so that no other caller's keys can meet ours."""
    return f"atelier:{key}"


def refuse_prefect_kinds(value: Any) -> None:
    """Raise InvalidInput if `__prefect_kind` is a key anywhere in `value`: Prefect would expand a template there."""
    if isinstance(value, dict):
        if "__prefect_kind" in value:
            raise InvalidInput("__prefect_kind", "is not taken as a key")
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            refuse_prefect_kinds(item)


@asynccontextmanager
async def answering(timeout_s: float) -> AsyncIterator[None]:
    """Turn what says "Prefect cannot answer now" into OrchestratorUnavailable, after `timeout_s` at the latest."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except (TimeoutError, httpx.TransportError) as error:
        raise OrchestratorUnavailable("the Prefect API does not answer") from error
    except PrefectHTTPStatusError as error:
        status = error.response.status_code
        if status == httpx.codes.CONFLICT:
            raise InvalidInput("request", "does not fit the deployment's parameters") from error
        if status >= 500 or status == httpx.codes.TOO_MANY_REQUESTS:
            raise OrchestratorUnavailable(f"the Prefect API answers {status}") from error
        raise
