"""Runs whose process is gone: taken up again when they were this worker's, left alone when they were another's."""

import os
import signal
from collections.abc import Container, Iterable
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.logging import get_logger
from prefect.states import AwaitingRetry

from deployments.recovery import LOST, what_follows
from deployments.worker.claims import Claim, is_alive
from deployments.worker.internals import let_go

logger = get_logger("atelier.recovery")


async def runs_in(client: PrefectClient, pool: str, states: list[StateType]) -> list[FlowRun]:
    """Return runs of the pool in one of `states`, 200 at most."""
    in_states = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=states)))
    in_pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
    return await client.read_flow_runs(flow_run_filter=in_states, work_pool_filter=in_pool)


async def cancelling(client: PrefectClient, runs: Iterable[UUID]) -> list[FlowRun]:
    """Return those of `runs` that are to be cancelled, found by their ids however many runs the server has."""
    in_state = FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.CANCELLING]))
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(runs)), state=in_state)
    return await client.read_flow_runs(flow_run_filter=wanted)


async def recover(client: PrefectClient, pool: str, me: Claim, busy: Container[UUID]) -> int:
    """Take up again what worker `me`, in this life or an earlier one, lost; `busy` names the runs that have a process.

    Returns how many there were. A run of another worker, of another host or of a live process is not touched.
    """
    lost = [run for run in await runs_in(client, pool, LOST) if run.id not in busy]
    ours = [run for run in lost if await _was_ours(client, run, me) and run.id not in busy]
    for run in ours:
        kill_leftover(run)
        await take_up_again(client, run.id)
    return len(ours)


async def _was_ours(client: PrefectClient, run: FlowRun, me: Claim) -> bool:
    process = Claim.read(run.infrastructure_pid)
    if process is not None and process.name != me.name:
        return False  # says so without another call; where it is out of date, the other worker will find the run
    states = await client.read_flow_run_states(run.id)
    pending = [state for state in states if state.type == StateType.PENDING]
    signed = Claim.read(max(pending, key=lambda state: state.timestamp).message) if pending else None
    return signed is not None and signed.is_succeeded_by(me)


def kill_leftover(run: FlowRun) -> None:
    """Kill the process that the run names, if it is still that process and not a later one with its number."""
    process = Claim.read(run.infrastructure_pid)
    if process is not None and is_alive(process):
        os.killpg(process.pid, signal.SIGKILL)


async def take_up_again(client: PrefectClient, run_id: UUID) -> None:
    """Give a run whose process is gone a state to go on from, unless it has its end or waits already."""
    run = await client.read_flow_run(run_id)
    if run.state_type in LOST:
        state = what_follows(run)
        logger.warning("run %s lost its process: %s", run.name, state.name)
        await let_go(client, run)
        await client.set_flow_run_state(run.id, state, force=True)


async def hand_back(client: PrefectClient, run_id: UUID) -> None:
    """Queue a run again that this worker has stopped itself; that counts for nothing against the run."""
    run = await client.read_flow_run(run_id)
    if run.state_type in (StateType.PENDING, StateType.RUNNING) and run.deployment_id is not None:
        await let_go(client, run)
        state: State[Any] = AwaitingRetry(message="The worker stopped while this run was under way.")
        await client.set_flow_run_state(run.id, state, force=True)
    else:
        await take_up_again(client, run_id)
