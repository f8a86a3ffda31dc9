"""A part that dies is started again, is told once, and is given up when it keeps dying."""

import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from deployments.processes import Process
from deployments.supervision import Supervisor, backoff_s
from tests.waiting import until

LONG_S = 60  # only a bound for "stuck"


def part(tmp_path: Path, name: str, code: str) -> Process:
    """Return a part that runs `code`, started."""
    command = [sys.executable, "-uc", code]
    process = Process(name, command, dict(os.environ), tmp_path / f"{name}.log", lambda: True, tmp_path, grace_s=1)
    process.start()
    return process


def test_a_part_that_dies_is_started_again_and_its_neighbour_is_left_alone(tmp_path: Path) -> None:
    """SIGKILL of one part: one line that names the signal, one restart, a new process, the log kept."""
    sleeper = "import time; print('on'); time.sleep(600)"
    one, other = part(tmp_path, "one", sleeper), part(tmp_path, "other", sleeper)
    heard: list[str] = []
    supervisor = Supervisor([one, other], max_deaths=5, tell=heard.append)
    supervisor.start()
    first, neighbour = one.pid, other.pid
    until(lambda: one.log_tail() == "on", "it is to run")
    psutil.Process(first).children()[0].kill()
    until(lambda: one.log_tail() == "on\non", "it is to run again")
    supervisor.stop()
    assert heard == ["one ended (SIGKILL) and was started again"]
    assert supervisor.restarts == {"one": 1}
    assert (one.running(), one.pid != first, other.pid == neighbour) == (True, True, True)
    assert supervisor.failure == ""
    for process in (one, other):
        process.ask_to_stop()
        process.wait_stopped()


def test_a_part_that_keeps_dying_is_given_up_with_its_last_words(tmp_path: Path) -> None:
    """Three deaths of three that are allowed within a minute: the failure says so, and what the log said last."""
    broken = part(tmp_path, "broken", "raise SystemExit('no such database')")
    heard: list[str] = []
    supervisor = Supervisor([broken], max_deaths=3, tell=heard.append)
    supervisor.start()
    until(lambda: bool(supervisor.failure), "it is to be given up")
    supervisor.stop()
    assert supervisor.restarts == {"broken": 2}
    assert supervisor.failure.startswith("broken ended 3 time(s) within 60 s (status 1):\n")
    assert supervisor.failure.endswith("no such database")
    assert heard[-1] == supervisor.failure
    assert not broken.running()


def test_nothing_is_started_once_the_watch_has_stopped(tmp_path: Path) -> None:
    """After `stop` a death is the end, so that a stack that stops leaves nothing."""
    process = part(tmp_path, "part", "import time; time.sleep(600)")
    supervisor = Supervisor([process], max_deaths=5, tell=lambda line: None)
    supervisor.start()
    supervisor.stop()
    process.ask_to_stop()
    process.wait_stopped()
    time.sleep(0.5)
    assert not process.running()
    assert supervisor.restarts == {}


def test_what_a_dead_part_leaves_behind_is_killed_before_it_can_speak(tmp_path: Path) -> None:
    """A grandchild of a killed part gets SIGKILL, not SIGTERM: a flow's process must not call its run crashed."""
    heir = (
        "import signal, time; signal.signal(signal.SIGTERM, lambda *_: print('asked')); print('heir'); time.sleep(600)"
    )
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-uc', {heir!r}]); time.sleep(600)"
    process = part(tmp_path, "part", code)
    until(lambda: process.log_tail() == "heir", "its child is to run")
    family = psutil.Process(process.pid).children(recursive=True)
    assert len(family) == 2
    family[0].kill()
    process.wait_stopped()
    assert process.log_tail() == "heir"
    assert not [member for member in family if member.is_running()]


@pytest.mark.parametrize(("deaths", "wait_s"), [(1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (9, 8)])
def test_the_wait_grows_with_every_death(deaths: int, wait_s: float) -> None:
    """At once after the first death, then 1, 2, 4 and at most 8 seconds."""
    assert backoff_s(deaths) == wait_s
