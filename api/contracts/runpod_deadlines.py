"""Time limits of jobs: one that waited or ran longer than its policy allows is ended, and told as TIMED_OUT.

What a limit is and since when it counts stands in the run's labels, so that after a restart, and of several
processes, whoever looks first ends the job. To end it is to cancel it, since that is what stops its process.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from api.contracts.runpod_runs import JobRuns
from api.errors import OrchestratorUnavailable, RunNotFound, WrongState
from api.runs import WAITING, of_types
from flows.contracts.runpod import jobs
from flows.contracts.runpod.inputs import Operation

logger = logging.getLogger("atelier.api")

LOOK_S = 5.0  # the longest time between two looks; nearer limits are met sooner
BEGIN_S = 1.0  # the shortest time in which it is looked whether a job has begun
SHORTEST_S = 0.05
MAX_LIMITED = 200  # that are looked at, the oldest first


class Deadlines:
    """Watches the time limits of `runs`. Open it with `async with`, after the runs."""

    def __init__(self, runs: Mapping[Operation, JobRuns]) -> None:
        self._runs = runs
        self._soon = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    def look_soon(self) -> None:
        """Look at once: there is a limit that was not known before."""
        self._soon.set()

    async def _watch(self) -> None:
        while True:
            self._soon.clear()
            due_s = LOOK_S
            with suppress(OrchestratorUnavailable):  # then everything waits, and so does this
                due_s = await self.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._soon.wait(), min(max(due_s, SHORTEST_S), LOOK_S))

    async def look(self) -> float:
        """End every job that is over its limit; return in how many seconds the next one could be."""
        next_s = LOOK_S
        for runs in self._runs.values():
            for run in await _limited(runs):
                left_s, reason = _left(run)
                if left_s > 0:
                    next_s = min(next_s, left_s, _may_begin_and_end_s(run))
                else:
                    await _end(runs, run, reason)
        return next_s


async def _limited(runs: JobRuns) -> list[FlowRun]:
    """Return the jobs with a limit that wait or run."""
    wanted = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[(await runs.deployment()).id]),
        tags=FlowRunFilterTags(all_=[jobs.LIMITED_TAG]),
        state=of_types([*WAITING, StateType.RUNNING]),
    )
    async with runs.prefect.answering() as client:
        return await client.read_flow_runs(
            flow_run_filter=wanted, sort=FlowRunSort.EXPECTED_START_TIME_ASC, limit=MAX_LIMITED
        )


def _left(run: FlowRun) -> tuple[float, str]:
    """Return how many seconds a job has left where it is, waiting or running, and what is to be said then."""
    state, now_s = run.state, time.time()
    if state is not None and state.type is StateType.RUNNING:
        limit_ms = run.labels.get(jobs.EXECUTION_MS)
        ends_s = state.timestamp.timestamp() + float(limit_ms) / 1000 if limit_ms else float("inf")
        return ends_s - now_s, f"the job ran longer than its executionTimeout of {limit_ms} ms"
    expires_s = float(run.labels.get(jobs.EXPIRES) or "inf")
    return expires_s - now_s, f"the job expired in the queue after its ttl of {run.labels.get(jobs.TTL_MS)} ms"


def _may_begin_and_end_s(run: FlowRun) -> float:
    """Return how soon a job that waits could be over its executionTimeout, were it to begin now."""
    limit_ms = run.labels.get(jobs.EXECUTION_MS)
    return max(float(limit_ms) / 1000, BEGIN_S) if limit_ms else LOOK_S


async def _end(runs: JobRuns, run: FlowRun, reason: str) -> None:
    """Note why, then cancel: the run may say CANCELLED at once. One that has just ended keeps its own end."""
    logger.info("job %s: %s", run.id, reason)
    with suppress(WrongState, RunNotFound, ObjectNotFound):
        await runs.note(run.id, {jobs.TIMED_OUT: reason})
        await runs.cancel(str(run.id), reason=reason)
