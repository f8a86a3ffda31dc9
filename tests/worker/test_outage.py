"""A Prefect server that goes away and comes back finds its worker at work."""

import time
from pathlib import Path

import psutil

from tests.waiting import STUCK_S, until
from tests.worker.engine import Engine


def test_a_worker_outlives_its_server(engine: Engine, tmp_path: Path) -> None:
    """After an outage it takes new runs again, and cancels the run that went on meanwhile."""
    pool = engine.pool("steady")
    hold, plain = engine.deploy("hold", pool), engine.deploy("plain", pool)
    with engine.worker(pool, "steady-1", PREFECT_WORKER_QUERY_SECONDS="30") as worker:
        run = engine.start(hold, folder=str(tmp_path))
        held = tmp_path / f"{run}.1"
        until(lambda: held.exists() and len(held.read_text().split()) == 2, "hold is to run")
        until(lambda: engine.run(run)["infrastructure_pid"], "its process is to be known")
        psutil.Process(engine.server.pid).kill()  # its keeper, which takes it along
        engine.server.wait_stopped()
        engine.server.start()
        engine.server.wait_ready(time.monotonic() + STUCK_S)
        assert engine.ends(engine.start(plain)) == ("COMPLETED", "Completed", 1)
        engine.cancel(run)
        assert engine.ends(run) == ("CANCELLED", "Cancelled", 1)
        assert worker.process is not None
        assert worker.process.poll() is None
