"""The keeper leaves nothing of its command behind, whatever way the end comes."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

from deployments.processes import KEEPER, NotReady, Process
from tests.waiting import until

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
)
# A child that daemonises: its parent ends at once, so only a subreaper can still find it.
LEAVES_AN_ORPHAN = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        print(os.getpid(), flush=True)
        time.sleep(600)
    os._exit(0)
os.wait()
"""


def keeper(code: str, grace_s: float = 5, **options: object) -> subprocess.Popen[str]:
    """Start a keeper of `python -c code` as `Process` does."""
    command = [sys.executable, "-I", str(KEEPER), str(os.getpid()), str(grace_s), sys.executable, "-uc", code]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True, **options)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_exit_status_of_the_command_is_the_keepers() -> None:
    """The keeper ends as its command ends."""
    assert keeper("raise SystemExit(7)").wait(20) == 7


def test_sigterm_is_passed_on_and_a_deaf_command_is_killed_after_the_grace() -> None:
    """SIGTERM stops even a command that ignores it, as soon as the grace is over."""
    process = keeper(STUBBORN, grace_s=0.5)
    assert first_line(process) == "on"
    began = time.monotonic()
    process.terminate()
    assert process.wait(20) == 128 + signal.SIGKILL
    assert 0.5 <= time.monotonic() - began < 6


def test_orphans_end_with_the_command() -> None:
    """A grandchild that left its session and lost its parent is stopped when the command ends."""
    process = keeper(LEAVES_AN_ORPHAN)
    orphan = int(first_line(process))
    assert process.wait(20) == 0
    assert not psutil.pid_exists(orphan)


def test_everything_ends_when_the_parent_is_killed(tmp_path: Path) -> None:
    """`kill -9` of the process that started the keeper leaves no stray behind."""
    parent_code = textwrap.dedent(f"""
        import os, subprocess, sys
        code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
        command = [sys.executable, "-I", {str(KEEPER)!r}, str(os.getpid()), "1", sys.executable, "-uc", code]
        subprocess.run(command, start_new_session=True)
    """)
    parent = subprocess.Popen([sys.executable, "-uc", parent_code], stdout=subprocess.PIPE, text=True)
    command = int(first_line(parent))
    keeper_pid = psutil.Process(command).ppid()
    parent.kill()
    parent.wait()
    until(lambda: not psutil.pid_exists(command) and not psutil.pid_exists(keeper_pid), "both are to be gone")


def test_command_dies_with_a_killed_keeper() -> None:
    """`kill -9` of the keeper itself takes its command with it."""
    process = keeper("import os, time; print(os.getpid(), flush=True); time.sleep(600)")
    command = int(first_line(process))
    process.kill()
    process.wait()
    until(lambda: not psutil.pid_exists(command), "the command is to be gone")


def test_signals_that_a_script_ignored_work_again() -> None:
    """A stack started by `&` in a script has SIGINT ignored; its processes can be interrupted all the same."""
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler, flush=True)"
    ignoring = f"trap '' INT; exec {sys.executable} -I {KEEPER} $PPID 5 {sys.executable} -uc '{code}'"
    answer = subprocess.run(["sh", "-c", ignoring], capture_output=True, text=True, timeout=20, check=True)
    assert answer.stdout.strip() == "True"


def test_a_part_that_ends_early_shows_its_log(tmp_path: Path) -> None:
    """NotReady carries what the command said last."""
    command = [sys.executable, "-c", "raise SystemExit('no such database')"]
    process = Process("server", command, dict(os.environ), tmp_path / "log", lambda: False, tmp_path)
    process.start()
    with pytest.raises(NotReady, match="server ended before it was ready:\nno such database"):
        process.wait_ready(time.monotonic() + 20)


def test_a_part_that_is_too_slow_is_not_waited_for(tmp_path: Path) -> None:
    """The deadline holds for a command that runs and never becomes ready."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    process = Process("server", command, dict(os.environ), tmp_path / "log", lambda: False, tmp_path, grace_s=1)
    process.start()
    with pytest.raises(NotReady, match="server is not ready in time"):
        process.wait_ready(time.monotonic() + 0.3)
    process.ask_to_stop()
    process.wait_stopped()
    assert not process.running()
