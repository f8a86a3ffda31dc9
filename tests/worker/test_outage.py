"""A Prefect server that goes away and comes back finds its worker at work."""

import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deployments.settings import StackSettings
from deployments.stack import Stack
from tests.worker.engine import Engine, until


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A server of its own, to be killed."""
    extra = {"ATELIER_SCHEDULES": "off"}
    with Stack(tmp_path, StackSettings(ports="auto"), pools=[], api=False, environment=extra) as running:
        yield running


def test_a_worker_outlives_its_server(stack: Stack, tmp_path: Path) -> None:
    """After an outage it hears events again, cancels the run that went on meanwhile, and takes new ones."""
    engine = Engine(stack.parts.prefect_api_url, dict(stack.environment), tmp_path)
    pool = engine.pool("steady")
    deployment, plain = engine.deploy("hold", pool), engine.deploy("plain", pool)
    with engine.worker(pool, "steady-1", PREFECT_WORKER_QUERY_SECONDS="30") as worker:
        run = engine.start(deployment, folder=str(tmp_path))
        held = tmp_path / f"{run}.1"
        until(lambda: held.exists() and len(held.read_text().split()) == 2, "hold is to run")
        until(lambda: engine.run(run)["infrastructure_pid"], "its process is to be known")
        psutil.Process(stack.processes[0].pid).kill()  # the keeper, and with it the server
        stack.processes[0].wait_stopped()
        stack.processes[0] = stack.parts.server()
        stack.processes[0].start()
        stack.processes[0].wait_ready(time.monotonic() + stack.settings.start_timeout_s)
        assert engine.ends(engine.start(plain)) == ("COMPLETED", "Completed", 1)
        engine.cancel(run)
        assert engine.ends(run) == ("CANCELLED", "Cancelled", 1)
        assert worker.process is not None
        assert worker.process.poll() is None
