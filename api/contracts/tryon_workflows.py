"""Workflows of the try-on contract: a request becomes a flow run, and a flow run is read back as a workflow."""

import asyncio
import hashlib
import logging
from contextlib import AsyncExitStack
from typing import Any, Self
from uuid import uuid4

from prefect.client.schemas.objects import FlowRun, StateType
from pydantic import BaseModel, ValidationError

from api.contracts.tryon_images import referenced, store_photo
from api.contracts.tryon_kinds import GENERATE, KINDS, PREPROCESS, START, Kind, named
from api.contracts.tryon_models import GenerateBody, PhotoBody, StartBody
from api.contracts.tryon_results import (
    Case,
    ImageForm,
    almost_done,
    failed,
    failure_of,
    lost,
    pictures_of,
    result_view,
    status,
    word_of,
)
from api.contracts.tryon_wire import Base64
from api.errors import Refusal, RunNotFound, WrongState
from api.runs import Runs
from api.settings import ApiSettings, TryOnApiSettings
from blocks.artifacts import Artifact, ArtifactDamaged, ArtifactNotFound, ArtifactStore
from blocks.try_on.settings import TryOnSettings
from flows.contracts import TryOnGenerateRequest, TryOnPreprocessRequest, TryOnPreprocessResult, TryOnRequest
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.try_on.failures import TryOnFailure

logger = logging.getLogger("atelier.api")

PROGRESS, DIGEST = "atelier.progress", "atelier.request-sha256"
DRAWINGS = 2  # overlays made at once; each holds a few copies of a decoded picture


class QueueFull(Refusal):
    """As many workflows of the kind wait as may."""

    status = 503
    retry_after_s = 10

    def __init__(self) -> None:
        super().__init__("too many workflows wait, retry later")


class KeyReused(Refusal):
    """The idempotency key stands for another request."""

    status = 422

    def __init__(self) -> None:
        super().__init__("Idempotency-Key: was used for another request")


class TryOnWorkflows:
    """The workflows of the try-on contract. Open it with `async with`; it keeps no workflow of its own."""

    def __init__(
        self, settings: TryOnApiSettings, upstreams: TryOnSettings, api: ApiSettings, store: ArtifactStore
    ) -> None:
        self.settings = settings
        self.upstreams = upstreams
        self.store = store
        self.runs = {
            kind: Runs(
                kind.deployment, api_url=api.prefect_api_url, timeout_s=api.prefect_timeout_s, cache_s=api.run_cache_s
            )
            for kind in KINDS
        }
        self.drawing = asyncio.Semaphore(DRAWINGS)
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for runs in self.runs.values():
            await self._opened.enter_async_context(runs)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()

    async def start(self, body: StartBody, key: str | None) -> FlowRun:
        """Start the whole try-on. Raises, as the other two do, InvalidInput, PhotoTooLarge, KeyReused, QueueFull."""
        known = await self._room_for(START, key)
        request = TryOnRequest(**await self._photo(body), strokes=body.strokes(), gender=body.gender or "female")
        return await self._created(START, request, key, known)

    async def preprocess(self, body: PhotoBody, key: str | None) -> FlowRun:
        """Start the first half: a photo and clicks become a mask."""
        known = await self._room_for(PREPROCESS, key)
        return await self._created(PREPROCESS, TryOnPreprocessRequest(**await self._photo(body)), key, known)

    async def generate(self, body: GenerateBody, key: str | None) -> FlowRun:
        """Start the second half: a prepared photo and its mask become pictures of a person."""
        known = await self._room_for(GENERATE, key)
        photo = await referenced(self.store, body.image_uri, "imageUri")
        mask = await referenced(self.store, body.mask_uri, "maskUri")
        for number, (x, y) in enumerate(body.scaled_points or []):
            if x > photo.width_px or y > photo.height_px:
                size = f"{photo.width_px} × {photo.height_px}"
                raise InvalidInput(f"scaledPoints.{number}", f"{x:g}, {y:g} lies outside the image of {size} pixels")
        request = TryOnGenerateRequest(
            photo=photo.artifact,
            mask=mask.artifact,
            strokes=body.strokes(),
            scaled_points=body.scaled_points or [],
            gender=body.gender or "female",
            **_whose(body),
        )
        return await self._created(GENERATE, request, key, known)

    async def find(self, workflow: str) -> tuple[Kind, FlowRun]:
        """Return the run that a workflow's id names, and its kind; raises RunNotFound."""
        run, kinds = named(workflow)
        found = await self.runs[START].prefect.read(run) if run else None
        if found is not None:
            for kind in kinds:
                if found.deployment_id == (await self.runs[kind].deployment()).id:
                    return kind, found
        raise RunNotFound(f"workflow {workflow} is not known")

    async def read(self, workflow: str, images: ImageForm, case: Case) -> dict[str, Any]:
        """Return a workflow's status, with its result once there is one; raises RunNotFound."""
        kind, run = await self.find(workflow)
        word = word_of(run)
        if word == "FAILED":
            return failed(kind, run, await self._failure(kind, run))
        if word != "COMPLETED":
            return status(kind, run, word)
        try:
            return await self._completed(kind, run, images, case)
        except UpstreamError as error:
            logger.warning("the result of run %s cannot be read yet: %s", run.id, error)
            return almost_done(kind, run)

    async def cancel(self, workflow: str, reason: str) -> tuple[Kind, FlowRun]:
        """Ask for a workflow's end and return its run; one that has ended stays as it is. Raises RunNotFound."""
        kind, run = await self.find(workflow)
        runs = self.runs[kind]
        try:
            run = await runs.cancel(str(run.id), reason=reason)
        except WrongState:
            return kind, await runs.read_anew(str(run.id))
        return kind, run

    async def _completed(self, kind: Kind, run: FlowRun, images: ImageForm, case: Case) -> dict[str, Any]:
        """Return the status of a completed run. `COMPLETED` is only said together with the result."""
        result = await self._document(kind, run)
        if result is None:
            failure = lost(kind, run)
            return failed(kind, run, failure) if failure else almost_done(kind, run)
        if not result.success:
            return failed(kind, run, result.failure or failure_of(kind, run))
        pictures = {} if images == "uri" else pictures_of(result)
        encoded = {name: await self._encoded(picture) for name, picture in pictures.items()}
        return status(kind, run, "COMPLETED") | {"result": result_view(run, result, encoded, images, case)}

    async def _failure(self, kind: Kind, run: FlowRun) -> TryOnFailure:
        """Return what the flow said of its failure. A run that crashed did not come to say anything."""
        crashed = run.state is not None and run.state.type is StateType.CRASHED
        result = None if crashed else await self._document(kind, run)
        return (result.failure if result else None) or failure_of(kind, run)

    async def _document(self, kind: Kind, run: FlowRun) -> TryOnPreprocessResult | None:
        try:
            document = await self.store.read_named(f"runs/{run.id}/result.json")
            return kind.result.model_validate_json(document)
        except (ArtifactNotFound, ValidationError) as error:
            logger.warning("run %s has no result that can be read: %s", run.id, error)
            return None

    async def _encoded(self, picture: Artifact | None) -> Base64 | None:
        if picture is None:
            return None
        try:
            return await asyncio.to_thread(Base64.of, await self.store.read(picture))
        except (ArtifactNotFound, ArtifactDamaged) as error:
            logger.warning("a picture of a result is gone: %s", error)
            return None

    async def _photo(self, body: PhotoBody) -> dict[str, Any]:
        photo = await store_photo(self.store, body.original_image_base64, self.settings.max_image_bytes)
        return {
            "photo": photo,
            "points": body.points(),
            "point_space": body.point_space or "canvas",
            **_whose(body),
        }

    async def _room_for(self, kind: Kind, key: str | None) -> FlowRun | None:
        """Return the run that `key` started already; for a new one raises QueueFull while as many wait as may.

        Two that arrive together may both pass, which does no harm.
        """
        try:
            known = await self.runs[kind].read(_run_key(kind, key)) if key else None
        except RunNotFound:
            known = None
        if known is None and await self.runs[kind].count_waiting() >= self.settings.max_queue_size:
            raise QueueFull
        return known

    async def _created(self, kind: Kind, request: BaseModel, key: str | None, known: FlowRun | None) -> FlowRun:
        asked = request.model_dump(mode="json")
        digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
        run = known or await self.runs[kind].create(
            asked,
            key=_run_key(kind, key or uuid4().hex),
            name=f"{kind.title}: {asked['jewelry_type']}",
            tags=_tags(asked),
            labels={PROGRESS: 0, DIGEST: digest},
        )
        if run.labels.get(DIGEST) != digest:
            raise KeyReused
        return run


def _whose(body: PhotoBody | GenerateBody) -> dict[str, Any]:
    return {
        "jewelry_type": body.jewelry_type or "necklace",
        "session_id": body.session_id or "",
        "user_id": body.user_id or "",
    }


def _tags(asked: dict[str, Any]) -> list[str]:
    whose = {"session": asked["session_id"], "user": asked["user_id"]}
    return ["try-on", *(f"{what}:{name}" for what, name in whose.items() if name)]


def _run_key(kind: Kind, key: str) -> str:
    return f"try-on:{kind.prefix}{key}"
