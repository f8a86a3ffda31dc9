"""How a flow run is told as a RunPod job: its id, its word, its times, its output or its error.

What no state of Prefect can say stands in labels of the run, so that every process tells the same.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from prefect.client.schemas.objects import FlowRun, State, StateType

from flows.contracts.runpod.inputs import OPERATIONS, Operation, Result
from flows.contracts.runpod.outputs import Link, output_of

Word = Literal["IN_QUEUE", "IN_PROGRESS", "COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"]

# Its clients take a cancel as final, from the moment that it is asked for.
RUNPOD_WORDS: dict[StateType, Word] = {
    StateType.SCHEDULED: "IN_QUEUE",
    StateType.PENDING: "IN_QUEUE",
    StateType.RUNNING: "IN_PROGRESS",
    StateType.PAUSED: "IN_PROGRESS",
    StateType.CANCELLING: "CANCELLED",
    StateType.COMPLETED: "COMPLETED",
    StateType.FAILED: "FAILED",
    StateType.CRASHED: "FAILED",
    StateType.CANCELLED: "CANCELLED",
}

TAG, LIMITED_TAG = "runpod", "runpod-limited"  # every job; those with a time limit
SHAPE = "atelier.webhook-shape"  # whose form a webhook's message has
OPERATION, SYNC, BASE = "atelier.runpod-operation", "atelier.runpod-sync", "atelier.runpod-base"
TTL_MS, EXPIRES, EXECUTION_MS = (
    "atelier.runpod-ttl-ms",
    "atelier.runpod-expires",  # Unix time in seconds, while it waits
    "atelier.runpod-execution-ms",
)
TIMED_OUT = "atelier.runpod-timed-out"  # why it was ended, empty when it was not
STREAMED, RETRIED, REJECTED = "atelier.runpod-streamed", "atelier.runpod-retried", "atelier.runpod-rejected"
CORRELATION = "atelier.correlation"

RESULT_GRACE_S = 60  # how long a completed run's result may not be there yet
_ID = re.compile(r"(?:sync-)?(?P<run>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:-[ue]\d{1,2})?", re.IGNORECASE)


def job_id(run: FlowRun) -> str:
    """Return the id that clients know the job by."""
    return f"{'sync-' if run.labels.get(SYNC) else ''}{run.id}-u1"


def run_of(job: str) -> UUID | None:
    """Return the run that a job's id names, with or without what stands around it; None when it is no such id."""
    match = _ID.fullmatch(job)
    return UUID(match["run"]) if match else None


def operation_of(run: FlowRun) -> Operation | None:
    """Return what a job's run was asked for, None for a run that is no job."""
    return OPERATIONS.get(str(run.labels.get(OPERATION))) if TAG in run.tags else None


def runpod_word(state: State | None, labels: Mapping[str, Any] | None = None) -> Word:
    """Return the contract's word for a run in `state`.

    A run that waits for a retry of its own has begun; one that its client had retried waits in the queue.
    """
    labels = labels or {}
    if state is None:
        return "IN_QUEUE"
    if state.type is StateType.SCHEDULED and state.name == "AwaitingRetry" and not labels.get(RETRIED):
        return "IN_PROGRESS"
    if state.type is StateType.FAILED and state.name == "TimedOut":
        return "TIMED_OUT"
    word = RUNPOD_WORDS[state.type]
    return "TIMED_OUT" if word == "CANCELLED" and labels.get(TIMED_OUT) else word


def told(run: FlowRun, result: Result | None, link: Link) -> dict[str, Any]:
    """Return the job as the contract tells it, its result included. COMPLETED is only said together with an output."""
    word = runpod_word(run.state, run.labels)
    if word != "COMPLETED":
        return _document(run, word, error=error_of(run, word, result))
    if result is None:
        return _without_result(run)
    if not result.success:
        return _document(run, "FAILED", error=result.error or _unexpected(run))
    return _document(run, word, output=output_of(result, link))


def error_of(run: FlowRun, word: Word, result: Result | None) -> str | None:
    """Return why a job failed, None when it did not; what only a log should say is named by its correlation id."""
    message = run.state.message if run.state else None
    if word == "TIMED_OUT":
        return str(run.labels.get(TIMED_OUT) or message or "the job took too long")
    if word != "FAILED":
        return None
    if run.labels.get(REJECTED) and message:
        return message
    return (result.error if result else None) or _unexpected(run)


def times_ms(run: FlowRun, word: Word) -> dict[str, int]:
    """Return how long a job waited, once that is known, and how long it ran, once it has ended."""
    created, started, ended = run.created, run.start_time, run.end_time
    times: dict[str, int] = {}
    if created and started:
        times["delayTime"] = _between_ms(created, started)
    if created and ended:
        times.setdefault("delayTime", _between_ms(created, ended))
        times["executionTime"] = _between_ms(started or ended, ended)
    return {} if word == "IN_QUEUE" else times


def _document(run: FlowRun, word: Word, **said: Any) -> dict[str, Any]:
    """Return the job's document; what is None is left out."""
    given = {key: value for key, value in said.items() if value is not None}
    return {"id": job_id(run), "status": word, **given, **times_ms(run, word)}


def _without_result(run: FlowRun) -> dict[str, Any]:
    ended = run.end_time
    if ended is None or (datetime.now(UTC) - ended).total_seconds() < RESULT_GRACE_S:
        return {"id": job_id(run), "status": "IN_PROGRESS"}
    return _document(run, "FAILED", error="the job ended without leaving a result")


def _unexpected(run: FlowRun) -> str:
    return f"the job failed unexpectedly, reported as {run.labels.get(CORRELATION) or run.id}"


def _between_ms(start: datetime, end: datetime) -> int:
    return max(0, round((end - start).total_seconds() * 1000))
