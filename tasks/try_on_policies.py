"""The try-on's policies: how often and how long a step is tried, what its cache key depends on, and a retry count.

Steps of the image services are tried five times, those of the models three times. A task's time-out is a net below
which its service's own time-out ends: that one says what happened, and is retried.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from blocks.try_on.settings import TryOnSettings, try_on_settings
from tasks.policies import if_upstream_may_recover

_AT_IMPORT = TryOnSettings()  # decorators need them now; a run reads its own environment's for everything else

NET_S = 30  # beyond the service's own time
UPLOAD_NET_S = _AT_IMPORT.upload_timeout_s + NET_S
RESIZE_NET_S = _AT_IMPORT.resize_timeout_s + NET_S
ZOOM_NET_S = _AT_IMPORT.zoom_timeout_s + NET_S
JOB_NET_S = _AT_IMPORT.poll_budget_s + NET_S
REFINE_NET_S = _AT_IMPORT.health_timeout_s + _AT_IMPORT.refine_timeout_s + NET_S
GENERATE_NET_S = _AT_IMPORT.health_timeout_s + _AT_IMPORT.generate_timeout_s + NET_S
FLOW_NET_S = _AT_IMPORT.flow_timeout_s + 2 * NET_S  # the flow itself gives up in time to tell its client


def service_world(*fields: str) -> Callable[[], str]:
    """Return what a service's results depend on and no input shows: the dialect, and these `fields` of the settings."""

    def world() -> str:
        return try_on_settings().model_dump_json(include={"upstream_dialect", *fields})

    return world


@dataclass
class Retries:
    """How often a task was tried again since this was last set to 0."""

    count: int = 0


_counting: ContextVar[Retries | None] = ContextVar("retries", default=None)


@contextmanager
def counting(retries: Retries) -> Iterator[None]:
    """Count in `retries` what tasks inside the block are tried again; Prefect's own count comes seconds later."""
    token = _counting.set(retries)
    try:
        yield
    finally:
        _counting.reset(token)


def if_service_may_recover(task: Any, task_run: Any, state: Any) -> bool:
    """Decide as `if_upstream_may_recover` does, and count: Prefect asks only while retries are left, so yes means one.

    Like that one it must not be async, or Prefect would silently never retry.
    """
    again = if_upstream_may_recover(task, task_run, state)
    retries = _counting.get()
    if again and retries is not None:
        retries.count += 1
    return again


def flow_timeout_s() -> float:
    """Return how long a whole run may take."""
    return try_on_settings().flow_timeout_s


def _tried_again(delays_s: list[float]) -> dict[str, Any]:
    """Return a task's options for a first try and one more after each of `delays_s`."""
    return {"retries": len(delays_s), "retry_delay_seconds": delays_s, "retry_condition_fn": if_service_may_recover}


IMAGE_STEP = {"persist_result": True, **_tried_again(_AT_IMPORT.image_retry_delays_s)}
MODEL_STEP = {"persist_result": True, **_tried_again(_AT_IMPORT.model_retry_delays_s)}
GENERATE_STEP = _tried_again(_AT_IMPORT.model_retry_delays_s)  # every run is to give other pictures
