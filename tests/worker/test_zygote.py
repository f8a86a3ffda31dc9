"""The zygote: what its processes are like, what is never in it, and what happens when code changes or it dies."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio

from blocks.settings import CHECKOUT
from deployments.worker.zygote import LOST, Nursery

pytestmark = pytest.mark.asyncio(loop_scope="module")
FACTS = """
import json, os, random, signal, sys, threading, numpy
print(json.dumps({
    "cwd": os.getcwd(), "colour": os.environ.get("COLOUR"), "secret": os.environ.get("SECRET"),
    "leads": os.getpid() == os.getpgid(0) == os.getsid(0),
    "warm": "flows.rings" in sys.modules, "threads": threading.active_count(),
    "unforkable": [name for name in ("bpy", "torch", "cupy") if name in sys.modules],
    "sigterm": signal.getsignal(signal.SIGTERM) is signal.SIG_DFL,
    "sigint": signal.getsignal(signal.SIGINT) is signal.default_int_handler,
    "chance": [random.random(), float(numpy.random.random())],
}), file=open(os.environ["FACTS"], "w"))
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def nursery() -> AsyncIterator[Nursery]:
    """One zygote for the tests that leave it as it is."""
    kept = Nursery()
    await kept.warm()
    yield kept
    await kept.stop()


def request(**fields: Any) -> dict[str, Any]:
    """A request with the given fields."""
    return {
        "module": "",
        "arguments": [],
        "command": None,
        "directory": "/",
        "quiet": False,
        "surroundings": {},
    } | fields


def python(code: str, folder: Path, **environment: str) -> dict[str, Any]:
    """A request to run `code` in a forked process, by way of a module in `folder`."""
    (folder / "probe.py").write_text(code)
    given = {"PATH": os.environ["PATH"], **environment}
    return request(module="probe", environment=given, directory=str(folder))


def command(*words: str) -> dict[str, Any]:
    """A request to run a program."""
    return request(command=list(words), environment=dict(os.environ))


async def test_a_forked_process_is_like_a_new_one(nursery: Nursery, tmp_path: Path) -> None:
    """Folder, environment, session, signals and random numbers are its own; all that it shares is what is imported."""
    facts = []
    for name in ("first", "second"):
        wanted = python(FACTS, tmp_path, COLOUR="red", FACTS=str(tmp_path / name))
        assert await (await nursery.spawn(wanted)).ended == 0
        facts.append(json.loads((tmp_path / name).read_text()))
    chances = [fact.pop("chance") for fact in facts]
    assert facts[0] == facts[1] == {
        "cwd": str(tmp_path), "colour": "red", "secret": None, "leads": True, "warm": True, "threads": 1,
        "unforkable": [], "sigterm": True, "sigint": True,
    }  # fmt: skip
    assert chances[0][0] != chances[1][0]
    assert chances[0][1] != chances[1][1]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("pass", 0),
        ("raise SystemExit(7)", 7),
        ("raise SystemExit('words')", 1),
        ("raise RuntimeError", 1),
        ("import os; os._exit(9)", 9),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("import atexit, os; atexit.register(lambda: os._exit(5))", 5),
    ],
)
async def test_the_exit_status_is_an_interpreters(nursery: Nursery, tmp_path: Path, code: str, status: int) -> None:
    """Success, exits, errors, signals and what runs at exit give the status that `python -m` gives."""
    assert await (await nursery.spawn(python(code, tmp_path))).ended == status


async def test_a_program_of_its_own_replaces_the_engine(nursery: Nursery) -> None:
    """A pool's or deployment's command is executed as it is."""
    assert await (await nursery.spawn(command("sh", "-c", "exit 3"))).ended == 3


async def test_stopping_ends_the_whole_family(nursery: Nursery, tmp_path: Path) -> None:
    """A child in a session of its own, deaf to SIGTERM, goes with the process."""
    code = (
        "import signal, subprocess, sys, time, pathlib\n"
        "deaf = 'import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)'\n"
        "child = subprocess.Popen([sys.executable, '-c', deaf], start_new_session=True)\n"
        "pathlib.Path('pid').write_text(str(child.pid)); time.sleep(600)"
    )
    process = await nursery.spawn(python(code, tmp_path))
    child = await _pid(tmp_path / "pid")
    await process.stop(30)
    assert process.ended.result() == -signal.SIGTERM
    psutil.wait_procs([child], timeout=30)
    assert not child.is_running()


async def test_a_dead_zygote_is_replaced_and_nothing_outlives_its_end() -> None:
    """SIGKILL of the zygote: what ran is LOST and dead, and the next request has a new zygote.

    When the worker's side closes, as when the worker dies, the zygote kills what runs and ends.
    """
    nursery = Nursery()
    running = await nursery.spawn(command("sleep", "600"))
    first = psutil.Process(running.pid)
    nursery.zygotes[0].process.kill()
    assert await running.ended is LOST
    running = await nursery.spawn(command("sleep", "600"))
    family = [first, psutil.Process(running.pid), psutil.Process(nursery.zygotes[-1].process.pid)]
    await nursery.stop()
    psutil.wait_procs(family, timeout=30)
    assert not any(member.is_running() for member in family)


CHANGING = """
import asyncio, os, pathlib, sys
from deployments.worker.zygote import Nursery

async def main():
    nursery, here = Nursery(), pathlib.Path.cwd()
    request = {"arguments": [], "command": None, "quiet": False, "directory": str(here), "surroundings": {}}
    request["environment"] = dict(os.environ)
    old = await nursery.spawn(request | {"module": "flows.stays"})
    while not (here / "started").exists():
        await asyncio.sleep(0.02)
    (here / "flows" / "value.py").write_text("VALUE = 'new'")
    new = await nursery.spawn(request | {"module": "flows.tells"})
    print(await new.ended, old.ended.done(), (here / "told").read_text())
    (here / "go").touch()
    print(await old.ended, (here / "stayed").read_text())
    await nursery.stop()

asyncio.run(main())
"""
STAYS = """
from flows.value import VALUE
import pathlib, time
if __name__ == "__main__":
    pathlib.Path("started").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.02)
    pathlib.Path("stayed").write_text(VALUE)
"""
TELLS = """
from flows.value import VALUE
import pathlib
if __name__ == "__main__":
    pathlib.Path("told").write_text(VALUE)
"""


async def test_changed_code_is_never_run_stale(tmp_path: Path) -> None:
    """After an edit the next run has the new code, and one that runs ends with the code it began with.

    A flow module that brings what no fork survives, or fails, is left out of the zygote and disturbs nobody.
    """
    for package in ("blocks", "tasks", "deployments"):
        shutil.copytree(CHECKOUT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    flows = tmp_path / "flows"
    flows.mkdir()
    modules = {"__init__": "", "value": "VALUE = 'old'", "stays": STAYS, "tells": TELLS, "gpu": "import torch"}
    for name, code in modules.items():
        (flows / f"{name}.py").write_text(code)
    (tmp_path / "torch.py").write_text("")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    said = subprocess.run(
        [sys.executable, "-c", CHANGING], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600
    )
    assert said.stdout.split() == ["0", "False", "new", "0", "old"], said.stderr


async def _pid(path: Path) -> psutil.Process:
    async with asyncio.timeout(300):
        while not (path.exists() and path.read_text()):
            await asyncio.sleep(0.02)
    return psutil.Process(int(path.read_text()))
