"""The state table of RunPod's contract, row by row, and its ids."""

import pytest
from prefect.client.schemas.objects import State, StateType

from flows.contracts.runpod.jobs import RETRIED, TIMED_OUT, run_of, runpod_word

ROWS = [
    (StateType.SCHEDULED, "Scheduled", "IN_QUEUE"),
    (StateType.SCHEDULED, "Late", "IN_QUEUE"),
    (StateType.SCHEDULED, "AwaitingConcurrencySlot", "IN_QUEUE"),
    (StateType.SCHEDULED, "AwaitingRetry", "IN_PROGRESS"),
    (StateType.PENDING, "Pending", "IN_QUEUE"),
    (StateType.RUNNING, "Running", "IN_PROGRESS"),
    (StateType.RUNNING, "Retrying", "IN_PROGRESS"),
    (StateType.PAUSED, "Paused", "IN_PROGRESS"),
    (StateType.PAUSED, "Suspended", "IN_PROGRESS"),
    (StateType.COMPLETED, "Completed", "COMPLETED"),
    (StateType.COMPLETED, "Cached", "COMPLETED"),
    (StateType.FAILED, "Failed", "FAILED"),
    (StateType.FAILED, "TimedOut", "TIMED_OUT"),
    (StateType.CRASHED, "Crashed", "FAILED"),
    (StateType.CANCELLING, "Cancelling", "CANCELLED"),
    (StateType.CANCELLED, "Cancelled", "CANCELLED"),
]
RUN = "8b1f6a52-0d6c-4a4e-9f5f-0a4c5d1f2b11"


@pytest.mark.parametrize(("kind", "name", "word"), ROWS)
def test_each_state_has_its_word(kind: StateType, name: str, word: str) -> None:
    """The contract's word follows the contract's table; a cancel is final from the moment it is asked for."""
    assert runpod_word(State(type=kind, name=name)) == word


@pytest.mark.parametrize(("kind", "name", "word"), ROWS)
def test_what_was_ended_for_its_time_timed_out(kind: StateType, name: str, word: str) -> None:
    """The note that a job took too long changes the word of a cancelled run, and of no other."""
    expected = "TIMED_OUT" if word == "CANCELLED" else word
    assert runpod_word(State(type=kind, name=name), {TIMED_OUT: "too long"}) == expected
    assert runpod_word(State(type=kind, name=name), {TIMED_OUT: ""}) == word


def test_a_retried_job_is_in_the_queue() -> None:
    """What its client had retried waits like a new job, while a run that retries itself has begun."""
    assert runpod_word(State(type=StateType.SCHEDULED, name="AwaitingRetry"), {RETRIED: True}) == "IN_QUEUE"


def test_every_state_is_in_the_table() -> None:
    """A state type that Prefect adds would be noticed here; a run without a state waits."""
    assert {kind for kind, _, _ in ROWS} == set(StateType)
    assert runpod_word(None) == "IN_QUEUE"


def test_an_id_names_a_run() -> None:
    """The hosted forms and the bare UUID name the run; anything else names none."""
    for known in (f"{RUN}-u1", f"sync-{RUN}-u1", RUN, f"{RUN}-e1", f"sync-{RUN}"):
        assert str(run_of(known)) == RUN
    for strange in ("", "sync-", "7c2e-u1", f"{RUN}-", f"{RUN}-u1x", f"test-{RUN}", RUN.replace("-", ""), f"{RUN} "):
        assert run_of(strange) is None
