"""The job document: what Prefect knows of a run, and what its flow has written down so far."""

import asyncio
import hashlib
import json
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from prefect.client.schemas.objects import FlowRun, StateType
from pydantic import ValidationError

from api.contracts.image_times import local_time
from api.states import image_word
from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from blocks.images.settings import ImageSettings
from blocks.tracing import CORRELATION
from flows.contracts.images import EndpointName, ImageRound, ImagesRequest, ImagesResult, RoundPicture

logger = logging.getLogger("atelier.images.dual_gen")

FRESH_S = 0.25  # how long what a flow has written down is not looked at again
MAX_KEPT_BYTES = 64 * 1024 * 1024
LARGE_BYTES = 256 * 1024  # more is parsed off the event loop


@dataclass(frozen=True)
class Told:
    """A job document as its clients get it, and what it was made from."""

    state: UUID | None
    final: bool
    written: str
    read_s: float
    text: bytes


class JobDocuments:
    """Makes job documents, each once per change however many ask; those of ended jobs never change."""

    def __init__(self, store: ArtifactStore, settings: ImageSettings) -> None:
        self._store = store
        self._settings = settings
        self._kept: OrderedDict[UUID, Told] = OrderedDict()
        self._kept_bytes = 0
        self._making: dict[tuple[UUID, UUID | None], asyncio.Task[Told]] = {}

    async def of(self, run: FlowRun) -> bytes:
        """Return the document of `run` as JSON; raises UpstreamError while the store cannot be read."""
        state = run.state.id if run.state else None
        kept = self._kept.get(run.id)
        if kept and kept.state == state and (kept.final or time.monotonic() - kept.read_s < FRESH_S):
            self._kept.move_to_end(run.id)
            return kept.text
        making = self._making.get((run.id, state))
        if making is None:
            making = asyncio.create_task(self._make(run, kept if kept and kept.state == state else None))
            self._making[run.id, state] = making
            making.add_done_callback(lambda _: self._making.pop((run.id, state), None))
        return (await asyncio.shield(making)).text

    async def _make(self, run: FlowRun, kept: Told | None) -> Told:
        read_s = time.monotonic()
        written = await self._written(run)
        digest = hashlib.sha256(written).hexdigest()
        if kept is not None and kept.written == digest:
            return self._keep(run.id, replace(kept, read_s=read_s))
        request = await self._request(run)
        arguments = (run, request, written, self._settings.mask_endpoints)
        large = len(written) + len(request.prompt) > LARGE_BYTES
        text = await asyncio.to_thread(_spelt, *arguments) if large else _spelt(*arguments)
        final = run.state is not None and run.state.is_final()
        return self._keep(run.id, Told(run.state.id if run.state else None, final, digest, read_s, text))

    def _keep(self, run: UUID, told: Told) -> Told:
        before = self._kept.pop(run, None)
        self._kept_bytes += len(told.text) - (len(before.text) if before else 0)
        self._kept[run] = told
        while self._kept_bytes > MAX_KEPT_BYTES and len(self._kept) > 1:
            _, oldest = self._kept.popitem(last=False)
            self._kept_bytes -= len(oldest.text)
        return told

    async def _written(self, run: FlowRun) -> bytes:
        """Return what the flow has written down, nothing when it has not begun or what it wrote is deleted by now."""
        if run.start_time is None:
            return b""
        final = run.state is not None and run.state.is_final()
        for name in ("result.json", "job.json") if final else ("job.json",):
            try:
                return await self._store.read_named(f"runs/{run.id}/{name}")
            except ArtifactNotFound:
                continue
        return b""

    async def _request(self, run: FlowRun) -> ImagesRequest:
        """Return what was asked, with its prompts in full."""
        try:
            request = ImagesRequest.model_validate(run.parameters.get("request"))
        except ValidationError as error:
            logger.warning("run %s was not asked for by way of a contract: %s", run.id, error)
            return ImagesRequest.model_construct(prompt=run.name)
        prompts = {"prompt": request.prompt_stored, "prompt2": request.prompt2_stored}
        in_full = {name: await self._read(stored) for name, stored in prompts.items() if stored}
        return request.model_copy(update=in_full)

    async def _read(self, stored: Artifact) -> str:
        try:
            return (await self._store.read(stored)).decode(errors="replace")
        except ArtifactNotFound:
            return ""


def _spelt(run: FlowRun, request: ImagesRequest, written: bytes, masked: bool) -> bytes:
    try:
        result = ImagesResult.model_validate_json(written) if written else ImagesResult()
    except ValidationError as error:
        logger.warning("what run %s has written down cannot be read: %s", run.id, error)
        result = ImagesResult()
    return json.dumps(job_document(run, request, result, masked), ensure_ascii=False).encode(errors="replace")


def job_document(run: FlowRun, request: ImagesRequest, result: ImagesResult, masked: bool = False) -> dict[str, Any]:
    """Return the document; `masked`: endpoints by their names only."""
    ended = run.end_time if run.state is not None and run.state.is_final() else None
    begun = run.start_time or ended
    return {
        "id": str(run.id),
        "status": image_word(run.state),
        "prompt": request.prompt,
        "prompt2": request.prompt2,
        "prompt_mode": request.prompt_mode,
        "random": request.random,
        "count": request.count,
        "has_image": request.image is not None,
        "current_run": result.current_run,
        "current_prompt": result.current_prompt,
        "endpoint_prompts": result.endpoint_prompts,
        "endpoint_status": {name: each.model_dump() for name, each in result.endpoint_status.items()},
        "llm_status": result.llm_status.model_dump(),
        "results": [_round(each, masked) for each in result.rounds],
        "created_at": _spelled(run.created),
        "started_at": _spelled(run.start_time),
        "completed_at": _spelled(ended),
        "total_elapsed": round((ended - begun).total_seconds(), 2) if ended and begun else None,
        "error": _error(run, result),
    }


def _spelled(moment: datetime | None) -> str | None:
    return local_time(moment) if moment else None


def place(endpoint: EndpointName, masked: bool) -> dict[str, Any]:
    """Return an endpoint as clients are told of it."""
    if masked:
        return {"ip": None, "port": None, "name": endpoint.name}
    return {"ip": endpoint.ip, "port": endpoint.port, "name": endpoint.name}


def _round(done: ImageRound, masked: bool) -> dict[str, Any]:
    return {
        "prompt": done.prompt,
        "endpoint_prompts": done.endpoint_prompts,
        "guidance_scale": done.guidance_scale,
        "strength": done.strength,
        "steps": done.steps,
        "images": [_picture(image, masked) for image in done.images],
    }


def _picture(image: RoundPicture, masked: bool) -> dict[str, Any]:
    where = place(image.endpoint, masked)
    if not image.success:
        error = image.error or "the endpoint made no picture"
        return {"success": False, "error": error, "endpoint": where, "prompt_used": image.prompt_used}
    return {
        "success": True,
        "local_path": f"images/{image.filename}",
        "endpoint": where,
        "stats": image.stats,
        "duration": image.duration,
        "prompt_used": image.prompt_used,
    }


def _error(run: FlowRun, result: ImagesResult) -> str | None:
    """Return why a job failed. What no flow said itself is named by its correlation id, and nothing of it is shown."""
    if image_word(run.state) != "error" or run.state is None:
        return None
    if run.state.type is StateType.CRASHED:
        return "the process that worked on the job is gone"
    if run.state.name == "TimedOut":
        return "the job took too long"
    return result.error or f"internal error, reported as {run.labels.get(CORRELATION, run.id)}"
