"""How those are whom the try-on needs: Prefect, asked each time, and the four services, asked now and then."""

import asyncio
import time
from typing import Any, Literal

import httpx

from api.errors import OrchestratorUnavailable
from api.orchestrator import Orchestrator
from api.settings import TryOnApiSettings
from blocks.try_on.health import probe_all
from blocks.try_on.settings import TryOnSettings

PATIENCE_S = 2.0  # with Prefect, and with a look at the services that is under way
SERVICES = ("a100", "imageManipulator", "birefnet", "sam3")

ServiceWord = Literal["online", "offline", "unknown"]
Services = dict[str, ServiceWord]


class Health:
    """What `GET /health` tells. One look at the services serves everybody who asks for a while."""

    def __init__(self, settings: TryOnApiSettings, upstreams: TryOnSettings) -> None:
        self._settings = settings
        self._upstreams = upstreams
        self._looked_s = float("-inf")
        self._look: asyncio.Task[Services] | None = None
        self._known: Services = dict.fromkeys(SERVICES, "unknown")

    async def report(self, prefect: Orchestrator) -> dict[str, Any]:
        """Return the whole answer; `temporal` is the name under which clients look for the orchestrator."""
        services, connected = await asyncio.gather(self.services(), _answers(prefect))
        word = "connected" if connected else "disconnected"
        return {
            "status": "healthy" if connected else "degraded",
            "temporal": word,
            "prefect": word,
            "services": services,
        }

    async def services(self) -> Services:
        """Return how each service is, or was, if a new look takes long."""
        if self._settings.probe_services == "off":
            return self._known
        if self._look is None or (self._look.done() and time.monotonic() - self._looked_s > self._cache_s):
            self._look = asyncio.create_task(self._probed())
        await asyncio.wait([self._look], timeout=PATIENCE_S)
        return self._known

    def close(self) -> None:
        """End a look that is under way."""
        if self._look is not None:
            self._look.cancel()

    @property
    def _cache_s(self) -> float:
        return self._settings.probe_cache_s

    async def _probed(self) -> Services:
        self._known = dict(await probe_all(self._upstreams))
        self._looked_s = time.monotonic()
        return self._known


async def _answers(prefect: Orchestrator) -> bool:
    try:
        async with prefect.answering(PATIENCE_S) as client:
            return await client.api_healthcheck() is None
    except (OrchestratorUnavailable, httpx.HTTPError):
        return False
