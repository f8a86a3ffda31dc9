"""Trigger a run and time it from outside, as a client would see it."""

import asyncio
import math
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx

POLL_S = 0.04
STUCK_S = 300
FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class NotMeasured(RuntimeError):
    """A run did not do what is being measured."""


@dataclass(frozen=True)
class Times:
    """Seconds from the trigger: until the run was RUNNING, and until a client saw it COMPLETED."""

    running_s: float
    completed_s: float


async def timed_run(http: httpx.AsyncClient, deployment: UUID) -> Times:
    """Trigger a deployment and wait for its end."""
    began = time.time()
    run = await triggered(http, deployment)
    return await times_of(http, f"/flow_runs/{run}", began)


async def times_of(http: httpx.AsyncClient, path: str, began: float) -> Times:
    """Return the times of the flow or task run at `path` that was triggered at `began` (Unix seconds)."""
    run = await reached(http, path, "COMPLETED")
    completed_s = time.time() - began
    return Times(datetime.fromisoformat(run["start_time"]).timestamp() - began, completed_s)


async def triggered(http: httpx.AsyncClient, deployment: UUID) -> str:
    """Create a run of a deployment; return its id."""
    answer = await http.post(f"/deployments/{deployment}/create_flow_run", json={})
    answer.raise_for_status()
    return str(answer.json()["id"])


async def reached(http: httpx.AsyncClient, path: str, wanted: str) -> dict[str, Any]:
    """Return the run at `path` as soon as it is in the state `wanted`.

    Raises:
        NotMeasured: it ended in another, or is not there in `STUCK_S`.
    """
    deadline_s = time.monotonic() + STUCK_S
    while time.monotonic() < deadline_s:
        run: dict[str, Any] = (await http.get(path)).raise_for_status().json()
        if run["state_type"] == wanted:
            return run
        if run["state_type"] in FINAL:
            raise NotMeasured(f"{path} is {run['state_type']}, not {wanted}: {(run['state'] or {}).get('message')}")
        await asyncio.sleep(POLL_S)
    raise NotMeasured(f"{path} is not {wanted} after {STUCK_S} s")


def percentile(values: list[float], percent: float) -> float:
    """Return the value that `percent` of all are not above (nearest rank)."""
    return sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]
