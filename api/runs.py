"""Flow runs as the contracts need them: create, read, wait, cancel, retry, count and list."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime
from typing import Any, Self
from uuid import UUID

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterEndTime,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterIdempotencyKey,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import AwaitingRetry, Cancelling

from api.errors import AlreadyRunning, ClientGone, DeploymentMissing, OrchestratorUnavailable, RunNotFound, WrongState
from api.orchestrator import Orchestrator, connection
from api.parameters import check_parameters
from api.states import is_waiting, native_word
from blocks.tracing import trace_labels

WAITING = [StateType.SCHEDULED, StateType.PENDING]
BEGUN = [StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]
TERMINAL = [StateType.COMPLETED, StateType.FAILED, StateType.CRASHED, StateType.CANCELLED]
CREATE_TIMEOUT_S = 30.0  # for one creation, once it is its turn
WRITERS = 4  # at once; SQLite lets them in one by one
CANCEL_CONFIRMATION_S = 5.0
CANCEL_ATTEMPTS = 3  # a run that is just changing hands may refuse once
POLL_S = 1.0  # while Prefect's events are not heard
NET_S = 5.0  # while they are: only a missed event needs it
PAGE = 200  # Prefect's limit of one answer
KNOWN_KEYS = 10_000  # whose runs are remembered by their id
GONE_S = 0.5  # how soon a waiting client that hung up is noticed
RESET: dict[str, bool | int | float | str] = {"atelier.progress": 0, "atelier.step": "", "atelier.detail": ""}
Gone = Callable[[], Awaitable[bool]]


class Runs:
    """The runs of one deployment, whose flow takes the single parameter `request`.

    Open it with `async with`. Every method raises OrchestratorUnavailable while Prefect cannot answer.
    A run is named by its UUID, or by the key that started it.
    """

    def __init__(self, deployment: str, *, api_url: str, timeout_s: float = 10, cache_s: float = 0.5) -> None:
        self._deployment = deployment
        self._connection = connection(api_url, timeout_s=timeout_s, cache_s=cache_s)
        self._found: DeploymentResponse | None = None
        self._asking = asyncio.Lock()
        self._ids: dict[str, UUID] = {}
        self._writing = asyncio.Semaphore(WRITERS)
        self._retrying: set[UUID] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.prefect: Orchestrator = await self._stack.enter_async_context(self._connection)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._stack.aclose()

    async def deployment(self) -> DeploymentResponse:
        """Return the deployment, asked once, since set-up never deletes one; raises DeploymentMissing.

        Hundreds may want it at the same time, when the process is new: one asks for all.
        """
        if self._found is None:
            async with self._asking:
                self._found = self._found or await self._asked()
        return self._found

    async def _asked(self) -> DeploymentResponse:
        async with self.prefect.answering() as client:
            try:
                return await client.read_deployment_by_name(self._deployment)
            except ObjectNotFound as error:
                raise DeploymentMissing(f"deployment {self._deployment} is not there yet") from error

    async def has_worker(self) -> bool:
        """Tell whether a live worker serves this deployment's work pool."""
        pool = (await self.deployment()).work_pool_name
        return bool(pool and await self.prefect.workers_online(pool))

    async def create(
        self, request: dict[str, Any], *, key: str, name: str, tags: list[str], labels: dict[str, Any]
    ) -> FlowRun:
        """Start a run, or return the one that `key` already started.

        The client repeats a call that Prefect could not answer; `key` is what makes that safe.
        Raises InvalidInput for what Prefect or its database cannot take as a parameter.
        """
        check_parameters(request)
        deployment = await self.deployment()
        async with self._writing, self.prefect.answering(CREATE_TIMEOUT_S) as client:
            return await client.create_flow_run_from_deployment(
                deployment.id,
                parameters={"request": request},
                idempotency_key=idempotency_key(key),
                name=name,
                tags=tags,
                labels=labels | trace_labels(),
            )

    async def read(self, run: str) -> FlowRun:
        """Return run `run`; raises RunNotFound. Pollers share one read of Prefect, see Orchestrator.read."""
        found = await self._by_id(run) or await self._by_key(run)
        if found is None or found.deployment_id != (await self.deployment()).id:
            raise RunNotFound(f"job {run} is not known")
        return found

    async def read_anew(self, run: str) -> FlowRun:
        """Return run `run` as it is now, not as it was a moment ago."""
        found = await self.read(run)
        self.prefect.forget(found.id)
        return await self.read(str(found.id))

    async def history(self, run: UUID) -> list[State]:
        """Return every state that `run` was in, oldest first."""
        async with self.prefect.answering() as client:
            states = await client.read_flow_run_states(run)
        return sorted(states, key=lambda state: state.timestamp)

    async def count_waiting(self) -> int:
        """Return how many due runs have not begun."""
        return await self._count(
            state=of_types(WAITING), expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC))
        )

    async def count_running(self) -> int:
        """Return how many runs have begun and not ended."""
        return await self._count(state=of_types(BEGUN))

    async def count_finished_since(self, moment: datetime) -> int:
        """Return how many runs ended at `moment` or later."""
        return await self._count(state=of_types(TERMINAL), end_time=FlowRunFilterEndTime(after_=moment))

    async def latest_completed(self, limit: int) -> list[FlowRun]:
        """Return the runs that completed last, newest first."""
        return await self.newest([StateType.COMPLETED], limit)

    async def newest(self, types: list[StateType], limit: int) -> list[FlowRun]:
        """Return the runs in a state of one of `types` that ended last, newest first."""
        return await self._page(types, FlowRunSort.END_TIME_DESC, limit, 0)

    async def unfinished(self) -> list[FlowRun]:
        """Return every run that has not ended, in the order in which they are due."""
        return await self._all([*WAITING, *BEGUN], FlowRunSort.EXPECTED_START_TIME_ASC)

    async def every(self) -> list[FlowRun]:
        """Return every run that Prefect knows, oldest first."""
        return await self._all(list(StateType), FlowRunSort.EXPECTED_START_TIME_ASC)

    async def cancel_waiting(self, run: str) -> FlowRun:
        """Cancel `run` if it has not begun, and return it as it then is; raises AlreadyRunning and RunNotFound.

        Prefect turns Cancelling into Cancelled at once for a run without a process. A run that a worker
        has just taken stays Cancelling until the worker confirms, for which this waits a few seconds.
        """
        found = await self.read_anew(run)
        if found.state is not None and found.state.is_final():
            return found
        if not is_waiting(found.state):
            raise AlreadyRunning(f"job {run} is running; running jobs are not cancelled")
        await self._propose(found.id, Cancelling())
        return await self.wait(run, timeout_s=CANCEL_CONFIRMATION_S) or await self.read_anew(run)

    async def cancel(self, run: str, *, reason: str = "") -> FlowRun:
        """Ask for the end of `run`, for `reason`, and return it as it then is: cancelling or cancelled.

        To ask again changes nothing. Raises WrongState when the run ended in another way, even if only just now:
        what Prefect says after the question counts, so of a run that ends meanwhile nobody claims to have ended it.
        """
        for _ in range(CANCEL_ATTEMPTS):
            found = await self.read_anew(run)
            state = found.state
            if state is not None and state.type in (StateType.CANCELLING, StateType.CANCELLED):
                return found
            if state is not None and state.is_final():
                raise WrongState(f"run {run} is {native_word(state)}; only a run that has not ended can be cancelled")
            await self._propose(found.id, Cancelling(message=reason or None))
        raise OrchestratorUnavailable("Prefect did not take the cancellation")

    async def retry(self, run: str) -> FlowRun:
        """Run a failed, crashed or cancelled run again, and return it waiting; raises WrongState for any other."""
        found = await self.read_anew(run)
        state = found.state
        if state is None or not state.is_final() or state.type is StateType.COMPLETED or found.id in self._retrying:
            raise WrongState(f"run {run} is {native_word(state)}; only a failed, crashed or cancelled run is run again")
        self._retrying.add(found.id)
        try:
            async with self.prefect.answering() as client:
                await client.update_flow_run_labels(found.id, RESET)
                # the process has gone; with its id Prefect would wait for it before it cancels
                await client.request(
                    "PATCH", "/flow_runs/{id}", path_params={"id": found.id}, json={"infrastructure_pid": ""}
                )
            await self._propose(found.id, AwaitingRetry())
        finally:
            self._retrying.discard(found.id)
        return await self.read_anew(run)

    async def wait(self, run: str, *, timeout_s: float, gone: Gone | None = None) -> FlowRun | None:
        """Return `run` once it has ended, None after `timeout_s`; raises ClientGone as soon as `gone()` says so.

        A Prefect that does not answer for a while is waited out.
        """
        async with aclosing(self.readings(run, timeout_s=timeout_s, gone=gone)) as readings:
            async for found in readings:
                if found is not None and found.state is not None and found.state.is_final():
                    return found
        return None

    async def readings(
        self, run: str, *, timeout_s: float, every_s: float | None = None, gone: Gone | None = None
    ) -> AsyncGenerator[FlowRun | None, None]:
        """Yield `run` at once, whenever it changes, and `every_s`; None while Prefect does not answer.

        Ends after `timeout_s`; raises ClientGone as soon as `gone()` says so.
        """
        ends = time.monotonic() + timeout_s
        while (found := await self._read_patiently(run)) is None:
            yield None
            if time.monotonic() >= ends:
                return
            await _pause(asyncio.Event(), min(POLL_S, ends - time.monotonic()), gone)
        with self.prefect.watcher.watching(found.id) as changed:
            while True:
                changed.clear()
                yield await self._read_patiently(run)
                if time.monotonic() >= ends:
                    return
                net_s = every_s or (NET_S if self.prefect.watcher.connected else POLL_S)
                await _pause(changed, min(net_s, ends - time.monotonic()), gone)

    async def _read_patiently(self, run: str) -> FlowRun | None:
        try:
            return await self.read(run)
        except OrchestratorUnavailable:
            return None

    async def _propose(self, run: UUID, state: State) -> None:
        """Ask Prefect to put `run` into `state`; what became of that, the next read tells."""
        async with self.prefect.answering() as client:
            await client.set_flow_run_state(run, state)
        self.prefect.forget(run)

    async def _by_id(self, run: str) -> FlowRun | None:
        try:
            return await self.prefect.read(UUID(run))
        except ValueError:
            return None

    async def _by_key(self, run: str) -> FlowRun | None:
        """Return the run that the key `run` started; a key's run is looked up once, and then read by its id."""
        known = self._ids.get(run)
        if known is not None and (found := await self.prefect.read(known)) is not None:
            return found
        keys = FlowRunFilterIdempotencyKey(any_=[idempotency_key(run)])
        mine = FlowRunFilterDeploymentId(any_=[(await self.deployment()).id])
        async with self.prefect.answering() as client:
            runs = await client.read_flow_runs(
                flow_run_filter=FlowRunFilter(idempotency_key=keys, deployment_id=mine),
                sort=FlowRunSort.ID_DESC,
                limit=1,
            )
        if not runs:
            return None
        if len(self._ids) >= KNOWN_KEYS:
            self._ids.clear()
        self._ids[run] = runs[0].id
        return runs[0]

    async def _all(self, types: list[StateType], sort: FlowRunSort) -> list[FlowRun]:
        found: dict[UUID, FlowRun] = {}  # what moves between two pages may come twice
        offset = 0
        while page := await self._page(types, sort, PAGE, offset):
            found |= {run.id: run for run in page}
            offset += len(page)
            if len(page) < PAGE:
                break
        return list(found.values())

    async def _page(self, types: list[StateType], sort: FlowRunSort, limit: int, offset: int) -> list[FlowRun]:
        mine = FlowRunFilterDeploymentId(any_=[(await self.deployment()).id])
        wanted = FlowRunFilter(deployment_id=mine, state=of_types(types))
        async with self.prefect.answering() as client:
            return await client.read_flow_runs(flow_run_filter=wanted, sort=sort, limit=limit, offset=offset)

    async def _count(self, **filters: Any) -> int:
        mine = FlowRunFilterDeploymentId(any_=[(await self.deployment()).id])
        async with self.prefect.answering() as client:
            return await client.count_flow_runs(flow_run_filter=FlowRunFilter(deployment_id=mine, **filters))


async def _pause(changed: asyncio.Event, seconds: float, gone: Gone | None) -> None:
    """Return after `seconds`, or when `changed` is set; raises ClientGone."""
    ends = time.monotonic() + seconds
    while not changed.is_set() and (left := ends - time.monotonic()) > 0:
        if gone is not None and await gone():
            raise ClientGone("the client that waited has hung up")
        waiting = asyncio.create_task(changed.wait())
        await asyncio.wait([waiting], timeout=min(left, GONE_S) if gone else left)
        waiting.cancel()


def of_types(types: list[StateType]) -> FlowRunFilterState:
    """Return the filter for runs in a state of one of `types`."""
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=types))


def idempotency_key(key: str) -> str:
    """Return what Prefect files `key` under, so that no other caller's keys can meet ours."""
    return f"atelier:{key}"
