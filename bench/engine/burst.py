"""Fifty runs at once: how long until the last has ended, what was lost, what was refused, and the worker's CPU.

Ours is our worker on our server, the peer Prefect's process worker on Prefect's server, both as they come.
"""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from bench.engine.house import OUR_SERVER, STOCK_SERVER, House, cpu_s, size
from bench.engine.runs import FINAL, timed_run
from bench.engine.servers import REFUSED
from bench.figures import Figures, figure
from deployments.postgres import Cluster
from deployments.processes import Process

RUNS, POLL_S, STALLED_S = 50, 0.25, 120


@dataclass(frozen=True)
class Burst:
    """Seconds and CPU are per COMPLETED run: whoever loses most of them is done soon, and has not been quick.

    `lost`: not accepted, or not COMPLETED at the end; `refused`: calls of anybody that were answered 5xx.
    """

    run_s: float
    lost: int
    refused: int
    cpu_per_run_s: float


async def figures(home: Path, cluster: Cluster) -> Figures:
    """Return the figures on both databases."""
    found = await _beside(home, "SQLite", (None, None))
    return found | await _beside(home, "PostgreSQL", (cluster.database("ours"), cluster.database("stock")))


async def _beside(home: Path, name: str, urls: tuple[str | None, str | None]) -> Figures:
    async with House(home / f"{name}-ours", OUR_SERVER, urls[0]) as house:
        ours = await burst(house, "ours", await house.our_worker())
    async with House(home / f"{name}-stock", STOCK_SERVER, urls[1]) as house:
        stock = await burst(house, "stock", await house.stock_worker("stock"))
    runs = size(RUNS)
    return {
        f"burst of {runs} on {name}: time per run / stock": figure(ours.run_s, stock.run_s, "s", runs),
        f"burst of {runs} on {name}: lost / stock": figure(ours.lost, stock.lost, "runs", runs),
        f"burst of {runs} on {name}: 5xx / stock": figure(ours.refused, stock.refused, "answers", runs),
        f"worker CPU per run on {name} / stock": figure(ours.cpu_per_run_s, stock.cpu_per_run_s, "s", runs),
    }


async def burst(house: House, pool: str, worker: Process) -> Burst:
    """Measure a burst on a worker's pool; a first run warms up."""
    deployment = await house.deployed("trivial", pool)
    await timed_run(house.http, deployment)
    runs, before_s, before = size(RUNS), cpu_s(worker), _refused(house)
    wall_s, completed = await at_once(house.http, deployment, runs)
    made = max(completed, 1)
    return Burst(wall_s / made, runs - completed, _refused(house) - before, (cpu_s(worker) - before_s) / made)


async def at_once(http: httpx.AsyncClient, deployment: UUID, runs: int) -> tuple[float, int]:
    """Create `runs` at once; return the seconds until the last has ended, and how many are COMPLETED.

    Runs that have not ended when nothing has changed for `STALLED_S` are lost.
    """
    ended, completed = await _count(http, deployment, FINAL), await _count(http, deployment, {"COMPLETED"})
    began = last_s = time.monotonic()
    expected = ended + sum(await asyncio.gather(*(_created(http, deployment) for _ in range(runs))))
    while ended < expected and time.monotonic() < last_s + STALLED_S:
        await asyncio.sleep(POLL_S)
        now_ended = await _count(http, deployment, FINAL)
        if now_ended > ended:
            ended, last_s = now_ended, time.monotonic()
    return last_s - began, await _count(http, deployment, {"COMPLETED"}) - completed


async def _created(http: httpx.AsyncClient, deployment: UUID) -> bool:
    """Create a run as a client without retries does; tell whether the server took it."""
    return (await http.post(f"/deployments/{deployment}/create_flow_run", json={})).is_success


async def _count(http: httpx.AsyncClient, deployment: UUID, states: set[str]) -> int:
    """Return how many runs of a deployment are in one of `states`; 0 while the server is too busy to say."""
    of_it, in_them = {"id": {"any_": [str(deployment)]}}, {"state": {"type": {"any_": sorted(states)}}}
    answer = await http.post("/flow_runs/count", json={"deployments": of_it, "flow_runs": in_them})
    return int(answer.json()) if answer.is_success else 0


def _refused(house: House) -> int:
    """Return how many calls the server has answered 5xx, by its log."""
    return house.server.log.read_text().count(REFUSED)
