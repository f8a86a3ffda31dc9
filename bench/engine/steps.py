"""What orchestration costs a step: a flow of nine tasks that do nothing, one after another."""

import statistics
from datetime import datetime

from bench.engine.flows import STEPS
from bench.engine.house import House, size
from bench.engine.runs import reached, triggered
from bench.figures import Figures, figure

TURNS = 10


async def figures(house: House) -> Figures:
    """Return the median over some runs on a worker of ours, from RUNNING to COMPLETED by the number of steps."""
    await house.our_worker("ours-steps")
    deployment, found = await house.deployed("stepwise", "ours-steps"), []
    for _ in range(size(TURNS) + 1):  # the first warms up
        run = await reached(house.http, f"/flow_runs/{await triggered(house.http, deployment)}", "COMPLETED")
        began, ended = (datetime.fromisoformat(run[name]) for name in ("start_time", "end_time"))
        found.append((ended - began).total_seconds() / STEPS)
    per_step_ms = statistics.median(found[1:]) * 1000
    return {f"orchestration per step of {STEPS}": figure(per_step_ms, None, "ms", len(found) - 1)}
