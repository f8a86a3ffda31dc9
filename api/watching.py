"""Prefect's events about flow runs, heard once per process: they wake whoever waits for a run to change."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Self
from uuid import UUID

import httpx
from prefect.events import Event
from prefect.events.clients import PrefectEventSubscriber
from prefect.events.filters import EventFilter, EventNameFilter
from websockets.exceptions import WebSocketException

logger = logging.getLogger("atelier.api")

RUN_EVENTS = "prefect.flow-run."
RECONNECT_S = 1.0
LOOKS_S = (0.03, 0.1, 0.3)  # after an event, which may overtake the transaction that it tells of


class Watcher:
    """One subscription to the events of all flow runs. Open it with `async with`.

    `forget` is called with the run that changed, or with None when any may have: it drops what was read before.
    `shows` tells whether what was read of a run since has the state with the given id.
    An event can be missed, while Prefect restarts say, so whoever waits has to look by itself now and then.
    """

    def __init__(
        self, api_url: str, forget: Callable[[UUID | None], None], shows: Callable[[UUID, UUID], bool]
    ) -> None:
        self._api_url = api_url
        self._forget = forget
        self._shows = shows
        self._watched: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        self.connected = False

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    @contextmanager
    def watching(self, run: UUID) -> Iterator[asyncio.Event]:
        """Yield an event that is set each time `run` has changed; clear it before you look."""
        changed = asyncio.Event()
        self._watched[run].add(changed)
        try:
            yield changed
        finally:
            self._watched[run].discard(changed)
            if not self._watched[run]:
                del self._watched[run]

    async def _listen(self) -> None:
        while True:
            try:
                await self._subscription()
            except (OSError, TimeoutError, WebSocketException, httpx.HTTPError) as error:
                logger.debug("no events from Prefect: %s", error)
            self.connected = False
            await asyncio.sleep(RECONNECT_S)

    async def _subscription(self) -> None:
        """Hear events until the connection ends; what happened before it began may have been missed."""
        wanted = EventFilter(event=EventNameFilter(prefix=[RUN_EVENTS]))
        async with PrefectEventSubscriber(self._api_url, wanted, reconnection_attempts=0) as events:
            self.connected = True
            self._wake(None)
            async for event in events:
                if run := run_of(event):
                    self._wake(run)
                    for later_s in LOOKS_S:
                        asyncio.get_running_loop().call_later(later_s, self._look_again, run, event.id)

    def _look_again(self, run: UUID, state: UUID) -> None:
        if not self._shows(run, state):  # a state's event has the state's id
            self._wake(run)

    def _wake(self, run: UUID | None) -> None:
        self._forget(run)
        woken = [self._watched.get(run, set())] if run else list(self._watched.values())
        for changed in set().union(*woken):
            changed.set()


def run_of(event: Event) -> UUID | None:
    """Return the flow run that `event` is about, None when it does not say."""
    kind, _, run = event.resource.id.rpartition(".")
    return UUID(run) if kind == "prefect.flow-run" else None
