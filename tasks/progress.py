"""Progress of a run, kept in its labels: one status read returns state and progress together."""

import asyncio
from types import TracebackType
from typing import Self

import httpx
from prefect import get_client, get_run_logger

from tasks.current_run import current_run

PROGRESS, STEP, DETAIL = "atelier.progress", "atelier.step", "atelier.detail"


class Progress:
    """Writes how far the current run is, beside the work and not in its way.

    SQLite often answers a write with "locked", which Prefect's client waits out for seconds. So the newest
    news is written in the background, and older news that was not written yet is dropped. News that is still
    unwritten when the run ends is dropped too: a terminal state says more than 100 % does.
    """

    def __init__(self) -> None:
        self._run_id = current_run().id
        self._newest: dict[str, str | int | float | bool] | None = None
        self._writer: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait([self._writer])

    def report(self, percent: int, step: str, detail: str = "") -> None:
        """Say how far the run is: `percent` 0..100, the step's name, and a line for a person."""
        self._newest = {PROGRESS: percent, STEP: step, DETAIL: detail}
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        """Write until nothing newer is left; a server too busy to listen does not stop the work."""
        async with get_client() as client:
            while (news := self._newest) is not None:
                try:
                    await client.update_flow_run_labels(self._run_id, news)
                except httpx.HTTPError as error:
                    get_run_logger().warning("progress %s was not written: %s", news, error)
                if self._newest is news:
                    self._newest = None
