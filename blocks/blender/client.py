"""The client of a runner: sends one job to the warm server, or starts a cold runner for it."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from blocks.blender.outcome import MissingLockdown
from blocks.blender.runtime import wire
from tasks.domain.errors import UpstreamError

SERVER = Path(__file__).parent / "runtime" / "server.py"
READY_TIMEOUT_S = 30.0
GRACE_S = 30.0  # for queueing, forking and sending, beyond the job's own time

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Reply:
    """A runner's answer: what it saw itself, what the child reported (which proves nothing), and the files."""

    def __init__(self, message: wire.Message, files: wire.Files, mode: Literal["warm", "cold", "external"]) -> None:
        self.exit_status: int | None = message["exit"]
        self.signal: int | None = message["signal"]
        self.stopped_by: str = message["stopped_by"]
        self.elapsed_s: float = message["elapsed_s"]
        self.report: dict[str, Any] = message["report"]
        self.log: str = message["log"]
        self.landlock_abi: int = message["landlock_abi"]
        self.files = files
        self.mode = mode


async def run_job(
    job: wire.Message, files: wire.Files, *, python: Path, server: Path | None, executable: Path | None = None
) -> Reply:
    """Run `job` on the server that listens at `server`, cold where none does.

    Raises MissingLockdown, and UpstreamError when the runner does not answer. Cancelling ends the job.
    """
    if not hasattr(os, "fork"):
        raise MissingLockdown(f"{sys.platform} cannot run untrusted scripts; use Linux 5.13 or newer")
    timeout_s = job["limits"]["timeout_s"] + GRACE_S
    async with _runner(python, server, executable) as (streams, mode):
        try:
            async with asyncio.timeout(timeout_s):
                message, results = await _exchange(streams, job, files)
        except (TimeoutError, wire.WireError, ConnectionError, asyncio.IncompleteReadError) as error:
            raise UpstreamError("blender", f"the runner did not answer: {error!r}", retryable=True) from error
    if "missing_lockdown" in message:
        raise MissingLockdown(message["missing_lockdown"])
    if "refused" in message:
        raise UpstreamError("blender", message["refused"])
    return Reply(message, results, mode)


@contextlib.asynccontextmanager
async def _runner(
    python: Path, server: Path | None, executable: Path | None
) -> AsyncIterator[tuple[Streams, Literal["warm", "cold", "external"]]]:
    warm = await _connect(server) if server else None
    if warm:
        try:
            yield warm, "warm"
        finally:
            warm[1].close()
        return
    process = await _start_cold(python, executable)
    assert process.stdin
    assert process.stdout
    try:
        yield (process.stdout, process.stdin), "external" if executable else "cold"
    finally:
        if process.returncode is None:
            process.kill()  # its child dies with it
        await process.wait()


async def _connect(server: Path) -> Streams | None:
    try:
        return await asyncio.open_unix_connection(str(server), limit=wire.MAX_LINE_BYTES)
    except (FileNotFoundError, ConnectionRefusedError):
        return None


async def _start_cold(python: Path, executable: Path | None) -> asyncio.subprocess.Process:
    blender = ["--blender", str(executable)] if executable else []
    return await asyncio.create_subprocess_exec(
        *(str(python), "-I", str(SERVER), "--once", "--clean", *blender),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        limit=wire.MAX_LINE_BYTES,
        env={},
    )


async def _exchange(streams: Streams, job: wire.Message, files: wire.Files) -> tuple[wire.Message, wire.Files]:
    reader, writer = streams
    writer.write(wire.pack(job, files))
    await writer.drain()
    message, sizes = wire.parse_line(await reader.readline())
    return message, {name: await reader.readexactly(size) for name, size in sizes.items()}


def probe(python: Path) -> dict[str, str]:
    """Ask a runner under `python` for its "bpy" version (empty without one) and what its "lockdown" lacks.

    Raises OSError when `python` cannot be started.
    """
    arguments = [str(python), "-I", str(SERVER), "--probe", "--clean"]
    done = subprocess.run(arguments, capture_output=True, env={}, timeout=READY_TIMEOUT_S, check=True)
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


def listens(server: Path) -> bool:
    """Tell whether a warm server takes connections at `server`."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
        return connection.connect_ex(str(server)) == 0


def start_server(path: Path, *, python: Path, die_with_parent: bool = False) -> subprocess.Popen[bytes]:
    """Start the warm server at the socket `path` and return it once it is ready; its folder becomes private (0700).

    With `die_with_parent` it ends with the thread that called this. Raises UpstreamError when it does not start.
    """
    arguments = [str(python), "-I", str(SERVER), "--clean", "--socket", str(path)]
    if die_with_parent:
        arguments.append("--die-with-parent")
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env={})
    assert process.stdout
    line = process.stdout.readline()
    if not line.startswith(b"ready "):
        process.kill()
        process.wait()
        raise UpstreamError("blender", f"the server did not start: {line.decode(errors='replace').strip()}")
    return process
