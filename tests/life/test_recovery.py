"""What becomes of a run whose process is gone."""

from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State, StateType

from deployments.recovery import MAX_STARTS, what_follows


def lost(state: StateType, *, starts: int, deployed: bool = True) -> FlowRun:
    """A run as its dead worker left it."""
    deployment = uuid4() if deployed else None
    return FlowRun(
        flow_id=uuid4(), deployment_id=deployment, run_count=starts, state=State(type=state), state_type=state
    )


@pytest.mark.parametrize(
    ("run", "name"),
    [
        (lost(StateType.PENDING, starts=0), "Scheduled"),
        (lost(StateType.PENDING, starts=1), "AwaitingRetry"),
        (lost(StateType.RUNNING, starts=1), "AwaitingRetry"),
        (lost(StateType.RUNNING, starts=MAX_STARTS - 1), "AwaitingRetry"),
        (lost(StateType.RUNNING, starts=MAX_STARTS), "Crashed"),
        (lost(StateType.PENDING, starts=MAX_STARTS), "Crashed"),
        (lost(StateType.RUNNING, starts=1, deployed=False), "Crashed"),
        (lost(StateType.CANCELLING, starts=1), "Cancelled"),
        (lost(StateType.CANCELLING, starts=MAX_STARTS), "Cancelled"),
    ],
)
def test_what_follows(run: FlowRun, name: str) -> None:
    """Once more while it is not the run that kills; the end that was asked for where one was; never silently."""
    follows = what_follows(run)
    assert follows.name == name
    assert follows.message


@pytest.mark.parametrize(
    ("starts", "milestone", "name"),
    [(3, 1, "AwaitingRetry"), (4, 1, "Crashed"), (9, 9, "AwaitingRetry"), (11, 9, "AwaitingRetry"), (12, 9, "Crashed")],
)
def test_a_run_that_gets_on_is_not_what_kills_its_process(starts: int, milestone: int, name: str) -> None:
    """Only the starts since the last milestone count, so that a job killed in each of many rounds still ends well."""
    run = lost(StateType.RUNNING, starts=starts)
    run.labels["atelier.milestone"] = milestone
    assert what_follows(run).name == name


def test_a_milestone_that_cannot_be_is_left_aside() -> None:
    """Labels can be written by anyone: one from the future must not keep a run alive for ever."""
    for nonsense in (99, -1, "2", 2.5):
        run = lost(StateType.RUNNING, starts=MAX_STARTS)
        run.labels["atelier.milestone"] = nonsense
        assert what_follows(run).name == "Crashed"


def test_a_run_that_is_given_up_says_how_often_it_was_started() -> None:
    """The message of the third death names the count, so that a person knows that repeating is no use."""
    assert "started 3 times" in str(what_follows(lost(StateType.RUNNING, starts=3)).message)
