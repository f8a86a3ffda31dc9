"""A stack that stays up after the command that started it, and `down`, which stops it."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
from rich.console import Console

from blocks.settings import CHECKOUT, settings
from deployments.processes import NotReady
from deployments.settings import StackSettings
from deployments.state import StackState, running_stack

POLL_S = 0.2


def start_in_background(pools: tuple[str, ...]) -> StackState:
    """Start `up` as a process of its own, on free ports, and return when it is ready; raises NotReady."""
    log = settings().home / "logs" / "up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "deployments", "up", "--pools", ",".join(pools)]
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env=os.environ | {"ATELIER_PORTS": "auto"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    deadline_s = time.monotonic() + StackSettings().start_timeout_s + StackSettings().stop_grace_s
    while process.poll() is None and time.monotonic() < deadline_s:
        state = running_stack(settings().home)
        if state is not None and state.pid == process.pid:
            return state
        time.sleep(POLL_S)
    process.terminate()
    raise NotReady(f"the stack did not come up:\n{_tail(log)}")


def down() -> int:
    """Stop the stack of the home directory; 0 when it is gone, 1 when none ran."""
    console = Console(highlight=False)
    state = running_stack(settings().home)
    if state is None:
        console.print(f"no stack runs in {settings().home}")
        return 1
    stack = psutil.Process(state.pid)
    with console.status("stopping …"):
        stack.terminate()
        stack.wait(timeout=2 * StackSettings().stop_grace_s + 10)
    console.print(f"stopped (process {state.pid})")
    return 0


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-2000:]
