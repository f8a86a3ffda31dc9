"""The state table, row by row."""

import pytest
from prefect.client.schemas.objects import State, StateType

from api.states import IMAGE_WORDS, image_word, is_waiting, ring_word

ROWS = [
    (StateType.SCHEDULED, "Scheduled", "queued"),
    (StateType.SCHEDULED, "Late", "queued"),
    (StateType.SCHEDULED, "AwaitingConcurrencySlot", "queued"),
    (StateType.SCHEDULED, "AwaitingRetry", "running"),
    (StateType.PENDING, "Pending", "queued"),
    (StateType.RUNNING, "Running", "running"),
    (StateType.RUNNING, "Retrying", "running"),
    (StateType.PAUSED, "Paused", "running"),
    (StateType.PAUSED, "Suspended", "running"),
    (StateType.CANCELLING, "Cancelling", "running"),
    (StateType.COMPLETED, "Completed", "succeeded"),
    (StateType.COMPLETED, "Cached", "succeeded"),
    (StateType.FAILED, "Failed", "failed"),
    (StateType.FAILED, "TimedOut", "failed"),
    (StateType.CRASHED, "Crashed", "failed"),
    (StateType.CANCELLED, "Cancelled", "cancelled"),
]


@pytest.mark.parametrize(("kind", "name", "word"), ROWS)
def test_each_state_has_its_word(kind: StateType, name: str, word: str) -> None:
    """The ring contract's word follows the contract's table."""
    assert ring_word(State(type=kind, name=name)) == word


def test_every_state_type_is_in_the_table() -> None:
    """A state type that Prefect adds would be noticed here."""
    assert {kind for kind, _, _ in ROWS} == set(StateType) == set(IMAGE_WORDS)


@pytest.mark.parametrize(
    ("kind", "name", "word"),
    [
        (StateType.SCHEDULED, "AwaitingRetry", "queued"),
        (StateType.PENDING, "Pending", "queued"),
        (StateType.RUNNING, "Running", "running"),
        (StateType.CANCELLING, "Cancelling", "running"),
        (StateType.COMPLETED, "Completed", "complete"),
        (StateType.FAILED, "Failed", "error"),
        (StateType.CRASHED, "Crashed", "error"),
        (StateType.CANCELLED, "Cancelled", "cancelled"),
    ],
)
def test_the_image_contracts_words(kind: StateType, name: str, word: str) -> None:
    """What is taken up again after a crash is queued; what is being cancelled still works."""
    assert image_word(State(type=kind, name=name)) == word


def test_a_run_without_a_state_waits() -> None:
    """A run whose state is not there yet is queued, and may be cancelled."""
    assert ring_word(None) == image_word(None) == "queued"
    assert is_waiting(None)
