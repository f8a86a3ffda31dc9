"""From CANCELLING to CANCELLED, seen by a client: our worker beside Prefect's, in turns."""

import statistics
import time
from uuid import UUID

import httpx

from bench.engine.house import House, size
from bench.engine.runs import reached, triggered
from bench.figures import Figures, figure

TURNS = 5


async def figures(house: House) -> Figures:
    """Return the medians; the house has the pools `ours` and `tuned`."""
    ours, stock = await house.deployed("endless", "ours"), await house.deployed("endless", "tuned")
    pairs = [(await cancel_s(house.http, ours), await cancel_s(house.http, stock)) for _ in range(size(TURNS))]
    ours_s, stock_s = (statistics.median(each) for each in zip(*pairs, strict=True))
    return {"cancel → CANCELLED / stock worker": figure(ours_s, stock_s, "s", len(pairs))}


async def cancel_s(http: httpx.AsyncClient, deployment: UUID) -> float:
    """Start a run that would go on for minutes, cancel it once it is RUNNING, and time its end."""
    run = f"/flow_runs/{await triggered(http, deployment)}"
    await reached(http, run, "RUNNING")
    began = time.monotonic()
    (await http.post(f"{run}/set_state", json={"state": {"type": "CANCELLING"}})).raise_for_status()
    await reached(http, run, "CANCELLED")
    return time.monotonic() - began
