"""Where pictures are worked on: a few threads, and a waiting line with an end, beside an event loop that stays free."""

import asyncio
import math
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ClassVar, TypeVar

from api.errors import ClientGone, Refusal
from api.studio.settings import StudioSettings

T = TypeVar("T")
FIRST_GUESS_S = 2.0  # what a piece of work takes, until one has been seen
SHARE_OF_THE_NEWEST = 0.2
LOOK_S = 0.5  # between two looks whether the client is still there


class Busy(Refusal):
    """More waits already than the studio takes on, or an answer took too long; the caller may come again."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "busy"

    def __init__(self, problem: str, retry_after_s: int) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(problem)


class Workbench:
    """Does pieces of work in threads, at most `settings.threads` at once, first come first served."""

    def __init__(self, settings: StudioSettings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="studio")
        self._lock = threading.Lock()
        self._unfinished = 0
        self._held_bytes = 0
        self._typical_s = FIRST_GUESS_S

    @property
    def unfinished(self) -> int:
        """How many pieces wait or are being worked on."""
        return self._unfinished

    def submit(self, work: Callable[[], T], *, held_bytes: int = 0) -> "asyncio.Future[T]":
        """Put `work` in line, which keeps `held_bytes` of pictures in memory; cancelling takes it out again.

        Raises Busy when the line is full. What has begun cannot be stopped: cancelled, its result is lost.
        """
        with self._lock:
            waiting = self._unfinished - self._settings.threads
            if waiting >= self._settings.max_waiting:
                raise Busy(f"{waiting} pieces of work wait already, and no more are taken", self._retry_after_s())
            if self._unfinished and self._held_bytes + held_bytes > self._settings.max_waiting_bytes:
                raise Busy("the pictures that wait already fill the memory that they may", self._retry_after_s())
            self._unfinished += 1
            self._held_bytes += held_bytes
        future = self._threads.submit(self._timed, work)
        future.add_done_callback(partial(self._count_out, held_bytes))
        return asyncio.wrap_future(future)

    async def answer(self, work: Callable[[], T], gone: Callable[[], Awaitable[bool]], *, held_bytes: int = 0) -> T:
        """Return what `work` returns, for a client that waits; `gone` tells whether it has hung up.

        Raises Busy when the line is full or the answer takes too long, ClientGone; the place in line is free then.
        """
        future = self.submit(work, held_bytes=held_bytes)
        deadline_s = time.monotonic() + self._settings.answer_timeout_s
        while not future.done():
            left_s = deadline_s - time.monotonic()
            await asyncio.wait({future}, timeout=min(LOOK_S, max(left_s, 0)))
            if future.done():
                break
            if left_s <= 0:
                future.cancel()
                raise Busy(f"no result within {self._settings.answer_timeout_s:g} s", self._retry_after_s())
            if await gone():
                future.cancel()
                raise ClientGone("the client that waited has hung up")
        return future.result()

    def close(self) -> None:
        """Take nothing on any more; what waits is dropped, what has begun is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[[], T]) -> T:
        began_s = time.perf_counter()
        try:
            return work()
        finally:
            taken_s = time.perf_counter() - began_s
            with self._lock:
                self._typical_s += SHARE_OF_THE_NEWEST * (taken_s - self._typical_s)

    def _count_out(self, held_bytes: int, future: Future[Any]) -> None:
        with self._lock:
            self._unfinished -= 1
            self._held_bytes -= held_bytes

    def _retry_after_s(self) -> int:
        """Return after how long about a tenth of the line will have moved on."""
        waiting = max(self._unfinished - self._settings.threads, 0)
        return max(1, math.ceil(self._typical_s * waiting / 10 / self._settings.threads))
