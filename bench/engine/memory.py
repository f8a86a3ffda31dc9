"""Does the worker stay as small as it was? Its resident memory, with its zygote, over many runs."""

import asyncio
import time

from bench.engine.burst import at_once
from bench.engine.house import House, family, rss_mb, size
from bench.engine.runs import STUCK_S, NotMeasured, timed_run
from bench.figures import Figures, figure
from deployments.processes import Process

RUNS, BATCH, POLL_S = 500, 50, 0.2


async def figures(house: House) -> Figures:
    """Return the memory after all runs beside that after the first batch, on a worker that starts for this."""
    worker = await house.our_worker()
    deployment = await house.deployed("trivial", "ours")
    await timed_run(house.http, deployment)
    idle_since, runs = time.time(), size(RUNS)
    await at_once(house.http, deployment, size(BATCH))
    before_mb = await _idle_mb(worker, idle_since)
    for begun in range(0, runs, BATCH):
        batch = min(BATCH, runs - begun)
        _, completed = await at_once(house.http, deployment, batch)
        if completed != batch:
            raise NotMeasured(f"{batch - completed} of {batch} runs were lost")
    after_mb = await _idle_mb(worker, idle_since)
    return {f"worker memory after {runs} more runs / before": figure(after_mb, before_mb, "MiB", runs)}


async def _idle_mb(worker: Process, idle_since: float) -> float:
    """Return the memory of a worker and its zygote, once none of its processes is younger than `idle_since`."""
    deadline_s = time.monotonic() + STUCK_S
    while any(member.create_time() > idle_since for member in family(worker)):
        if time.monotonic() > deadline_s:
            raise NotMeasured(f"processes of runs still live after {STUCK_S} s")
        await asyncio.sleep(POLL_S)
    return rss_mb(worker)
