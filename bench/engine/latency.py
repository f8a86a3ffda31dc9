"""From trigger to RUNNING and to COMPLETED: our worker beside each of Prefect's own ways, in turns, on one server.

The server is ours for all of them, which is kind to the peers: on the stock one their writes would meet locks.
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

TURNS = 20
TUNED_S = 0.25
Way = Callable[[], Awaitable[Times]]


async def figures(house: House) -> Figures:
    """Return p50 and p95 of both times beside each peer."""
    await house.our_worker()
    await house.stock_worker("stock")
    await house.stock_worker("tuned", TUNED_S)
    ways: dict[str, Way] = {"ours": await _deployment(house, "ours")}
    ways["stock worker"] = await _deployment(house, "stock")
    ways[f"stock worker, polls every {TUNED_S} s"] = await _deployment(house, "tuned")
    ways["flow.serve(), polls every 1 s"] = await _served(house)
    ways[".delay() and a task worker (no flow run)"] = _delayed(house)
    return _table(await _in_turns(ways))


async def _deployment(house: House, pool: str) -> Way:
    deployment = await house.deployed("trivial", pool)
    return lambda: timed_run(house.http, deployment)


async def _served(house: House) -> Way:
    def ready() -> bool:
        return httpx.get(f"{house.api_url}/deployments/name/{SERVED}", timeout=30).is_success

    house.started(
        "serve", [sys.executable, "-m", "bench.engine.peer", "serve"], ready, PREFECT_RUNNER_POLL_FREQUENCY="1"
    )
    deployment = await house.client.read_deployment_by_name(SERVED)
    return lambda: timed_run(house.http, deployment.id)


def _delayed(house: House) -> Way:
    """A task run has neither deployment nor flow: the least that Prefect can do."""
    logging.getLogger("prefect.tasks").setLevel(logging.WARNING)  # else it tells of every run
    house.started("tasks", [sys.executable, "-m", "bench.engine.peer", "tasks"], lambda: True)
    results = house.environment["PREFECT_RESULTS_LOCAL_STORAGE_PATH"]
    settings = {PREFECT_API_URL: house.api_url, PREFECT_RESULTS_LOCAL_STORAGE_PATH: results}

    async def timed() -> Times:
        with temporary_settings(settings):
            began = time.time()
            run = step.delay(0)
        return await times_of(house.http, f"/task_runs/{run.task_run_id}", began)

    return timed


async def _in_turns(ways: dict[str, Way]) -> dict[str, list[Times]]:
    """Measure each way once a turn, so that a drifting machine is fair to all; a first turn warms up."""
    for way in ways.values():
        await way()
    turns = [{name: await way() for name, way in ways.items()} for _ in range(size(TURNS))]
    return {name: [turn[name] for turn in turns] for name in ways}


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
