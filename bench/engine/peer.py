"""Prefect's own ways without a work pool, as processes: `python -m bench.engine.peer serve | tasks`."""

import sys

from prefect.task_worker import serve

from bench.engine.flows import step, trivial

SERVED = "trivial/served"

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        trivial.serve(name=SERVED.partition("/")[2])
    else:
        serve(step)
