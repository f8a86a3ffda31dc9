"""JSON-from-Image: a photo becomes a flow run, whose result is a scene; a scene is sent on to Dual Gen."""

import json
import logging
from contextlib import AsyncExitStack
from typing import Any, Self
from uuid import uuid4

from prefect.client.schemas.objects import FlowRun, StateType
from pydantic import ValidationError

from api.contracts.image_envelope import ContractError, QueueFull, Stopping, wrong_field
from api.contracts.image_probes import Probes
from api.contracts.image_uploads import Sent, stored
from api.contracts.image_upstreams import Said
from api.errors import ClientGone, OrchestratorUnavailable, WrongState
from api.parameters import check_json
from api.runs import Gone, Runs
from api.settings import ApiSettings
from api.stopping import is_stopping
from blocks.artifacts import ArtifactNotFound, ArtifactStore
from blocks.images.settings import ImageSettings
from blocks.images.writers import choose
from blocks.tracing import CORRELATION
from deployments.catalog import ANALYZE_IMAGE
from flows.contracts.images import AnalyzeRequest, AnalyzeResult
from tasks.domain.errors import MissingKey
from tasks.domain.scenes.scene import Scene

logger = logging.getLogger("atelier.images.json_from_image")

GRACE_S = 30.0  # beside the model's own time, for the queue and for a second look
SEND_TIMEOUT_S = 30.0


class JsonFromImage:
    """Looks at photos and sends scenes on. Open it with `async with`; it keeps nothing."""

    def __init__(
        self, settings: ImageSettings, api: ApiSettings, store: ArtifactStore, *, grace_s: float = GRACE_S
    ) -> None:
        self.settings = settings
        self.store = store
        self.runs = Runs(
            ANALYZE_IMAGE, api_url=api.prefect_api_url, timeout_s=api.prefect_timeout_s, cache_s=api.run_cache_s
        )
        self.probes = Probes(settings, vision=True)
        self._wait_s = settings.vision_timeout_s + grace_s
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._opened.enter_async_context(self.runs)
        await self._opened.enter_async_context(self.probes)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()

    async def reaches_prefect(self) -> bool:
        """Tell whether photos can be taken at all."""
        try:
            await self.runs.count_waiting()
        except OrchestratorUnavailable:
            return False
        return True

    async def analyze(self, sent: Sent, gone: Gone) -> Scene:
        """Return the scene of a photo; raises ContractError, and ClientGone when nobody waits for it any more."""
        request = await self._request(sent)
        if await self.runs.count_waiting() >= self.settings.max_queue_size:
            raise QueueFull
        run = await self.runs.create(
            request.model_dump(mode="json"),
            key=f"images:scene:{uuid4().hex}",
            name="The scene of a photo",
            tags=["images"],
            labels={"atelier.progress": 0},
        )
        try:
            ended = await self.runs.wait(str(run.id), timeout_s=self._wait_s, gone=_or_stopping(gone))
        except ClientGone as error:
            await self._end(run)
            if is_stopping():
                raise Stopping from error
            raise
        if ended is None:
            await self._end(run)
            raise ContractError("TIMEOUT", f"the photo was not described within {self._wait_s:g} s")
        return await self._scene(ended)

    async def send(self, scene: dict[str, Any], headers: dict[str, str]) -> Said:
        """Have Dual Gen draw `scene`, and return what it answers; raises ContractError."""
        if not scene:
            raise wrong_field("body", "must be a scene")
        prompt = json.dumps(
            {name: value for name, value in scene.items() if name != "analysis"}, indent=2, ensure_ascii=False
        )
        body = json.dumps({"prompt": prompt, "random": False, "count": 1}).encode()
        headers = headers | {"Content-Type": "application/json"}
        return await self.probes.dual_gen.ask(
            "POST", "api/generate", body=body, headers=headers, timeout_s=SEND_TIMEOUT_S
        )

    async def _request(self, sent: Sent) -> AnalyzeRequest:
        if sent.picture is None:
            raise wrong_field("image", "is required")
        if is_stopping():
            raise Stopping
        given = {name: sent.fields[name] for name in ("model", "steering") if sent.fields.get(name)}
        check_json(given, "request")
        picture = await stored(self.store, sent.picture)
        request = AnalyzeRequest(picture=picture, **given)
        try:
            choose(request.model, self.settings, vision=True)
        except MissingKey as error:
            raise wrong_field("model", str(error)) from error
        return request

    async def _scene(self, run: FlowRun) -> Scene:
        result = await self._result(run)
        if result is not None and result.scene is not None and result.success:
            return result.scene
        if result is not None and result.error:
            raise _failure(result, result.error)
        raise _unsaid(run)

    async def _result(self, run: FlowRun) -> AnalyzeResult | None:
        try:
            return AnalyzeResult.model_validate_json(await self.store.read_named(f"runs/{run.id}/result.json"))
        except (ArtifactNotFound, ValidationError) as error:
            logger.warning("run %s has no result that can be read: %s", run.id, error)
            return None

    async def _end(self, run: FlowRun) -> None:
        """Let nobody work on what nobody waits for."""
        try:
            await self.runs.cancel(str(run.id), reason="its client waits no longer")
        except WrongState:
            logger.debug("run %s has just ended", run.id)


def _failure(result: AnalyzeResult, error: str) -> ContractError:
    """Return the error that stands for a result without a scene."""
    match result.error_kind:
        case "unreadable":
            return ContractError("LM_STUDIO_ERROR", error, status=422)
        case "timeout":
            return ContractError("TIMEOUT", error)
        case "unreachable":
            return ContractError("SERVICE_UNAVAILABLE", error)
        case "refused":
            return ContractError("LM_STUDIO_ERROR", error, status=_upstream_status(result))
    return wrong_field("image", error.removeprefix("picture: "))


def _unsaid(run: FlowRun) -> ContractError:
    """Return the error that stands for a run whose flow did not come to say anything."""
    if run.state is not None and run.state.type is StateType.CANCELLED:
        return ContractError("SERVICE_UNAVAILABLE", "the description was cancelled", status=409)
    if run.state is not None and run.state.type is StateType.CRASHED:
        return ContractError("SERVICE_UNAVAILABLE", "the process that described the photo is gone", status=503)
    if run.state is not None and run.state.name == "TimedOut":
        return ContractError("TIMEOUT", "the photo was not described in time")
    return ContractError("INTERNAL_ERROR", f"internal error, reported as {run.labels.get(CORRELATION, run.id)}")


def _upstream_status(result: AnalyzeResult) -> int:
    status = result.upstream_status or 502
    return status if 400 <= status <= 599 else 502


def _or_stopping(gone: Gone) -> Gone:
    async def ended() -> bool:
        return is_stopping() or await gone()

    return ended
