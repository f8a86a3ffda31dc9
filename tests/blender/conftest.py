"""The real runner, warm and cold, and the things that hostile scripts aim at."""

import asyncio
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from blocks.blender import Blender, BuildOutcome
from blocks.blender.client import SERVER
from blocks.settings import settings
from tests.blender import corpus

PYTHON = settings().blender_python
AT_ONCE = 3
VICTIM = """
import ctypes, sys, time
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(0x59616D61, ctypes.c_ulong(-1))  # lets anyone trace it, where Yama asks
word = ctypes.create_string_buffer(b"canary", 16)
print(ctypes.addressof(word), flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psutil.Process]:
    """A warm server, started the careless way: with the operator's keys in its environment."""
    path = tmp_path_factory.mktemp("run", numbered=True) / "private" / "blender.sock"
    keys = {**os.environ, "ANTHROPIC_API_KEY": corpus.SECRET}
    process = subprocess.Popen([PYTHON, SERVER, "--socket", path], env=keys, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == f"ready {path}\n"
        watched = psutil.Process(process.pid)
        watched.socket = path
        yield watched
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture(scope="session")
def warm(server: Any) -> Blender:
    """A block that builds on the warm server."""
    return Blender(python=PYTHON, socket=server.socket, executable=None, timeout_s=60)


@pytest.fixture(scope="session")
def cold() -> Blender:
    """A block that has no server."""
    return Blender(python=PYTHON, socket=None, executable=None, timeout_s=60)


class Prey:
    """What attacks aim at: servers that count their callers, a process, and files."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.callers = 0
        self.tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self.unix = socketserver.ThreadingUnixStreamServer(str(root / "local.sock"), self._handler())
        for listener in (self.tcp, self.unix):
            threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True).start()
        self.victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.victim.stdout
        self.address = int(self.victim.stdout.readline())

    def _handler(self) -> type[socketserver.BaseRequestHandler]:
        prey = self

        class Count(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                prey.callers += 1
                self.request.sendall(b"HTTP/1.0 204 No Content\r\n\r\n")
                self.request.shutdown(socket.SHUT_WR)

        return Count

    def target(self, name: str, *, control: bool) -> dict[str, Any]:
        """Lay out fresh files for the attack `name`, and return all that it may know."""
        library = next((PYTHON.parent.parent / "lib").glob("python*/site-packages/numpy/random/_common*.so"))
        files = corpus.lay_out(self.root / name, library)
        return {
            **files,
            "control": control,
            "port": self.tcp.server_address[1],
            "socket": str(self.root / "local.sock"),
            "victim": self.victim.pid,
            "address": self.address,
            "too_much_bytes": 800 * corpus.MIB,
            "much_bytes": 480 * corpus.MIB,
        }

    def close(self) -> None:
        """Take everything down."""
        for listener in (self.tcp, self.unix):
            listener.shutdown()
            listener.server_close()
        self.victim.kill()
        self.victim.wait()


@pytest.fixture(scope="session")
def prey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prey]:
    """What attacks aim at."""
    prey = Prey(tmp_path_factory.mktemp("prey"))
    yield prey
    prey.close()


class Raid:
    """The corpus run against the real runner."""

    def __init__(self, outcomes: dict[str, BuildOutcome], callers: int, untouched: dict[str, bool]) -> None:
        self.outcomes = outcomes
        self.callers = callers
        self.untouched = untouched


@pytest.fixture(scope="session")
def raid(warm: Blender, prey: Prey) -> Raid:
    """Every hostile script, run on the warm server: its outcome, and what it changed outside."""
    strict = warm.model_copy(update={"memory_mb": 512, "output_mb": 2, "log_kb": 256})
    outcomes: dict[str, BuildOutcome] = {}
    untouched: dict[str, bool] = {}
    callers = prey.callers

    async def attack(one: corpus.Attack, turn: asyncio.Semaphore) -> None:
        async with turn:
            target = prey.target(f"raid-{one.name}", control=False)
            before = corpus.contents(prey.root / f"raid-{one.name}")
            timeout_s = 1.0 if "wall clock" in one.evidence else 20.0
            outcomes[one.name] = await strict.build(one.script(target), timeout_s=timeout_s)
            untouched[one.name] = before == corpus.contents(prey.root / f"raid-{one.name}")

    async def attack_all() -> None:
        turn = asyncio.Semaphore(AT_ONCE)
        await strict.build("NOTE = 'canary-of-another-job'\n")  # what a later job must not find
        await asyncio.gather(*(attack(one, turn) for one in corpus.load()))

    asyncio.run(attack_all())
    return Raid(outcomes, prey.callers - callers, untouched)


@pytest.fixture(scope="session")
def control(prey: Prey, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Every hostile script, run with no wall: its log, its folder, and whether it outlived its deadline."""
    root = tmp_path_factory.mktemp("control")
    jobs = []
    for one in corpus.load():
        (root / one.name).mkdir()
        script = one.script(prey.target(f"control-{one.name}", control=True))
        deadline_s = 1.5 if one.layer == "watchdog" else 20.0
        jobs.append({"name": one.name, "script": script, "folder": str(root / one.name), "deadline_s": deadline_s})
    (root / "jobs.json").write_text(json.dumps(jobs))
    runner = Path(__file__).with_name("control.py")
    keys = {**os.environ, "ANTHROPIC_API_KEY": corpus.SECRET}
    subprocess.run([PYTHON, runner, root / "jobs.json", root / "results.json"], env=keys, check=True, timeout=120)
    results: dict[str, dict[str, Any]] = json.loads((root / "results.json").read_text())
    return {name: {**result, "folder": root / name} for name, result in results.items()}
