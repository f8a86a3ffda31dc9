"""What a Prefect state is called in each contract: one table, no logic."""

from typing import Literal

from prefect.client.schemas.objects import State, StateType

RingWord = Literal["queued", "running", "succeeded", "failed", "cancelled"]
AgenticWord = Literal["running", "completed", "failed"]

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

NativeWord = Literal["queued", "running", "paused", "cancelling", "completed", "failed", "crashed", "cancelled"]

NATIVE_WORDS: dict[StateType, NativeWord] = {
    StateType.SCHEDULED: "queued",
    StateType.PENDING: "queued",
    StateType.RUNNING: "running",
    StateType.PAUSED: "paused",
    StateType.CANCELLING: "cancelling",
    StateType.COMPLETED: "completed",
    StateType.FAILED: "failed",
    StateType.CRASHED: "crashed",
    StateType.CANCELLED: "cancelled",
}


def native_word(state: State | None) -> NativeWord:
    """Return the native API's word for `state`."""
    return "queued" if state is None else NATIVE_WORDS[state.type]


def native_types(words: list[NativeWord]) -> list[StateType]:
    """Return the types of state that `words` stand for."""
    return [kind for kind, word in NATIVE_WORDS.items() if word in words]


# Its clients know three words: what waits is running, and what was cancelled has failed, from the cancel on.
AGENTIC_WORDS: dict[StateType, AgenticWord] = {
    StateType.SCHEDULED: "running",
    StateType.PENDING: "running",
    StateType.RUNNING: "running",
    StateType.PAUSED: "running",
    StateType.CANCELLING: "failed",
    StateType.COMPLETED: "completed",
    StateType.FAILED: "failed",
    StateType.CRASHED: "failed",
    StateType.CANCELLED: "failed",
}


TryOnWord = Literal["RUNNING", "COMPLETED", "FAILED", "CANCELLED"]

# Its clients take a cancel as final, and know no waiting.
TRY_ON_WORDS: dict[StateType, TryOnWord] = {
    StateType.SCHEDULED: "RUNNING",
    StateType.PENDING: "RUNNING",
    StateType.RUNNING: "RUNNING",
    StateType.PAUSED: "RUNNING",
    StateType.CANCELLING: "CANCELLED",
    StateType.COMPLETED: "COMPLETED",
    StateType.FAILED: "FAILED",
    StateType.CRASHED: "FAILED",
    StateType.CANCELLED: "CANCELLED",
}


ImageWord = Literal["queued", "running", "complete", "error", "cancelled"]

# What was recovered after a crash is queued again, as its clients expect.
IMAGE_WORDS: dict[StateType, ImageWord] = {
    StateType.SCHEDULED: "queued",
    StateType.PENDING: "queued",
    StateType.RUNNING: "running",
    StateType.PAUSED: "running",
    StateType.CANCELLING: "running",
    StateType.COMPLETED: "complete",
    StateType.FAILED: "error",
    StateType.CRASHED: "error",
    StateType.CANCELLED: "cancelled",
}


def image_word(state: State | None) -> ImageWord:
    """Return the image contracts' word for `state`."""
    return IMAGE_WORDS[state.type] if state else "queued"


def ring_word(state: State | None) -> RingWord:
    """Return the ring contract's word for `state`; a run waiting for its retry has begun, so it is running."""
    if state is None:
        return "queued"
    if state.type is StateType.SCHEDULED and state.name == "AwaitingRetry":
        return "running"
    return RING_WORDS[state.type]


def agentic_word(state: State | None) -> AgenticWord:
    """Return the agentic contract's word for `state`."""
    return AGENTIC_WORDS[state.type] if state else "running"


def try_on_word(state: State | None) -> TryOnWord:
    """Return the try-on contract's word for `state`."""
    return TRY_ON_WORDS[state.type] if state else "RUNNING"


def is_waiting(state: State | None) -> bool:
    """Tell whether no work has begun, so that the run may still be cancelled."""
    return ring_word(state) == "queued"
