"""From trigger to RUNNING and to COMPLETED: our worker beside each of Prefect's own ways, each alone, on one server.

Alone, since an idle peer polls, and that slows the others. The server is ours for all of them, which is kind to the
peers: on the stock one their writes would meet locks.
"""

import logging
import sys
import time
from collections.abc import Awaitable, Callable

import httpx
from prefect.settings import PREFECT_API_URL, PREFECT_RESULTS_LOCAL_STORAGE_PATH, temporary_settings

from bench.engine.flows import step
from bench.engine.house import House, size
from bench.engine.peer import SERVED
from bench.engine.runs import Times, percentile, timed_run, times_of
from bench.figures import Figures, figure
from deployments.processes import Process

TURNS = 20
TUNED_S = 0.25
Timed = Callable[[], Awaitable[Times]]
Way = Callable[[House], Awaitable[tuple[Process, Timed]]]


async def figures(house: House) -> Figures:
    """Return p50 and p95 of both times beside each peer."""
    return _table({name: await _alone(house, way) for name, way in WAYS.items()})


async def _alone(house: House, way: Way) -> list[Times]:
    """Start what serves a way, measure it after a first run that warms up, and stop it."""
    process, timed = await way(house)
    await timed()
    found = [await timed() for _ in range(size(TURNS))]
    house.stop_one(process)
    return found


async def _ours(house: House) -> tuple[Process, Timed]:
    return await house.our_worker(), await _deployment(house, "ours")


async def _stock(house: House) -> tuple[Process, Timed]:
    return await house.stock_worker("stock"), await _deployment(house, "stock")


async def _tuned(house: House) -> tuple[Process, Timed]:
    return await house.stock_worker("tuned", TUNED_S), await _deployment(house, "tuned")


async def _deployment(house: House, pool: str) -> Timed:
    deployment = await house.deployed("trivial", pool)
    return lambda: timed_run(house.http, deployment)


async def _served(house: House) -> tuple[Process, Timed]:
    def ready() -> bool:
        return httpx.get(f"{house.api_url}/deployments/name/{SERVED}", timeout=30).is_success

    command = [sys.executable, "-m", "bench.engine.peer", "serve"]
    process = house.started("serve", command, ready, PREFECT_RUNNER_POLL_FREQUENCY="1")
    deployment = await house.client.read_deployment_by_name(SERVED)
    return process, lambda: timed_run(house.http, deployment.id)


async def _delayed(house: House) -> tuple[Process, Timed]:
    """A task run has neither deployment nor flow: the least that Prefect can do."""
    logging.getLogger("prefect.tasks").setLevel(logging.WARNING)  # else it tells of every run
    process = house.started("tasks", [sys.executable, "-m", "bench.engine.peer", "tasks"], lambda: True)
    results = house.environment["PREFECT_RESULTS_LOCAL_STORAGE_PATH"]
    settings = {PREFECT_API_URL: house.api_url, PREFECT_RESULTS_LOCAL_STORAGE_PATH: results}

    async def timed() -> Times:
        with temporary_settings(settings):
            began = time.time()
            run = step.delay(0)
        return await times_of(house.http, f"/task_runs/{run.task_run_id}", began)

    return process, timed


WAYS: dict[str, Way] = {
    "ours": _ours,
    "stock worker": _stock,
    f"stock worker, polls every {TUNED_S} s": _tuned,
    "flow.serve(), polls every 1 s": _served,
    ".delay() and a task worker (no flow run)": _delayed,
}


def _table(times: dict[str, list[Times]]) -> Figures:
    ours = times.pop("ours")
    found: Figures = {}
    for peer, theirs in times.items():
        for end, pick in (("RUNNING", _running), ("COMPLETED", _completed)):
            for percent in (50, 95):
                pair = [percentile([pick(each) for each in of], percent) for of in (ours, theirs)]
                found[f"trigger → {end} p{percent} / {peer}"] = figure(pair[0], pair[1], "s", len(ours))
    return found


def _running(times: Times) -> float:
    return times.running_s


def _completed(times: Times) -> float:
    return times.completed_s
