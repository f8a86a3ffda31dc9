"""Hear of due, ended and cancelled runs from the server's events, so that nobody waits for the next poll."""

import asyncio
from typing import NoReturn
from uuid import UUID

from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventAnyResourceFilter, EventFilter, EventNameFilter
from prefect.logging import get_logger

RECONNECT_S = 1.0
CANCELLING = "prefect.flow-run.Cancelling"
DUE = [f"prefect.flow-run.{state}" for state in ("Scheduled", "AwaitingRetry", "Resuming", "Late")]
ENDED = [f"prefect.flow-run.{state}" for state in ("Completed", "Failed", "TimedOut", "Crashed", "Cancelled")]

logger = get_logger("atelier.wakeup")


def events_of(pool_id: UUID) -> EventFilter:
    """Return the filter for what concerns this pool's worker; the server applies it.

    By any resource: a stream's filter by related resources is ignored in Prefect 3.8.8.
    """
    pool = EventAnyResourceFilter(id=[f"prefect.work-pool.{pool_id}"])
    return EventFilter(event=EventNameFilter(name=[*DUE, *ENDED, CANCELLING]), any_resource=pool)


class Wakeups:
    """Sets `due`, `ended`, `cancelling` when runs of the pool may be; a burst sets them once, and the worker looks."""

    def __init__(self) -> None:
        self.due = asyncio.Event()
        self.ended = asyncio.Event()
        self.cancelling = asyncio.Event()

    async def listen(self, pool_id: UUID) -> NoReturn:
        """Listen for ever; a connection that breaks, or never comes, is tried again."""
        while True:
            listening = asyncio.create_task(self._listen_once(pool_id))
            try:
                await asyncio.wait({listening})
            finally:
                listening.cancel()
            logger.info("events stopped, and are asked for again: %r", listening.exception())
            await asyncio.sleep(RECONNECT_S)

    async def _listen_once(self, pool_id: UUID) -> None:
        async with get_events_subscriber(filter=events_of(pool_id), reconnection_attempts=0) as events:
            self.due.set()  # whatever happened while nobody listened
            self.cancelling.set()
            async for event in events:
                self._told_by(event.event).set()

    def _told_by(self, event: str) -> asyncio.Event:
        if event == CANCELLING:
            return self.cancelling
        return self.ended if event in ENDED else self.due
