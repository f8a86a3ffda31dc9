"""An endpoint as a whole: how many jobs and workers it has, and what of its queue can be dropped."""

import asyncio
from typing import Any

from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType

from api.contracts.runpod_jobs import RETRIED_TAG, RunPodJobs
from api.contracts.runpod_runs import JobRuns
from api.contracts.runpod_workers import Endpoint
from api.errors import WrongState
from api.runs import WAITING, of_types
from flows.contracts.runpod import jobs
from flows.contracts.runpod.jobs import runpod_word

PURGED_AT_ONCE = 4
PAGE = 200  # Prefect's limit of one answer
COUNTED: dict[str, list[StateType]] = {
    "completed": [StateType.COMPLETED],
    "failed": [StateType.FAILED, StateType.CRASHED],
    "inProgress": [StateType.RUNNING, StateType.PAUSED],
    "inQueue": WAITING,
}


async def health(found: RunPodJobs, endpoint: Endpoint) -> dict[str, Any]:
    """Return the endpoint's jobs by their state, and the workers that are online in its pools."""
    names = [*COUNTED, "retried"]
    counts, online = await asyncio.gather(
        asyncio.gather(*(_count(found, endpoint, name) for name in names)), _online(found, endpoint)
    )
    counted = dict(zip(names, counts, strict=True))
    running = min(online, counted["inProgress"])
    idle = online - running
    workers = {"idle": idle, "initializing": 0, "ready": idle, "running": running, "throttled": 0}
    return {"jobs": counted, "workers": workers}


async def purge(found: RunPodJobs, endpoint: Endpoint) -> dict[str, Any]:
    """Cancel every job that waits in the queue, and return how many those were; what has begun goes on."""
    one_by_one = asyncio.Semaphore(PURGED_AT_ONCE)
    removed = 0
    for operation in endpoint.operations:
        runs = found.runs[operation]
        while waiting := await _waiting(runs):
            ended = sum(await asyncio.gather(*(_dropped(runs, run, one_by_one) for run in waiting)))
            removed += ended
            if len(waiting) < PAGE or not ended:
                break
    return {"removed": removed, "status": "completed"}


async def _dropped(runs: JobRuns, run: FlowRun, one_by_one: asyncio.Semaphore) -> bool:
    """Cancel a job, unless it has begun or ended meanwhile; tell whether that was done."""
    async with one_by_one:
        now = await runs.read_anew(str(run.id))
        if runpod_word(now.state, now.labels) != "IN_QUEUE":
            return False
        try:
            await runs.cancel(str(run.id), reason="its queue was purged")
        except WrongState:
            return False
        return True


async def _waiting(runs: JobRuns) -> list[FlowRun]:
    async with runs.prefect.answering() as client:
        return await client.read_flow_runs(flow_run_filter=await _mine([runs], WAITING), limit=PAGE)


async def _count(found: RunPodJobs, endpoint: Endpoint, name: str) -> int:
    runs = [found.runs[operation] for operation in endpoint.operations]
    tags = [RETRIED_TAG] if name == "retried" else []
    wanted = await _mine(runs, COUNTED.get(name, list(StateType)), *tags)
    async with runs[0].prefect.answering() as client:
        return await client.count_flow_runs(flow_run_filter=wanted)


async def _mine(runs: list[JobRuns], types: list[StateType], *tags: str) -> FlowRunFilter:
    """Return the filter for the jobs of `runs` in a state of `types`; runs of other contracts are no jobs."""
    deployments = [(await each.deployment()).id for each in runs]
    return FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=deployments),
        tags=FlowRunFilterTags(all_=[jobs.TAG, *tags]),
        state=of_types(types),
    )


async def _online(found: RunPodJobs, endpoint: Endpoint) -> int:
    """Return how many workers are online in the pools of the endpoint's deployments."""
    runs = [found.runs[operation] for operation in endpoint.operations]
    pools = {(await each.deployment()).work_pool_name for each in runs}
    return sum([await runs[0].prefect.workers_online(pool) for pool in sorted(filter(None, pools))])
