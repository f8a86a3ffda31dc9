"""What a Prefect state is called in each contract: one table, no logic."""

from typing import Literal

from prefect.client.schemas.objects import State, StateType

RingWord = Literal["queued", "running", "succeeded", "failed", "cancelled"]

# A cancelling run still works, so it is not called cancelled before the worker has confirmed it.
RING_WORDS: dict[StateType, RingWord] = {
    StateType.SCHEDULED: "queued",
    StateType.PENDING: "queued",
    StateType.RUNNING: "running",
    StateType.PAUSED: "running",
    StateType.CANCELLING: "running",
    StateType.COMPLETED: "succeeded",
    StateType.FAILED: "failed",
    StateType.CRASHED: "failed",
    StateType.CANCELLED: "cancelled",
}


def ring_word(state: State | None) -> RingWord:
    """Return the ring contract's word for `state`; a run waiting for its retry has begun, so it is running."""
    if state is None:
        return "queued"
    if state.type is StateType.SCHEDULED and state.name == "AwaitingRetry":
        return "running"
    return RING_WORDS[state.type]


def is_waiting(state: State | None) -> bool:
    """Tell whether no work has begun, so that the run may still be cancelled."""
    return ring_word(state) == "queued"
