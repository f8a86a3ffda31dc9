"""One process of the stack: start it under its keeper, wait until it is ready, stop it, start it again."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from os import getpid
from pathlib import Path

KEEPER = Path(__file__).with_name("keeper.py")
POLL_S = 0.05


class NotReady(RuntimeError):
    """A part of the stack ended early or never became ready; the message shows the end of its log."""


@dataclass
class Process:
    """A named command whose output goes to `log`; `ready` tells whether it can be used yet."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    ready: Callable[[], bool]
    cwd: Path
    grace_s: float = 10
    last_end: str = field(default="", repr=False)
    _keeper: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """Process id of the keeper, whose only child is the command."""
        if self._keeper is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._keeper.pid

    def start(self) -> None:
        """Start the command, in a session of its own, so that a terminal's Ctrl-C reaches only the stack.

        A command that has ended is started anew; its log goes on, and `last_end` says how it ended.
        """
        self.last_end = self.how_it_ended() if self._keeper else ""
        keeper = [sys.executable, "-I", str(KEEPER), str(getpid()), str(self.grace_s)]
        with self.log.open("ab" if self._keeper else "wb") as log:
            self._keeper = subprocess.Popen(
                [*keeper, *self.command],
                env=self.environment,
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def running(self) -> bool:
        """Tell whether the command still runs."""
        return self._keeper is not None and self._keeper.poll() is None

    def how_it_ended(self) -> str:
        """Say how the command ended: by which signal, or with which status."""
        status = self._keeper.poll() if self._keeper else None
        if status is None:
            return "it runs"
        number = -status if status < 0 else status - 128  # the keeper's own end, or its command's, as a shell says it
        if number in {each.value for each in signal.Signals}:
            return signal.Signals(number).name
        return f"status {status}"

    def wait_ready(self, deadline: float) -> None:
        """Return once `ready` says so.

        Raises:
            NotReady: the command ended, or `time.monotonic()` passed `deadline`.
        """
        while not self.ready():
            if not self.running():
                raise NotReady(f"{self.name} ended before it was ready:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} is not ready in time:\n{self.log_tail()}")
            time.sleep(POLL_S)

    def finish(self, deadline: float) -> None:
        """Wait for a command that does its work and ends.

        Raises:
            NotReady: it failed, or is not done by `deadline`.
        """
        while self.running():
            if time.monotonic() > deadline:
                raise NotReady(f"{self.name} is not done in time:\n{self.log_tail()}")
            time.sleep(POLL_S)
        if self._keeper is None or self._keeper.returncode != 0:
            raise NotReady(f"{self.name} failed:\n{self.log_tail()}")

    def ask_to_stop(self) -> None:
        """Begin a polite stop and return at once."""
        if self.running() and self._keeper is not None:
            self._keeper.terminate()

    def wait_stopped(self) -> None:
        """Wait for the stop; the keeper turns it into a kill after `grace_s`."""
        if self._keeper is not None:
            self._keeper.wait()

    def log_tail(self, lines: int = 15) -> str:
        """Return the last `lines` of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
