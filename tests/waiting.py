"""Waiting for what a test brings about. The bound only says "stuck": a busy machine may take many times the usual."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

STUCK_S = 300
Value = TypeVar("Value")


def until(condition: Callable[[], Value], what: str, timeout_s: float = STUCK_S) -> Value:
    """Return what `condition` says as soon as that is true; raises TimeoutError that names `what` did not happen."""
    deadline_s = time.monotonic() + timeout_s
    while not (said := condition()):
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"stuck: {what}")
        time.sleep(0.05)
    return said


async def eventually(read: Callable[[], Awaitable[Value]], what: str, timeout_s: float = STUCK_S) -> Value:
    """Return what `read` gives as soon as that is true, as `until` does, while other tasks of the loop go on."""
    deadline_s = time.monotonic() + timeout_s
    while not (said := await read()):
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"stuck: {what}")
        await asyncio.sleep(0.1)
    return said
