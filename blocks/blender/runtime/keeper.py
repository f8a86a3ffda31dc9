"""The keeper of one job: reads the request, forks the child, watches it, kills it when it must, and answers.

A keeper serves one connection and ends, so no process ever holds two jobs' data. It never imports bpy: it was forked
from a process that has it (warm), or its child imports it behind the wall (cold).
"""

import contextlib
import json
import os
import selectors
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import lockdown
import wire

TICK_S = 0.05
TAIL_BYTES = 32 << 10
READ_BYTES = 64 << 10
KINDS = ("build", "render")
Run = Callable[["Job", Path, int], int]


@dataclass(frozen=True)
class Job:
    """What a client asked for."""

    kind: str
    options: dict[str, Any]
    outputs: list[str]
    limits: lockdown.Limits
    log_bytes: int
    allow_unsandboxed: bool
    inputs: wire.Files

    @classmethod
    def of(cls, message: wire.Message, files: wire.Files) -> "Job":
        """Check `message`; WireError names what is wrong."""
        try:
            limits = lockdown.Limits(**message["limits"])
            job = cls(
                message["kind"],
                message["options"],
                [wire.check_name(name) for name in message["outputs"]],
                limits,
                message["log_bytes"],
                message["allow_unsandboxed"],
                files,
            )
        except (KeyError, TypeError) as error:
            raise wire.WireError(f"not a job: {error!r}") from error
        if job.kind not in KINDS:
            raise wire.WireError(f"no job of kind {job.kind!r}; there are {', '.join(KINDS)}")
        return job


@dataclass
class Watch:
    """One child under watch."""

    pid: int
    log_fd: int
    report_fd: int
    client_fd: int
    wake_fd: int
    stopped_by: str = ""
    status: int | None = None
    log: bytearray = field(default_factory=bytearray)
    log_bytes: int = 0
    report: bytearray = field(default_factory=bytearray)

    def run(self, job: Job, folder: Path) -> None:
        """Wait for the child to end, or end it when it breaks a limit or the client leaves."""
        deadline = time.monotonic() + job.limits.timeout_s
        with selectors.DefaultSelector() as ready:
            for fd in (self.log_fd, self.report_fd, self.client_fd, self.wake_fd):
                ready.register(fd, selectors.EVENT_READ)
            while not self._ended():
                for key, _ in ready.select(TICK_S):
                    if not self._read(key.fd):
                        ready.unregister(key.fd)
                self.stopped_by = self.stopped_by or self._broken_limit(job, folder, deadline)
                if self.stopped_by:
                    self.kill()
        self._drain()

    def kill(self) -> None:
        """End the child and its whole group, and reap it."""
        for kill in (os.killpg, os.kill):  # the group first; before setsid there is only the process
            with contextlib.suppress(ProcessLookupError):
                kill(self.pid, signal.SIGKILL)
        if self.status is None:
            self.status = os.waitpid(self.pid, 0)[1]

    def _ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def _read(self, fd: int) -> bool:
        """Take what lies ready at `fd`; False at its end."""
        if fd == self.client_fd:  # a client has nothing more to say: anything from here means that it left
            self.stopped_by = self.stopped_by or "client left"
            return False
        content = os.read(fd, READ_BYTES)
        if fd == self.log_fd:
            self.log_bytes += len(content)
            self.log = (self.log + content)[-TAIL_BYTES:]
        elif fd == self.report_fd:
            self.report = (self.report + content)[:READ_BYTES]
        return bool(content)

    def _drain(self) -> None:
        with contextlib.suppress(ProcessLookupError):  # whatever an unsandboxed child left behind
            os.killpg(self.pid, signal.SIGKILL)
        for fd in (self.log_fd, self.report_fd):
            os.set_blocking(fd, False)
            with contextlib.suppress(BlockingIOError):
                while self._read(fd):
                    pass

    def _broken_limit(self, job: Job, folder: Path, deadline: float) -> str:
        if time.monotonic() > deadline:
            return "wall clock"
        if self.log_bytes > job.log_bytes:
            return "log size"
        if _resident_mb(self.pid) > job.limits.memory_mb:
            return "memory"
        written = sum(path.stat().st_size for path in folder.iterdir())
        given = sum(len(content) for content in job.inputs.values())
        return "output size" if written - given > job.limits.output_mb << 20 else ""


def _resident_mb(pid: int) -> int:
    with contextlib.suppress(OSError, IndexError):  # already gone, or no /proc
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") >> 20
    return 0


def keep(client: BinaryIO, answer: BinaryIO, folders: Path | None, run: Run) -> None:
    """Serve the one job that `client` asks for, its files in a fresh folder under `folders`; `run` is its child."""
    try:
        job = Job.of(*wire.read(client))
    except wire.WireError as error:
        _send(answer, {"refused": str(error)}, {})
        return
    lack = lockdown.missing()
    if lack and not job.allow_unsandboxed:
        _send(answer, {"missing_lockdown": lack}, {})
        return
    with _folder(folders) as folder:
        started = time.monotonic()
        watch = _start(job, folder, client.fileno(), run)
        watch.run(job, folder)
        _send(answer, _verdict(watch, started, lack), _results(job, folder, watch))


@contextlib.contextmanager
def _folder(folders: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="job-", dir=folders))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _start(job: Job, folder: Path, client_fd: int, run: Run) -> Watch:
    for name, content in {**dict.fromkeys(job.outputs, b""), **job.inputs}.items():
        (folder / name).write_bytes(content)
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)  # as set_wakeup_fd asks
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    (log_read, log_write), (report_read, report_write) = os.pipe(), os.pipe()
    keeper_pid = os.getpid()
    pid = os.fork()
    if not pid:
        _become_child(job, folder, keeper_pid, log_write, report_write, run)
    os.close(log_write)
    os.close(report_write)
    return Watch(pid, log_read, report_read, client_fd, wake_read)


def _become_child(job: Job, folder: Path, keeper_pid: int, log_fd: int, report_fd: int, run: Run) -> None:
    """Leave everything of the keeper behind but the log and the report, and run the job; never returns."""
    status = 70
    try:
        os.setsid()
        lockdown.die_with_parent(keeper_pid)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.dup2(report_fd, 3)
        os.dup2(log_fd, 1)
        os.dup2(log_fd, 2)
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.closerange(4, 1 << 16)
        os.chdir(folder)
        status = run(job, folder, 3)
    finally:
        if sys.exc_info()[0]:
            sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
        os._exit(status)


def _verdict(watch: Watch, started: float, lack: str) -> wire.Message:
    status = watch.status or 0
    return {
        "exit": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        "stopped_by": watch.stopped_by,
        "elapsed_s": round(time.monotonic() - started, 3),
        "report": _report(watch.report),
        "log": watch.log.decode(errors="replace"),
        "landlock_abi": 0 if lack else lockdown.landlock_abi(),
    }


def _report(content: bytes) -> dict[str, Any]:
    """Return the child's report, empty when it made none or not JSON."""
    with contextlib.suppress(ValueError, RecursionError):
        report = json.loads(content)
        return report if isinstance(report, dict) else {}
    return {}


def _results(job: Job, folder: Path, watch: Watch) -> wire.Files:
    if watch.stopped_by == "client left":
        return {}
    cap = job.limits.output_mb << 20
    return {name: (folder / name).read_bytes() for name in job.outputs if (folder / name).stat().st_size <= cap}


def _send(answer: BinaryIO, message: wire.Message, files: wire.Files) -> None:
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client left meanwhile
        answer.write(wire.pack(message, files))
        answer.flush()
