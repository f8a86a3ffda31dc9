"""What writes beside a run's work and not in its way: progress, records."""

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class WritingBeside(ABC):
    """Has at most one writing under way; what is unwritten when the block ends is dropped."""

    _writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])

    def _write_soon(self) -> None:
        """Start writing, unless that is under way."""
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._keep_up())

    @abstractmethod
    async def _keep_up(self) -> None:
        """Write until there is nothing newer."""
