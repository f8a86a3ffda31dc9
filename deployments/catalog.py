"""Public names of what can be run, and the pools that run it."""

import os

RING = "generate-ring/default"
RUN_DAG = "run-dag/default"

CPU, BLENDER, GPU = "cpu", "blender", "gpu"
POOLS = (CPU, BLENDER, GPU)


def default_concurrency() -> int:
    """Return how many rings this machine builds at once: half its cores, 1 to 4 (the ring contract's rule)."""
    cores = os.cpu_count() or 1
    return min(4, cores // 2) if cores > 2 else 1
