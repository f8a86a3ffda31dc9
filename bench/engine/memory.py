"""Does the worker stay as small as it was? Its resident memory, with its zygote, over many runs."""

from bench.engine.burst import at_once
from bench.engine.house import House, rss_mb, size
from bench.engine.runs import NotMeasured
from bench.figures import Figures, figure

RUNS, BATCH = 500, 50


async def figures(house: House) -> Figures:
    """Return the memory after all runs beside that after the first batch, on a worker that starts for this."""
    worker = await house.our_worker()
    deployment = await house.deployed("trivial", "ours")
    await at_once(house.http, deployment, size(BATCH))
    before_mb, runs = rss_mb(worker), size(RUNS)
    for begun in range(0, runs, BATCH):
        batch = min(BATCH, runs - begun)
        _, completed = await at_once(house.http, deployment, batch)
        if completed != batch:
            raise NotMeasured(f"{batch - completed} of {batch} runs were lost")
    return {f"worker memory after {runs} more runs / before": figure(rss_mb(worker), before_mb, "MiB", runs)}
