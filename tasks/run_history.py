"""Finished flow runs, as retention sees them: which are old, which are known, what they were asked with, and their end.

Only flows with a deployment that carries the tag `atelier` are ours; a Prefect server may have other guests.
"""

import json
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowFilter,
    FlowFilterId,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.utilities.collections import batched_iterable

from tasks.domain.retention import artifacts_named_in

OURS, UPKEEP = "atelier", "upkeep"
PAGE = 200


async def flows_tagged(client: PrefectClient, *tags: str) -> list[UUID]:
    """Return the flows with a deployment that has all of `tags`."""
    tagged = DeploymentFilter(tags=DeploymentFilterTags(all_=list(tags)))
    return sorted({found.flow_id for found in await client.read_deployments(deployment_filter=tagged, limit=PAGE)})


async def old_runs(client: PrefectClient, flows: list[UUID], ended_before: datetime, limit: int) -> list[UUID]:
    """Return at most `limit` finished runs of `flows`, the oldest first."""
    if not flows:
        return []
    ended = FlowRunFilter(state=_state(TERMINAL_STATES), end_time=FlowRunFilterEndTime(before_=ended_before))
    return [run.id async for run in _runs(client, ended, FlowFilter(id=FlowFilterId(any_=flows)), limit)]


async def known_runs(client: PrefectClient, runs: Iterable[UUID]) -> set[UUID]:
    """Return which of `runs` Prefect knows."""
    known: set[UUID] = set()
    for some in batched_iterable(runs, PAGE):
        known.update([run.id async for run in _runs(client, FlowRunFilter(id=FlowRunFilterId(any_=list(some))))])
    return known


async def count_runs(client: PrefectClient, flows: list[UUID]) -> int:
    """Return how many runs of `flows` there are, in whatever state."""
    return await client.count_flow_runs(flow_filter=FlowFilter(id=FlowFilterId(any_=flows))) if flows else 0


async def artifacts_asked_with(client: PrefectClient, ended_after: datetime) -> set[str]:
    """Return what stands in the parameters of runs that have not ended, or ended after that and may be run again."""
    unfinished = FlowRunFilter(state=_state(set(StateType) - TERMINAL_STATES))
    recent = FlowRunFilter(end_time=FlowRunFilterEndTime(after_=ended_after))
    named: set[str] = set()
    for wanted in (unfinished, recent):
        async for run in _runs(client, wanted):
            named |= artifacts_named_in(json.dumps(run.parameters, default=str).encode())
    return named


async def delete_run(client: PrefectClient, run: UUID) -> None:
    """Delete a run with its states, task runs and logs; it may be gone already."""
    try:
        await client.delete_flow_run(run)
    except ObjectNotFound:
        return


async def _runs(
    client: PrefectClient, wanted: FlowRunFilter, flows: FlowFilter | None = None, limit: int | None = None
) -> AsyncIterator[FlowRun]:
    """Yield runs page by page, the oldest first: what is created meanwhile comes last."""
    found = 0
    while limit is None or found < limit:
        size = PAGE if limit is None else min(PAGE, limit - found)
        page = await client.read_flow_runs(
            flow_filter=flows,
            flow_run_filter=wanted,
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=size,
            offset=found,
        )
        for run in page:
            yield run
        found += len(page)
        if len(page) < size:
            return


def _state(types: Iterable[StateType]) -> FlowRunFilterState:
    return FlowRunFilterState(type=FlowRunFilterStateType(any_=sorted(types)))
