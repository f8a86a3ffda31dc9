"""Hear of due and of cancelled runs from the server's events, so that nobody waits for the next poll."""

import asyncio
from typing import NoReturn
from uuid import UUID

from prefect.events.clients import get_events_subscriber
from prefect.events.filters import EventFilter, EventNameFilter, EventRelatedFilter
from prefect.logging import get_logger

RECONNECT_S = 1.0
CANCELLING = "prefect.flow-run.Cancelling"
DUE = [f"prefect.flow-run.{state}" for state in ("Scheduled", "AwaitingRetry", "Resuming", "Late")]

logger = get_logger("atelier.wakeup")


class Wakeups:
    """Sets `due` and `cancelling` when the pool's runs may be; a burst sets them once, and the worker then looks."""

    def __init__(self) -> None:
        self.due = asyncio.Event()
        self.cancelling = asyncio.Event()
        self.connections = 0

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
        pool = EventRelatedFilter(id=[f"prefect.work-pool.{pool_id}"])
        wanted = EventFilter(event=EventNameFilter(name=[*DUE, CANCELLING]), related=pool)
        async with get_events_subscriber(filter=wanted, reconnection_attempts=0) as events:
            self.connections += 1
            self.due.set()  # whatever happened while nobody listened
            self.cancelling.set()
            async for event in events:
                (self.cancelling if event.event == CANCELLING else self.due).set()
