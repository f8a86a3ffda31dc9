"""From CANCELLING to CANCELLED, seen by a client: our worker beside Prefect's, each alone."""

import statistics
import time
from uuid import UUID

import httpx

from bench.engine.house import House, size
from bench.engine.latency import TUNED_S
from bench.engine.runs import reached, triggered
from bench.figures import Figures, figure
from deployments.processes import Process

TURNS = 5


async def figures(house: House) -> Figures:
    """Return the medians."""
    ours_s = await _median_s(house, await house.our_worker("ours-cancel"), "ours-cancel")
    stock_s = await _median_s(house, await house.stock_worker("stock-cancel", TUNED_S), "stock-cancel")
    return {"cancel → CANCELLED / stock worker": figure(ours_s, stock_s, "s", size(TURNS))}


async def _median_s(house: House, worker: Process, pool: str) -> float:
    deployment = await house.deployed("endless", pool)
    taken_s = [await cancel_s(house.http, deployment) for _ in range(size(TURNS))]
    house.stop_one(worker)
    return statistics.median(taken_s)


async def cancel_s(http: httpx.AsyncClient, deployment: UUID) -> float:
    """Start a run that would go on for minutes, cancel it once it is RUNNING, and time its end."""
    run = f"/flow_runs/{await triggered(http, deployment)}"
    await reached(http, run, "RUNNING")
    began = time.monotonic()
    (await http.post(f"{run}/set_state", json={"state": {"type": "CANCELLING"}})).raise_for_status()
    await reached(http, run, "CANCELLED")
    return time.monotonic() - began
