"""A run's changes as server-sent events, which a client that lost the connection takes up where it was."""

import json
import re
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from prefect.client.schemas.objects import FlowRun, State

from api.errors import OrchestratorUnavailable
from api.native.views import DETAIL, STEP, progress_of
from api.runs import Runs
from api.states import native_word

LONGEST_S = 3600.0  # of one stream; the client comes back with Last-Event-ID
PROGRESS_EVERY_S = 1.0  # labels tell of no change by themselves
HEARTBEAT_S = 15.0
HEARTBEAT = ": still here\n\n"
_ID = re.compile(r"(?P<states>\d{1,6})\.(?P<percent>\d{1,3})")


@dataclass(frozen=True)
class Place:
    """How far a client has read: so many states, and this progress since."""

    states: int = 0
    percent: int = 0

    @classmethod
    def of(cls, last_event_id: str) -> "Place":
        """Read the id of the last event that a client had; anything else means the beginning."""
        match = _ID.fullmatch(last_event_id.strip())
        return cls(int(match["states"]), int(match["percent"])) if match else cls()


async def is_all_told(runs: Runs, run: FlowRun, place: Place) -> bool:
    """Tell whether a client that has read up to `place` has had everything that will come."""
    is_final = run.state is not None and run.state.is_final()
    return is_final and len(await runs.history(run.id)) <= place.states


async def event_stream(runs: Runs, run: str, place: Place) -> AsyncIterator[str]:
    """Yield `run`'s states and progress from `place` on, and end after its last state."""
    told_at, state_id = time.monotonic(), None
    readings = runs.readings(run, timeout_s=LONGEST_S, every_s=PROGRESS_EVERY_S)
    async with aclosing(readings):
        async for found in readings:
            if found is None or found.state is None:
                continue
            if found.state.id != state_id and (history := await _history(runs, found)):
                state_id = found.state.id
                for index in range(place.states, len(history)):
                    place = Place(index + 1, place.percent)
                    if is_news(history, index):
                        told_at = time.monotonic()
                        yield _event("state", place, _state(history[index]))
                if history[-1].is_final():
                    return
            if progress_of(found) != place.percent:
                place = Place(place.states, progress_of(found))
                told_at = time.monotonic()
                yield _event("progress", place, _progress(found))
            elif time.monotonic() - told_at > HEARTBEAT_S:
                told_at = time.monotonic()
                yield HEARTBEAT


def is_news(history: list[State], index: int) -> bool:
    """Tell whether a state differs from that before it: a run that waits for its turn says so again and again."""
    return index == 0 or history[index].name != history[index - 1].name


async def _history(runs: Runs, run: FlowRun) -> list[State]:
    """Return the states of `run`, none while Prefect does not answer: the next reading tries again."""
    try:
        return await runs.history(run.id)
    except OrchestratorUnavailable:
        return []


def _state(state: State) -> dict[str, Any]:
    return {
        "state": native_word(state),
        "prefect_state": state.name,
        "message": state.message,
        "at": state.timestamp.isoformat(),
    }


def _progress(run: FlowRun) -> dict[str, Any]:
    return {
        "progress": progress_of(run),
        "step": str(run.labels.get(STEP, "")),
        "detail": str(run.labels.get(DETAIL, "")),
    }


def _event(kind: str, place: Place, data: dict[str, Any]) -> str:
    return f"id: {place.states}.{place.percent}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
