"""Take up again the runs that a dead stack left behind: nobody works on them, so nobody else will.

This is for a database whose workers are all gone, at set-up. A worker that only restarts does the same for its own
runs. Where neither comes back, deployments/automations.py notices the silence.
"""

from datetime import datetime

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import AwaitingRetry, Cancelled, Crashed, Scheduled

from deployments.worker.internals import let_go
from tasks.progress import MILESTONE

PAGE = 200
LOST = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]
MAX_STARTS = 3


async def recover(client: PrefectClient, stopped_before: datetime) -> int:
    """Give every run that a worker held before `stopped_before` a state to go on from; return how many there were.

    What a run had paid for lies in its ledger and what it had built in the cache, so a repeat costs nothing. Call
    this only for a database whose workers are all gone.
    """
    held = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=LOST)))
    recovered = 0
    while lost := _before(await client.read_flow_runs(flow_run_filter=held, limit=PAGE), stopped_before):
        for run in lost:
            await let_go(client, run)
            await client.set_flow_run_state(run.id, what_follows(run), force=True)
        recovered += len(lost)
    return recovered


def what_follows(run: FlowRun) -> State:
    """Return the state that a run goes into when whoever worked on it is gone.

    Cancelled when that was under way; Scheduled, or AwaitingRetry once it has begun; Crashed when it has been started
    MAX_STARTS times without getting on, since it may be what kills its process, and when no worker could start it
    again.
    """
    if run.state_type == StateType.CANCELLING:
        return Cancelled(message="The process of this run ended while it was being cancelled.")
    if run.deployment_id is None:
        return Crashed(message="The process of this run is gone, and a run without a deployment cannot be repeated.")
    starts = starts_in_vain(run)
    if starts >= MAX_STARTS:
        got_on = " since it last got on" if starts < run.run_count else ""
        return Crashed(message=f"This run was started {starts} times{got_on}, and its process died every time.")
    if run.run_count == 0:
        return Scheduled(message="The process of this run was gone before it began.")
    return AwaitingRetry(message="The process of this run was gone while it was under way.")


def starts_in_vain(run: FlowRun) -> int:
    """Return how often the run was started since it last reached a milestone; one that has none counts every start."""
    last = run.labels.get(MILESTONE, 0)
    return run.run_count - last if isinstance(last, int) and 0 <= last <= run.run_count else run.run_count


def _before(runs: list[FlowRun], moment: datetime) -> list[FlowRun]:
    return [run for run in runs if run.state is not None and run.state.timestamp < moment]
