"""Run one command and leave nothing of it behind: `keeper.py PARENT_PID GRACE_S COMMAND…`.

The keeper stands between the stack and each of its processes, as a container's init does. It stops the
command, and everything the command started, when it is told to (SIGTERM, SIGINT), when the command ends,
and when its own parent is gone, however abruptly that went.
"""

import contextlib
import ctypes
import os
import select
import signal
import subprocess
import sys
import time

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h
PARENT_CHECK_S = 0.5


def main(parent_pid: int, grace_s: float, command: list[str]) -> int:
    """Run `command` until it ends or must end; return its exit status, 128 + signal if one killed it."""
    wakeup = _listen_for_signals()
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_keeper)
    while _alive(child) and os.getppid() == parent_pid and not _signalled(wakeup):
        _reap_adopted(child.pid)
    if _alive(child):
        child.terminate()
        _await_end(child, grace_s)
    child.kill()  # says nothing to a child that has ended
    status = child.wait()
    _stop_descendants()
    return status if status >= 0 else 128 - status


def _listen_for_signals() -> int:
    """Catch signals rather than ignore them, even when an `&` in a script said ignore; return the wake-up pipe."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(number, lambda *_: None)
    return reader


def _signalled(wakeup: int) -> bool:
    """Wait a moment; tell whether a signal other than a child's end arrived."""
    ready, _, _ = select.select([wakeup], [], [], PARENT_CHECK_S)
    return bool(ready) and any(number != signal.SIGCHLD for number in os.read(wakeup, 64))


def _prctl(option: int, value: int) -> None:
    """Ask the kernel, where it is Linux; elsewhere the parent check and the process tree have to do."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _die_with_keeper() -> None:
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _alive(child: subprocess.Popen[bytes]) -> bool:
    return child.poll() is None


def _reap_adopted(child_pid: int) -> None:
    """Collect orphans that the kernel handed to this process; the child itself is left to `subprocess`."""
    if sys.platform != "linux":
        return
    while waiting := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
        if waiting.si_pid == child_pid:
            return
        os.waitpid(waiting.si_pid, 0)


def _stop_descendants() -> None:
    """Kill what the command left behind.

    It is not asked politely: a flow's process that lost its worker would call its run crashed, while the next
    worker finds it unfinished and takes it up again.
    """
    import psutil

    while strays := psutil.Process().children(recursive=True):
        for stray in strays:
            with contextlib.suppress(psutil.NoSuchProcess):
                stray.kill()
        psutil.wait_procs(strays, timeout=2)


def _await_end(child: subprocess.Popen[bytes], timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while _alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
