"""The zygote: imports Prefect and the project once, then forks a process for each run. A program of its own.

    python -m deployments.worker.zygote_main FD [MODULE_TO_LEAVE_OUT …]

It stays single-threaded, since a fork copies only the thread that calls it, and never holds what does not survive a
fork: Blender, GPU runtimes. FD is a stream socket to the worker, one JSON document a line:

    in   {"id", "module", "arguments", "command", "environment", "directory", "quiet", "surroundings"}
         or {"retire": true}
    out  {"importing": module} …, {"ready": pid, "hookless": entrypoints}
         for each request {"started": id, "pid", "since"} or {"stale": id}
         for each process {"ended": pid, "status"}, where a negative status is a signal's number
"""

import atexit
import ctypes
import gc
import importlib
import json
import os
import pkgutil
import random
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import psutil

from deployments.worker.groups import signal_group
from deployments.worker.sources import CHECKOUT, fingerprint

Message = dict[str, Any]
UNFORKABLE = ("bpy", "torch", "cupy")
# What the engine imports lazily; a child that finds it imported is some 100 ms faster.
PREFECT = (
    "prefect.engine", "prefect.flow_engine", "prefect.task_engine", "prefect.artifacts", "prefect.blocks.core",
    "prefect.client.orchestration", "prefect.concurrency.asyncio", "prefect.deployments.steps.core",
    "prefect.events.clients", "prefect.events.worker", "prefect.filesystems", "prefect.logging.handlers",
    "prefect.results", "prefect.runtime", "prefect.states", "prefect.telemetry.run_telemetry",
    "prefect.utilities.callables", "prefect.utilities.visualization", "prefect._flow_run_suspension",
    "prefect._internal.metrics", "prefect._internal.observers", "prefect.runner._hook_runner",
    "pydantic.v1", "websockets.asyncio.client",
)  # fmt: skip
WARM_UP = "deployments.worker.warm_up"
PR_SET_PDEATHSIG = 1  # linux/prctl.h
STOPS = {signal.SIGTERM, signal.SIGINT}
READ_BYTES = 1 << 16


def preload(control: socket.socket, left_out: set[str]) -> None:
    """Import Prefect, its collections, every flow and more, saying which first: the worker leaves out what kills us."""
    for name in (*PREFECT, *flow_modules()):
        if name in left_out:
            continue
        send(control, {"importing": name})
        importlib.import_module(name)
        if found := [module for module in UNFORKABLE if module in sys.modules]:
            raise SystemExit(f"{name} imports {', '.join(found)}, which no fork survives")
        if threading.active_count() > 1:
            raise SystemExit(f"{name} starts threads when it is imported: {threading.enumerate()}")
    if WARM_UP not in left_out:
        send(control, {"importing": WARM_UP})
        importlib.import_module(WARM_UP).warm_up()
    if threading.active_count() > 1:
        raise SystemExit(f"{WARM_UP} starts threads: {threading.enumerate()}")
    from prefect.logging.configuration import setup_logging
    from prefect.plugins import load_prefect_collections

    load_prefect_collections()
    setup_logging()
    gc.collect()
    gc.freeze()  # the collector would touch, and so copy, every page in every child


def flow_modules() -> list[str]:
    """Return the modules of the folder `flows`."""
    return [f"flows.{module.name}" for module in pkgutil.iter_modules([str(CHECKOUT / "flows")])]


def hookless() -> list[str]:
    """Return the entrypoints of flows that have nothing to do when a run of theirs is cancelled or crashes."""
    from prefect import Flow

    modules = {name: vars(sys.modules[name]) for name in flow_modules() if name in sys.modules}
    flows = {f"{name}.{key}": value for name, held in modules.items() for key, value in held.items()}
    return [
        entrypoint
        for entrypoint, flow in flows.items()
        if isinstance(flow, Flow) and not flow.on_cancellation_hooks and not flow.on_crashed_hooks
    ]


def send(control: socket.socket, message: Message) -> None:
    """Tell the worker; if it has gone, the next read will say so."""
    try:
        control.sendall(json.dumps(message).encode() + b"\n")
    except (BrokenPipeError, ConnectionResetError):
        return


class Zygote:
    """Forks on request until the worker leaves; its processes end with it."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.imported = fingerprint()  # taken before the imports, so that a change during them is seen too
        self.children: set[int] = set()
        self.listening = True
        self.unread = b""
        self.child_ended, wake = os.pipe()
        for end in (self.child_ended, wake):
            os.set_blocking(end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in STOPS:
            signal.signal(number, signal.SIG_IGN)  # the worker decides; a terminal's Ctrl-C is not for us

    def serve(self) -> Message | None:
        """Return the request, in the process that was forked for it; None in the zygote, when all is done."""
        with selectors.DefaultSelector() as ready:
            ready.register(self.control, selectors.EVENT_READ)
            ready.register(self.child_ended, selectors.EVENT_READ)
            while self.listening or self.children:
                for key, _ in ready.select():
                    if key.fileobj == self.child_ended:
                        os.read(self.child_ended, READ_BYTES)
                        self.reap()
                        continue
                    for request in self.requests():
                        if self.fork(request):
                            return request
                self.reap()
        return None

    def requests(self) -> Iterator[Message]:
        """Yield what the worker asks; when it has gone, end its runs, which its next life takes up again."""
        received = self.control.recv(READ_BYTES)
        if not received:
            for pid in self.children:
                signal_group(pid, signal.SIGKILL)
            sys.exit(0)
        *lines, self.unread = (self.unread + received).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "retire" in message:
                self.listening = False
            else:
                yield message

    def fork(self, request: Message) -> bool:
        """Fork, unless the code has changed; True in the child, whose stops wait until it can handle them."""
        if not self.listening or fingerprint() != self.imported:
            send(self.control, {"stale": request["id"]})
            return False
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            die_with(parent)
            self.leave()
            return True
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
        self.children.add(pid)
        send(self.control, {"started": request["id"], "pid": pid, "since": psutil.Process(pid).create_time()})
        return False

    def leave(self) -> None:
        """Drop, in the child, what is the zygote's."""
        os.close(signal.set_wakeup_fd(-1))
        os.close(self.child_ended)
        self.control.close()

    def reap(self) -> None:
        """Collect processes that ended, and end what each left in its group while its number is still its own."""
        while self.children and (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)):
            signal_group(ended.si_pid, signal.SIGKILL)
            _, status = os.waitpid(ended.si_pid, 0)
            self.children.discard(ended.si_pid)
            send(self.control, {"ended": ended.si_pid, "status": os.waitstatus_to_exitcode(status)})


def die_with(parent: int) -> None:
    """Have the kernel end this process with its parent, where it is Linux; elsewhere the worker sees to it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def become(request: Message, written: dict[str, str]) -> None:
    """Turn this copy of the zygote into what a new process would be: session, signals, environment, folder, chance.

    `written` are the zygote's settings in the words of `written_settings`.
    """
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    given = prefect_settings()
    before = given | written
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["directory"])
    if request["quiet"]:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            os.dup2(nowhere.fileno(), 2)
    if request["command"]:
        os.execvp(request["command"][0], request["command"])
    sys.path[:] = import_path(request["directory"])
    reseed()
    now = {
        name: written.get(name, value) if value == given.get(name) else value
        for name, value in prefect_settings().items()
    }
    if now != before:
        refresh_prefect()
    remember(request["surroundings"])


def import_path(directory: str) -> list[str]:
    """Return sys.path as `python -m` would have it in `directory`: that folder, PYTHONPATH, the rest."""
    given = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    first = [directory, *given]
    return first + [path for path in sys.path[1:] if path not in first]


def reseed() -> None:
    """Give this process random numbers of its own."""
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def prefect_settings() -> dict[str, str]:
    """Return Prefect's settings in the environment; two underscores mark what concerns one run only."""
    return {k: v for k, v in os.environ.items() if k.startswith("PREFECT_") and not k.startswith("PREFECT__")}


def written_settings() -> dict[str, str]:
    """Return Prefect's settings as its workers write them into a run's environment: 2 becomes 2.0, false False."""
    from prefect.settings import get_current_settings

    return get_current_settings().to_environment_variables(exclude_unset=True)


def refresh_prefect() -> None:
    """Read Prefect's settings anew; a tenth of a second, so only where they differ."""
    from prefect.context import refresh_global_settings_context
    from prefect.logging.configuration import setup_logging

    refresh_global_settings_context()
    setup_logging()


def remember(surroundings: Message) -> None:
    """Take over what the worker knows of the run's flow, deployment, queue and pool."""
    from deployments.worker.internals import remember_surroundings

    remember_surroundings(surroundings)


def run(module: str, arguments: list[str]) -> NoReturn:
    """Do what `python -m MODULE ARGUMENTS` does, then end without taking the copied interpreter apart."""
    warnings.filterwarnings(
        "ignore", category=RuntimeWarning, module="runpy"
    )  # it is imported already: that's the point
    sys.argv = [module, *arguments]
    status = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as ending:
        status = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    finally:
        if sys.exc_info()[0]:
            sys.excepthook(*sys.exc_info())
        threading._shutdown()  # type: ignore[attr-defined]  # joins threads, as an interpreter does at its end
        atexit._run_exitfuncs()  # sends what is left of logs and events
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main(descriptor: int, left_out: set[str]) -> tuple[Message | None, dict[str, str]]:
    """Preload and serve; returns a request in each forked process and None in the zygote, and Prefect's settings."""
    control = socket.socket(fileno=descriptor)
    control.set_inheritable(False)
    zygote = Zygote(control)
    preload(control, left_out)
    written = written_settings()
    send(control, {"ready": os.getpid(), "hookless": hookless()})
    return zygote.serve(), written


if __name__ == "__main__":
    request, settings = main(int(sys.argv[1]), set(sys.argv[2:]))
    if request:
        become(request, settings)
        run(request["module"], request["arguments"])
