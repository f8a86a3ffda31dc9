"""One answer for all who ask within a while, so that fifty open pages cost what one does."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Shared(Generic[Answer]):
    """Asks `ask` when nobody has since `keep_s` ago; who comes while it is being asked waits for the same answer."""

    def __init__(self, ask: Callable[[], Awaitable[Answer]], keep_s: float) -> None:
        self._ask = ask
        self._keep_s = keep_s
        self._asked_s = float("-inf")
        self._asking: asyncio.Task[Answer] | None = None

    async def get(self) -> Answer:
        """Return the answer, not older than `keep_s`; raises what asking raises."""
        if self._asking is None or (self._asking.done() and self._is_stale(self._asking)):
            self._asked_s = time.monotonic()
            self._asking = asyncio.create_task(self._asked())
        return await asyncio.shield(self._asking)

    def forget(self) -> None:
        """Let whoever comes next ask anew."""
        self._asking = None

    async def _asked(self) -> Answer:
        return await self._ask()

    def _is_stale(self, asking: asyncio.Task[Answer]) -> bool:
        failed = asking.cancelled() or asking.exception() is not None
        return failed or time.monotonic() - self._asked_s > self._keep_s
