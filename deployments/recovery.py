"""Give runs that a dead stack left behind an honest end: nobody works on them, so nobody else will."""

from datetime import datetime

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.states import Cancelled, Crashed, Scheduled

PAGE = 200
LOST = [StateType.PENDING, StateType.RUNNING, StateType.CANCELLING]


async def recover(client: PrefectClient, stopped_before: datetime) -> int:
    """End every run that a worker held before `stopped_before`; return how many there were.

    A run that had begun is Crashed (it may have spent money, so it is not repeated unasked), one that was being
    cancelled is Cancelled, and one that had only been handed out is Scheduled again. Call this only for a database
    whose workers are all gone.
    """
    held = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=LOST)))
    recovered = 0
    while lost := _before(await client.read_flow_runs(flow_run_filter=held, limit=PAGE), stopped_before):
        for run in lost:
            await client.set_flow_run_state(run.id, _what_follows(run), force=True)
        recovered += len(lost)
    return recovered


def _before(runs: list[FlowRun], moment: datetime) -> list[FlowRun]:
    return [run for run in runs if run.state is not None and run.state.timestamp < moment]


def _what_follows(run: FlowRun) -> State:
    if run.state_type == StateType.PENDING:
        return Scheduled()
    if run.state_type == StateType.CANCELLING:
        return Cancelled(message="The stack stopped while this run was being cancelled.")
    return Crashed(message="The stack stopped while this run was under way.")
