"""The warm server: several jobs at once, none left behind, and no machine without a wall."""

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from blocks.blender import Blender, MissingLockdown, start_server
from blocks.blender.client import SERVER
from tasks.domain.errors import UpstreamError
from tests.blender.conftest import PYTHON
from tests.waiting import eventually

CUBE = """
import bmesh, bpy
def build():
    bm = bmesh.new()
    bmesh.ops.create_icosphere(bm, subdivisions=3, radius=0.01)
    mesh = bpy.data.meshes.new("ball")
    bm.to_mesh(mesh)
    bpy.context.scene.collection.objects.link(bpy.data.objects.new("ball", mesh))
"""
WAIT = "import time\ndef build():\n    time.sleep(60)\n"
# Answers Landlock's system calls as a kernel without it does, and becomes the program in its arguments.
NO_LANDLOCK = """
import errno, os, sys
import pyseccomp as sc
rules = sc.SyscallFilter(sc.ALLOW)
for number in (444, 445, 446):
    rules.add_rule(sc.ERRNO(errno.ENOSYS), number)
rules.load()
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private folder for one server."""
    return tmp_path_factory.mktemp("s")


def jobs_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """Return every process that serves a job."""
    return psutil.Process(process.pid).children(recursive=True)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until `condition()` holds, while the loop goes on."""

    async def read() -> bool:
        return condition()

    await eventually(read, "the server's jobs are to be as expected")


@pytest.fixture
def own(run: Path) -> Iterator[tuple[subprocess.Popen[bytes], Blender]]:
    """A server of its own, and a block on it."""
    process = start_server(run / "b.sock", python=PYTHON)
    yield process, Blender(python=PYTHON, socket=run / "b.sock", timeout_s=30)
    process.terminate()
    assert process.wait(10) == 0
    assert not (run / "b.sock").exists()


async def test_jobs_run_side_by_side(warm: Blender):
    """Four scripts that wait half a second each are done in less than two."""
    script = CUBE + "    import time; time.sleep(0.5)\n"
    started = time.monotonic()
    outcomes = await asyncio.gather(*(warm.build(script) for _ in range(4)))
    assert [outcome.ok for outcome in outcomes] == [True] * 4
    assert time.monotonic() - started < 1.9


async def test_a_client_that_leaves_takes_its_job_along(own: tuple[subprocess.Popen[bytes], Blender]):
    """Cancelling a build ends its processes, and the server goes on."""
    process, blender = own
    build = asyncio.create_task(blender.build(WAIT))
    await until(lambda: len(jobs_of(process)) == 2)
    build.cancel()
    await until(lambda: not jobs_of(process))
    assert (await blender.build(CUBE)).ok


async def test_a_cold_job_ends_with_its_client(cold: Blender):
    """Cancelling a cold build ends its processes too."""
    me = psutil.Process()
    before = set(me.children(recursive=True))
    build = asyncio.create_task(cold.build(WAIT))
    await until(lambda: len(set(me.children(recursive=True)) - before) == 2)
    mine = set(me.children(recursive=True)) - before
    build.cancel()
    await asyncio.wait([build])
    await until(lambda: not any(process.is_running() for process in mine))


async def test_a_killed_child_is_an_outcome(own: tuple[subprocess.Popen[bytes], Blender]):
    """A child that dies of a signal is named as that, and the next job runs."""
    process, blender = own
    build = asyncio.create_task(blender.build(WAIT))
    await until(lambda: len(jobs_of(process)) == 2)
    os.kill(max(job.pid for job in jobs_of(process)), signal.SIGKILL)
    outcome = await build
    assert (outcome.ok, outcome.error.type) == (False, "Crash")
    assert "SIGKILL" in outcome.error.message
    assert (await blender.build(CUBE)).ok


async def test_a_killed_keeper_makes_the_server_begin_anew(own: tuple[subprocess.Popen[bytes], Blender]):
    """When a keeper fails its client learns it, its child dies with it, and later jobs are served."""
    process, blender = own
    build = asyncio.create_task(blender.build(WAIT))
    await until(lambda: len(jobs_of(process)) == 2)
    jobs = jobs_of(process)
    os.kill(min(job.pid for job in jobs), signal.SIGKILL)
    with pytest.raises(UpstreamError, match="did not answer"):
        await build
    await until(lambda: not any(job.is_running() and job.status() != psutil.STATUS_ZOMBIE for job in jobs))
    assert (await blender.build(CUBE)).ok


async def test_the_server_begins_anew_without_losing_a_job(run: Path):
    """A server that recycles after every second job serves them all, as the same process."""
    arguments = [PYTHON, "-I", SERVER, "--socket", run / "b.sock", "--recycle-after", "2"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        process.stdout.readline()
        blender = Blender(python=PYTHON, socket=run / "b.sock")
        outcomes = await asyncio.gather(*(blender.build(CUBE) for _ in range(7)))
        assert [(outcome.ok, outcome.mode) for outcome in outcomes] == [(True, "warm")] * 7
    finally:
        process.terminate()
        process.wait(10)


async def test_the_end_of_the_server_is_the_end_of_all_jobs(run: Path):
    """SIGTERM, and even SIGKILL, leave no process of any job."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        process = start_server(run / "b.sock", python=PYTHON)
        blender = Blender(python=PYTHON, socket=run / "b.sock")
        build = asyncio.create_task(blender.build(WAIT))
        await until(lambda process=process: len(jobs_of(process)) == 2)
        jobs = jobs_of(process)
        process.send_signal(number)
        process.wait(10)
        with pytest.raises(UpstreamError):
            await build
        await until(lambda jobs=jobs: not any(job.is_running() for job in jobs))


async def test_a_job_has_the_ring_kit_as_it_is_now(run: Path):
    """The server has imported the kit ahead; a job after a change to its files still gets the changed one."""
    runtime = shutil.copytree(SERVER.parent, run / "runtime")
    script = "import ring_kit\nprint(ring_kit.ADDED)\n" + CUBE
    command = [PYTHON, "-I", runtime / SERVER.name, "--socket", run / "b.sock"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        block = Blender(python=PYTHON, socket=run / "b.sock", timeout_s=30)
        before = await block.build(script)
        with (runtime / "ring_kit" / "__init__.py").open("a") as file:
            file.write("\nADDED = 'added later'\n")
        after = await block.build(script)
        process.terminate()
    assert before.error is not None
    assert "ADDED" in before.error.message
    assert (after.ok, after.mode) == (True, "warm")
    assert "added later" in after.log_tail


def test_the_socket_is_private(server: Any):
    """Only this user can enter the folder that the server listens in."""
    assert server.socket.parent.stat().st_mode & 0o777 == 0o700


def test_a_stranger_who_says_nothing_is_harmless(server: Any, warm: Blender):
    """Rubbish and silence end one connection and nothing else."""
    for rubbish in (
        b"",
        b"GET / HTTP/1.1\r\n\r\n",
        b"{}\n",
        b'{"files": {"../x": 1}}\n',
        b'{"files": {}, "kind": 1}\n',
    ):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(server.socket))
            connection.sendall(rubbish)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(1000)
        assert b"refused" in answer
    assert asyncio.run(warm.build(CUBE)).ok


async def test_without_a_server_a_run_works_cold(run: Path):
    """A socket where nobody listens means a cold build, and the outcome and the status say so."""
    blender = Blender(python=PYTHON, socket=run / "nobody.sock")
    assert (await blender.build(CUBE)).mode == "cold"
    assert blender.status().how_to_mend == [f"no server listens at {run / 'nobody.sock'}"]


async def test_a_kernel_without_landlock_is_refused(run: Path):
    """Where no wall can be raised no script runs, unless the operator says so; then it runs within its limits."""
    bare = run / "python"
    bare.write_text(f"#!/bin/sh\nexec {PYTHON} -c '{NO_LANDLOCK}' {PYTHON} \"$@\"\n")
    bare.chmod(0o755)
    with pytest.raises(MissingLockdown, match="Landlock"):
        await Blender(python=bare, socket=None).build(CUBE)
    accepted = await Blender(python=bare, socket=None, allow_unsandboxed=True).build(CUBE)
    assert (accepted.ok, accepted.landlock_abi) == (True, 0)


async def test_without_any_blender(run: Path):
    """A missing Blender is told with the way to mend it."""
    blender = Blender(python=run / "none", socket=None, executable=None)
    assert blender.status().mode == "missing"
    with pytest.raises(UpstreamError, match="make"):
        await blender.build(CUBE)


def test_status_of_a_warm_server(warm: Blender):
    """The status names version, mode and lockdown."""
    status = warm.status()
    assert (status.present, status.version, status.mode, status.lockdown) == (True, "5.0.1", "warm", True)
    assert status.how_to_mend == []


SECOND_STEP = """
import os, sys
sys.path.insert(0, {runtime!r})
import lockdown
step = sys.argv[1]
if step == "first":
    lockdown.write_filter(__import__("pathlib").Path({folder!r}) / "filter.bpf")
    limits = lockdown.Limits(timeout_s=30, memory_mb=1024, output_mb=1)
    places = [*lockdown.runtime_files(), __import__("pathlib").Path({folder!r})]
    python = __import__("pathlib").Path(os.path.realpath(sys.executable))
    lockdown.lock(limits, [*places, python.parent], [], may_exec=python)
    os.execve(python, [str(python), "-I", {script!r}, "second"], {{}})
try:
    os.execve("/bin/true", ["true"], {{}})
except PermissionError as error:
    print("other program", error.errno)
lockdown.load_filter(open({folder!r} + "/filter.bpf", "rb").read())
for attempt in (lambda: os.execve(sys.executable, ["x"], {{}}), os.fork, lambda: open("/etc/passwd")):
    try:
        attempt()
    except OSError as error:
        print(error.errno)
"""


def test_an_external_program_gives_up_becoming_others(run: Path):
    """The two steps for an external Blender: it may become that program alone, and after the second step none."""
    script = run / "steps.py"
    runtime = str(SERVER.parent)
    script.write_text(SECOND_STEP.format(runtime=runtime, folder=str(run), script=str(script)))
    done = subprocess.run([PYTHON, "-I", script, "first"], capture_output=True, text=True, timeout=30)
    assert done.stdout.splitlines() == ["other program 13", "1", "1", "13"], done.stderr
