"""Prefect as the worker's tests need it: pools, deployments of `flows.py`, runs, and workers as real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from prefect.workers.base import BaseWorker

from blocks.settings import CHECKOUT
from deployments import database
from deployments.environment import stack_environment
from deployments.parts import Parts
from deployments.processes import Process
from deployments.settings import StackSettings
from tests.waiting import STUCK_S, until

FINAL = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class Engine:
    """A Prefect server, spoken to over its REST API."""

    url: str
    environment: dict[str, str]
    home: Path
    server: Process

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Call the API; the body of its answer, which must be a success."""
        answer = httpx.request(method, f"{self.url}{path}", json=body, timeout=60)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def pool(self, name: str, worker_type: str = "warm-process") -> str:
        """Create a pool; the stock one with the command that spares it a second import of Prefect."""
        worker = BaseWorker.get_worker_class_from_type(worker_type)
        assert worker is not None
        template = worker.get_default_base_job_template()
        if worker_type == "process":
            template["variables"]["properties"]["command"]["default"] = "python -m prefect.engine"
        self.call("POST", "/work_pools/", {"name": name, "type": worker_type, "base_job_template": template})
        return name

    def deploy(self, flow: str, pool: str, **options: Any) -> str:
        """Deploy a flow of `flows.py` to the pool; the deployment's id."""
        flow_id = self.call("POST", "/flows/", {"name": flow})["id"]
        step = {"prefect.deployments.steps.set_working_directory": {"directory": str(CHECKOUT)}}
        wanted = {
            "name": f"{pool}-{flow}",
            "flow_id": flow_id,
            "entrypoint": f"tests/worker/flows.py:{flow}",
            "work_pool_name": pool,
            "pull_steps": [step],
            "enforce_parameter_schema": False,
        }
        return str(self.call("POST", "/deployments/", wanted | options)["id"])

    def start(self, deployment: str, at: str | None = None, tags: Sequence[str] = (), **parameters: Any) -> str:
        """Create a run, due at once or `at` a time (ISO 8601); its id."""
        details = {"state_details": {"scheduled_time": at}} if at else {}
        wanted = {"parameters": parameters, "tags": list(tags), "state": {"type": "SCHEDULED", **details}}
        return str(self.call("POST", f"/deployments/{deployment}/create_flow_run", wanted)["id"])

    def run(self, run: str) -> dict[str, Any]:
        """Read a run."""
        read: dict[str, Any] = self.call("GET", f"/flow_runs/{run}")
        return read

    def cancel(self, run: str) -> None:
        """Ask for the end of a run."""
        self.call("POST", f"/flow_runs/{run}/set_state", {"state": {"type": "CANCELLING"}})

    def reaches(self, run: str, *states: str) -> dict[str, Any]:
        """Return the run once its state is of one of these types or names."""
        wanted = set(states)

        def there() -> dict[str, Any] | None:
            read = self.run(run)
            return read if wanted & {read["state_type"], read["state_name"]} else None

        found: dict[str, Any] = until(there, f"{run} is to be {wanted}, and is {self.run(run)['state']}")
        return found

    def ends(self, run: str) -> tuple[str, str, int]:
        """Return state type, state name and number of starts of a run that has ended."""
        read = self.reaches(run, *FINAL)
        return read["state_type"], read["state_name"], read["run_count"]

    @contextmanager
    def worker(self, pool: str, name: str, command: list[str] | None = None, **environment: str) -> Iterator["Worker"]:
        """Run a worker until the block ends."""
        worker = Worker(self, pool, name, command or [sys.executable, "-m", "deployments.worker", pool, "--name", name])
        worker.start(environment)
        try:
            yield worker
        finally:
            worker.end()


@dataclass
class Worker:
    """A worker's process, and its log."""

    engine: Engine
    pool: str
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the worker and its runs write."""
        return self.engine.home / f"{self.name}.log"

    @property
    def pid(self) -> int:
        """The worker's process."""
        assert self.process is not None
        return self.process.pid

    def start(self, environment: dict[str, str] | None = None) -> None:
        """Start, or start again, and return when the server knows it."""
        variables = self.engine.environment | (environment or {})
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=CHECKOUT, env=variables, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def send(self, number: int) -> None:
        """Send a signal to the worker alone."""
        os.kill(self.pid, number)

    def wait(self) -> int:
        """Wait until the worker has ended; its exit status."""
        assert self.process is not None
        return self.process.wait(STUCK_S)

    def zygote(self) -> psutil.Process:
        """Return the worker's zygote, as soon as there is one."""
        found = until(lambda: psutil.Process(self.pid).children(), f"{self.name} is to have a zygote")
        newest: psutil.Process = found[-1]
        return newest

    def end(self) -> None:
        """End the worker and all that is left of it."""
        if self.process is not None and self.process.poll() is None:
            family = psutil.Process(self.pid).children(recursive=True)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
            for relative in family:
                if relative.is_running():
                    relative.kill()


@contextmanager
def prefect_server(home: Path) -> Iterator[Engine]:
    """Run the stack's own Prefect server, alone: no set-up, no workers, nobody who starts it again."""
    settings = StackSettings(ports="auto")
    environment = stack_environment(home, settings)
    parts = Parts(home, settings, environment)
    (home / "logs").mkdir()
    server = parts.server(database.copy_template(home, environment).environment)
    server.start()
    try:
        server.wait_ready(time.monotonic() + STUCK_S)
        yield Engine(parts.prefect_api_url, environment, home, server)
    finally:
        server.ask_to_stop()
        server.wait_stopped()
