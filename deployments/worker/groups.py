"""Signals to a process and all of its group."""

import contextlib
import os


def signal_group(pid: int, number: int) -> None:
    """Send `number` to the group that `pid` leads, or to it alone while it leads none; says nothing to the dead."""
    try:
        os.killpg(pid, number)
    except ProcessLookupError:  # forked a moment ago, or gone
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
