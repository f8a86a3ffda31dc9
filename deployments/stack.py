"""The whole stack on this machine: Prefect server, set-up, Blender server, workers and the API, as one thing."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from blocks.settings import Settings
from deployments import database, state
from deployments.catalog import BLENDER, CPU, GPU, POOLS
from deployments.database import Beginning
from deployments.environment import stack_environment
from deployments.parts import STUDIO, Parts
from deployments.processes import Process
from deployments.settings import StackSettings
from deployments.supervision import Supervisor


class AlreadyRunning(RuntimeError):
    """Another stack owns this home directory."""


class Stack:
    """Start with `start` or `with`; stop with `stop` or by leaving the block. One stack per home directory.

    `pools` names the pools that get a worker. `environment` is added to that of every process. A part that dies is
    started again; `failure` says why one was given up, and then the stack should be stopped.
    """

    def __init__(
        self,
        home: Path,
        settings: StackSettings | None = None,
        *,
        pools: Iterable[str] = POOLS,
        api: bool = True,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.home = home.resolve()
        self.settings = settings or StackSettings()
        self.pools = tuple(pools)
        self.environment = stack_environment(self.home, self.settings, environment)
        self.parts = Parts(self.home, self.settings, self.environment)
        self.processes: list[Process] = []
        self._with_api = api
        self._sockets: Path | None = None
        self._lock: IO[bytes] | None = None
        self._supervisor: Supervisor | None = None

    @property
    def failure(self) -> str:
        """Why a part is not started again, with the end of its log; empty while all is well."""
        return self._supervisor.failure if self._supervisor else ""

    @property
    def restarts(self) -> dict[str, int]:
        """How often each part was started again."""
        return dict(self._supervisor.restarts) if self._supervisor else {}

    @property
    def with_studio(self) -> bool:
        """Whether the stack runs what needs a model service, and one of these is nowhere but in its own studio."""
        own = f"{self.parts.studio_url}/"
        if {CPU, GPU}.isdisjoint(self.pools):
            return False
        return any(value.startswith(own) for value in self.environment.values())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(
        self, tell: Callable[[str], None] = lambda part: None, report: Callable[[str], None] = lambda line: None
    ) -> None:
        """Start every part side by side and return when all are ready; `tell` hears the name of each that is.

        From then on parts are watched over, and `report` hears of each that died, from another thread.

        Raises:
            AlreadyRunning: a stack has this home directory, be it still starting.
            NotReady: a part ended or was too slow; everything has been stopped again.
        """
        self._lock = self._locked_home()
        with ExitStack() as undo:
            undo.callback(self.stop)  # whatever goes wrong, Ctrl-C too, nothing may stay behind
            self._start(tell)
            self._watch(report)
            undo.pop_all()

    def stop(self) -> None:
        """Stop every part, and return when nothing is left of them: Prefect's server last, and the studio before it,
        since a run that has time to finish may need both."""
        if self._supervisor is not None:
            self._supervisor.stop()
        server, others = self.processes[:1], self.processes[1:]
        studio = [process for process in others if process.name == STUDIO]
        for group in ([process for process in others if process.name != STUDIO], studio, server):
            for process in group:
                process.ask_to_stop()
            for process in group:
                process.wait_stopped()
        self.processes = []
        if self._sockets is not None:
            shutil.rmtree(self._sockets, ignore_errors=True)
            self._sockets = None
        if self._lock is not None:
            state.remove(self.home)
            self._lock.close()
            self._lock = None

    def ended(self) -> list[Process]:
        """Return the parts that do not run although nobody asked them to stop."""
        return [process for process in self.processes if not process.running()]

    def _locked_home(self) -> IO[bytes]:
        if lock := state.lock(self.home):
            return lock
        other = state.running_stack(self.home)
        if other is None:
            raise AlreadyRunning(f"a stack is just starting or stopping in {self.home}: try again in a moment")
        raise AlreadyRunning(f"a stack runs in {self.home} already, as process {other.pid}: {other.prefect_url}")

    def _start(self, tell: Callable[[str], None]) -> None:
        deadline = time.monotonic() + self.settings.start_timeout_s
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        beginning = database.copy_template(self.home, self.environment)
        server = self._started(self.parts.server(beginning.environment))
        if beginning is Beginning.NOTHING:
            server.wait_ready(deadline)
            database.keep_template(self.home)
        setup = self._started(self.parts.setup(recover=database.is_own(self.environment)))
        others = [self._started(process) for process in self._others()]
        server.wait_ready(deadline)
        tell(server.name)
        setup.finish(deadline)
        self.processes.remove(setup)
        tell(setup.name)
        for process in others:
            process.wait_ready(deadline)
            tell(process.name)

    def _watch(self, report: Callable[[str], None]) -> None:
        def tell(line: str) -> None:
            report(line)
            state.write(self.home, self.record())

        self._supervisor = Supervisor(self.processes, max_deaths=self.settings.max_deaths, tell=tell)
        state.write(self.home, self.record())
        self._supervisor.start()

    def _started(self, process: Process) -> Process:
        process.start()
        self.processes.append(process)
        return process

    def _others(self) -> Iterator[Process]:
        if BLENDER in self.pools:
            yield self._blender()
        yield from map(self.parts.worker, self.pools)
        if self.with_studio:
            yield self.parts.studio()
        if self._with_api:
            yield self.parts.api()

    def _blender(self) -> Process:
        """The Blender server, on a socket whose directory is private and whose path is short (at most 107 bytes)."""
        self._sockets = Path(tempfile.mkdtemp(prefix="atelier-"))
        socket = self._sockets / "blender.sock"
        self.environment["ATELIER_BLENDER_SOCKET"] = str(socket)
        return self.parts.blender(Settings().blender_python, socket)

    def record(self) -> state.StackState:
        """Return where this stack answers, and which processes are its own."""
        return state.StackState.of_this_process(
            prefect_url=self.parts.prefect_url,
            api_url=self.parts.api_url if self._with_api else None,
            ring_url=self.parts.ring_url if self._with_api else None,
            agentic_url=self.parts.agentic_url if self._with_api else None,
            tryon_url=self.parts.tryon_url if self._with_api else None,
            runpod_urls=self.parts.runpod_urls if self._with_api else [],
            image_urls=self.parts.image_urls if self._with_api else [],
            studio_url=self.parts.studio_url if self.with_studio else None,
            pools=list(self.pools),
            logs=self.home / "logs",
            processes={process.name: process.pid for process in self.processes},
            restarts=self.restarts,
        )
