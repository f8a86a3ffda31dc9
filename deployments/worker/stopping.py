"""SIGTERM and SIGINT for a worker: both mean stop in good order, however it was started."""

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any


async def until_told_to_stop(work: Coroutine[Any, Any, None]) -> None:
    """Do `work`; SIGTERM or SIGINT cancels it, and then its end in good order is this one's.

    The loop's own handlers hold even where a script started the worker with `&`, which has SIGINT ignored.
    """
    loop = asyncio.get_running_loop()
    working = asyncio.ensure_future(work)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.cancel)
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await working
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
