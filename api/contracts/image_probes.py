"""Who answers: the image endpoints, whoever writes prompts, and Dual Gen. One look serves all who ask for a while."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Literal, Self

from pydantic_core import from_json

from api.contracts.dual_gen_models import EndpointReach, Reach, WriterReach
from api.contracts.image_envelope import ContractError
from api.contracts.image_upstreams import TookTooLong, Unreachable, Upstream, dual_gen, language_models
from api.shared import Shared
from blocks.images.endpoint import ImageEndpoint
from blocks.images.settings import EndpointEntry, ImageSettings
from blocks.images.writers import choose
from tasks.domain.errors import MissingKey

KEEP_S = 3.0
OFFLINE = "offline"
MAX_LIST_BYTES = 4 * 1024 * 1024
HEALTH_WORDS: dict[Reach, Literal["connected", "error", "disconnected"]] = {"online": "connected", "error": "error"}


class Probes:
    """Looks at them when asked. Open it with `async with`."""

    def __init__(self, settings: ImageSettings, *, vision: bool = False) -> None:
        self.settings = settings
        self.llm = language_models(settings)
        self.dual_gen = dual_gen(settings)
        self.endpoints = Shared(self._endpoints, KEEP_S)
        self.writer = Shared(self._writer, KEEP_S)
        self.models = Shared(self._models, KEEP_S)
        self.generator = Shared(self._generator, KEEP_S)
        self._vision = vision
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._opened.enter_async_context(self.llm)
        await self._opened.enter_async_context(self.dual_gen)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()

    @property
    def default_model(self) -> str:
        """Whom a request gets that names no model."""
        try:
            writer = choose(None, self.settings, vision=self._vision)
        except MissingKey:
            return OFFLINE
        return writer.model_id or writer.name

    async def _endpoints(self) -> list[EndpointReach]:
        return list(await asyncio.gather(*(self._endpoint(entry) for entry in self.settings.places)))

    async def _endpoint(self, entry: EndpointEntry) -> EndpointReach:
        state = await ImageEndpoint.of(entry, self.settings).state()
        masked = self.settings.mask_endpoints
        return EndpointReach(
            name=entry.label, ip=None if masked else entry.ip, port=None if masked else entry.port, status=state
        )

    async def _writer(self) -> WriterReach:
        source: Literal["llm", "offline"] = "offline" if self.default_model == OFFLINE else "llm"
        url = "" if self.settings.mask_endpoints else self.llm.url
        status = await self._reach(self.llm, "models") if self.llm.url else "unknown"
        return WriterReach(url=url, model=self.default_model, status=status, source=source)

    async def _generator(self) -> Reach:
        return await self._reach(self.dual_gen, "health")

    async def _reach(self, upstream: Upstream, path: str) -> Reach:
        try:
            said = await upstream.ask("GET", path, timeout_s=self.settings.probe_timeout_s, max_bytes=MAX_LIST_BYTES)
        except TookTooLong:
            return "timeout"
        except Unreachable:
            return "offline"
        except ContractError:
            return "error"
        return "online" if said.status < 400 else "error"

    async def _models(self) -> list[dict[str, Any]]:
        """Return the models of the server, and what can be named without one; raises ContractError."""
        ours = [{"id": OFFLINE, "object": "model", "owned_by": "atelier"}]
        if not self.llm.url:
            named = {"id": self.default_model, "object": "model"}
            return ours if self.default_model == OFFLINE else [named, *ours]
        said = await self.llm.ask("GET", "models", timeout_s=self.settings.probe_timeout_s, max_bytes=MAX_LIST_BYTES)
        if said.status != 200:
            raise self._unlisted(f"answers HTTP {said.status}")
        try:
            listed = from_json(said.data, allow_inf_nan=False)
        except ValueError as error:
            raise self._unlisted("answers with something that is no JSON") from error
        data = listed.get("data") if isinstance(listed, dict) else None
        if not isinstance(data, list):
            raise self._unlisted("lists no models")
        return [item for item in data if isinstance(item, dict) and isinstance(item.get("id"), str)] + ours

    def _unlisted(self, problem: str) -> ContractError:
        return ContractError("LM_STUDIO_ERROR", f"{self.llm.name} {problem}")


def health_word(reach: Reach) -> Literal["connected", "error", "disconnected"]:
    """Return how a health document calls it."""
    return HEALTH_WORDS.get(reach, "disconnected")
