"""The runner: a warm server on a Unix socket, or one cold job over standard input and output.

    python -I server.py --socket PATH [--die-with-parent] [--recycle-after N]
    python -I server.py --once [--blender EXECUTABLE]

Warm: this process imports bpy once, with nothing in its environment and no job's data in its memory, and forks a
keeper per connection, which forks the child. It restarts itself in place after N jobs, or when a keeper fails.
"""

import argparse
import contextlib
import functools
import importlib.metadata
import importlib.util
import json
import os
import shutil
import signal
import socket
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # -I leaves the script's own folder out

import child  # noqa: E402
import keeper  # noqa: E402
import lockdown  # noqa: E402

UNHEALTHY = 3
STOPS = {signal.SIGTERM, signal.SIGINT}


# All that a runner's processes may know of where they run.
CLEAN_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "BLENDER_USER_RESOURCES": "/nonexistent",
    "OPENBLAS_NUM_THREADS": "1",  # fewer threads to lose at a fork; rings need no BLAS
}


def main() -> None:
    """Serve until told to stop, or serve one job."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", type=Path)
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--blender", type=Path, help="with --once: an external Blender, the program itself")
    parser.add_argument("--probe", action="store_true", help="print what there is, as JSON")
    parser.add_argument("--die-with-parent", action="store_true")
    parser.add_argument("--recycle-after", type=int, default=200)
    parser.add_argument("--clean", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--listening", type=int, default=-1, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.clean:  # clearing os.environ would leave a copy of it in the process's memory
        os.execve(sys.executable, [sys.executable, "-I", *sys.argv, "--clean"], CLEAN_ENVIRONMENT)
    if options.die_with_parent:
        lockdown.die_with_parent(os.getppid(), signal.SIGTERM)
    if options.probe:
        probe()
    elif options.once:
        job = functools.partial(become_blender, options.blender.resolve()) if options.blender else run
        keeper.keep(sys.stdin.buffer, sys.stdout.buffer, None, job)
    elif options.socket:
        serve(options.socket.absolute(), options.listening, options.recycle_after)
    else:
        parser.error("--socket or --once is needed")


def probe() -> None:
    """Print the version of bpy, without importing it, and what a lockdown lacks."""
    installed = importlib.util.find_spec("bpy") is not None
    version = importlib.metadata.version("bpy") if installed else ""
    print(json.dumps({"bpy": version, "lockdown": lockdown.missing()}))


def run(job: keeper.Job, folder: Path, report_fd: int) -> int:
    """Lock the child down, then do the job; without a preloaded bpy, import it behind the wall."""
    child.wall(job.limits, *_files(job, folder), unsandboxed=job.allow_unsandboxed)
    return child.work(job.kind, _options(job), folder, report_fd)


def become_blender(blender: Path, job: keeper.Job, folder: Path, report_fd: int) -> int:
    """Lock the child down but for becoming `blender`, which does the rest (inside.py); returns never."""
    (folder / "job.json").write_text(json.dumps({"kind": job.kind, "options": _options(job), "report_fd": report_fd}))
    given = [folder / "job.json"]
    if not lockdown.missing():
        given.append(folder / "filter.bpf")
        lockdown.write_filter(given[-1])
    inputs, outputs = _files(job, folder)
    places = [blender.parent, Path("/usr/share/blender")]  # where its files lie, unpacked or installed by Debian
    inside = ["--python", str(HERE / "inside.py")]
    child.wall(job.limits, [*inputs, *given, *places], outputs, unsandboxed=job.allow_unsandboxed, may_exec=blender)
    arguments = [str(blender), "--background", "-noaudio", "--factory-startup", "--python-exit-code", "70", *inside]
    os.execve(blender, arguments, CLEAN_ENVIRONMENT)


def _files(job: keeper.Job, folder: Path) -> tuple[list[Path], list[Path]]:
    return [folder / name for name in job.inputs], [folder / name for name in job.outputs]


def _options(job: keeper.Job) -> dict[str, object]:
    script = {"script": job.inputs["script.py"].decode()} if job.kind == "build" else {}
    return {**job.options, **script}


def serve(path: Path, listening_fd: int, recycle_after: int) -> None:
    """Listen at `path` until SIGTERM or SIGINT; a keeper per connection."""
    listener = socket.socket(fileno=listening_fd) if listening_fd >= 0 else listen(path)
    jobs, own = path.parent / "jobs", path.parent / "own"
    for folder in (jobs, own):
        if listening_fd < 0:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    os.environ["TMPDIR"] = str(own)  # Blender makes a folder there, and leaves it when it is killed
    server = Server(listener, path, jobs, recycle_after)
    server.heed_signals()
    child.preload()
    server.run()


def listen(path: Path) -> socket.socket:
    """Return a socket listening at `path`, in a folder that only this user can enter."""
    if len(os.fsencode(path)) > 107:
        raise SystemExit(f"{path}: a socket's path may have 107 bytes; choose a shorter one")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(64)
    return listener


class Server:
    """Accepts connections, and counts and reaps keepers."""

    def __init__(self, listener: socket.socket, path: Path, jobs: Path, recycle_after: int) -> None:
        self.listener = listener
        self.path = path
        self.jobs = jobs
        self.left = recycle_after
        self.keepers: set[int] = set()

    def heed_signals(self) -> None:
        """End everything on SIGTERM and SIGINT, those that came while this process began anew included."""
        for number in STOPS:
            signal.signal(number, self.stop)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)

    def run(self) -> None:
        """Serve; returns never."""
        self.listener.settimeout(1.0)  # reaps at least once a second
        print(f"ready {self.path}", flush=True)
        while self.left > 0:
            with contextlib.suppress(TimeoutError):
                self.start_keeper(self.listener.accept()[0])
            self.reap()
        self.recycle()

    def start_keeper(self, connection: socket.socket) -> None:
        """Fork a keeper for `connection`; where that fails its client sees the connection end, and this begins anew."""
        server_pid = os.getpid()
        with contextlib.closing(connection):
            try:
                pid = os.fork()
            except OSError as error:
                print(f"no keeper could be forked: {error}", file=sys.stderr, flush=True)
                self.left = 0
                return
            if not pid:
                self.become_keeper(connection, server_pid)
            self.keepers.add(pid)
            self.left -= 1

    def become_keeper(self, connection: socket.socket, server_pid: int) -> None:
        status = UNHEALTHY
        try:
            for number in STOPS:
                signal.signal(number, signal.SIG_DFL)
            lockdown.die_with_parent(server_pid)
            self.listener.close()
            connection.settimeout(None)
            keeper.keep(connection.makefile("rb"), connection.makefile("wb"), self.jobs, run)
            status = 0
        finally:
            if sys.exc_info()[0]:
                sys.excepthook(*sys.exc_info())
            os._exit(status)

    def reap(self) -> None:
        """Take in the keepers that ended; one that failed makes this process restart."""
        for pid in list(self.keepers):
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                self.keepers.remove(pid)
                self.left = 0 if status else self.left

    def recycle(self) -> None:
        """Begin anew in place: same process, same socket, jobs that run go on."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        os.set_inheritable(self.listener.fileno(), True)
        listening = ["--listening", str(self.listener.fileno())]
        arguments = [sys.executable, "-I", *_without_listening(sys.argv), *listening]
        os.execve(sys.executable, arguments, dict(os.environ))

    def stop(self, *_: object) -> None:
        """End every keeper, and through it every child."""
        for pid in self.keepers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.path.unlink(missing_ok=True)
        os._exit(0)


def _without_listening(arguments: list[str]) -> list[str]:
    if "--listening" not in arguments:
        return arguments
    at = arguments.index("--listening")
    return arguments[:at] + arguments[at + 2 :]


if __name__ == "__main__":
    main()
