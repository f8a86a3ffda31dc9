"""Dual Gen's jobs: a request becomes a flow run, and flow runs are read back as jobs and as a queue."""

import asyncio
import hashlib
import json
import logging
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Self
from uuid import UUID, uuid4

from prefect.client.schemas.objects import FlowRun

from api.contracts.dual_gen_documents import JobDocuments
from api.contracts.dual_gen_requests import GenerateBody
from api.contracts.image_envelope import QueueFull, Stopping, wrong_field
from api.contracts.image_probes import Probes
from api.contracts.image_uploads import stored
from api.errors import RunNotFound, WrongState
from api.parameters import check_json
from api.runs import CANCEL_CONFIRMATION_S, TERMINAL, Runs
from api.settings import ApiSettings
from api.shared import Shared
from api.states import image_word
from api.stopping import is_stopping
from blocks.artifacts import Artifact, ArtifactStore
from blocks.images.gallery import Gallery, GalleryEntry
from blocks.images.settings import ImageSettings
from blocks.images.writers import choose
from deployments.catalog import IMAGES
from flows.contracts.images import ImagesRequest
from tasks.domain.errors import MissingKey

logger = logging.getLogger("atelier.images.dual_gen")

PROGRESS, DIGEST = "atelier.progress", "atelier.request-sha256"
LIST_S = 1.0  # how long one look at Prefect's lists serves every page
RECENT, LISTED = 20, 100  # jobs that have ended: in the queue's document, and in the flat list of all
GALLERY_STEPS = (100, 1000, 10_000)  # pictures that are looked for at once, for whoever wants that many or fewer
MAX_PARAMETER_BYTES = 32_768  # a longer prompt is stored, and the run refers to it
NAME_CHARACTERS = 60
CANCELLED_AT_ONCE = 4


@dataclass(frozen=True)
class Queue:
    """The runs that wait and those that have begun, in order, and those that ended last, newest first."""

    waiting: list[FlowRun]
    begun: list[FlowRun]
    ended: list[FlowRun]


class DualGen:
    """The jobs of Dual Gen and what belongs to them. Open it with `async with`; it keeps no job of its own."""

    def __init__(self, settings: ImageSettings, api: ApiSettings, store: ArtifactStore) -> None:
        self.settings = settings
        self.store = store
        self.runs = Runs(IMAGES, api_url=api.prefect_api_url, timeout_s=api.prefect_timeout_s, cache_s=api.run_cache_s)
        self.documents = JobDocuments(store, settings)
        self.probes = Probes(settings)
        keep_s = min(LIST_S, api.run_cache_s)
        self.queue = Shared(self._queue, keep_s)
        self.queue_document = Shared(self._queue_document, keep_s)
        self.job_list = Shared(self._job_list, keep_s)
        self.gallery = Gallery(store)
        self._pictures = {most: Shared(partial(self.gallery.newest, most), keep_s) for most in GALLERY_STEPS}
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._opened.enter_async_context(self.runs)
        await self._opened.enter_async_context(self.probes)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()

    async def submit(self, body: GenerateBody, picture: bytes | None, key: str | None) -> tuple[FlowRun, int]:
        """Start a job, or find the one that `key` started; return it and how many wait.

        Raises ContractError, also as Stopping and QueueFull, InvalidInput and MissingKey.
        """
        if is_stopping():
            raise Stopping
        check_json(body.model_dump(), "request")
        if body.random:
            self._check_writer(body.model, vision=picture is not None)
        known = await self._known(key) if key else None
        if known is None and await self.runs.count_waiting() >= self.settings.max_queue_size:
            raise QueueFull
        request = await self._request(body, picture)
        digest = hashlib.sha256(request.model_dump_json().encode()).hexdigest()
        run = known or await self._create(request, key or uuid4().hex, digest)
        if run.labels.get(DIGEST) != digest:
            raise wrong_field("Idempotency-Key", "was used for another request")
        self.forget()
        waits = image_word(run.state) == "queued"
        return run, max(await self.runs.count_waiting(), 1) if waits else 0

    async def find(self, job: str) -> FlowRun:
        """Return a job's run; raises RunNotFound."""
        return await self.runs.read(run_id(job))

    async def cancel(self, job: str) -> FlowRun:
        """Cancel a job that waits; raises RunNotFound, and ContractError when it does not wait."""
        run = await self.runs.read_anew(run_id(job))
        word = image_word(run.state)
        if word != "queued":
            raise wrong_field("job_id", f"job {run.id} is {word}; only a queued job can be cancelled")
        try:
            await self.runs.cancel(str(run.id), reason="cancelled by its client")
        except WrongState as error:
            raise wrong_field("job_id", str(error)) from error
        self.forget()
        return await self.runs.wait(str(run.id), timeout_s=CANCEL_CONFIRMATION_S) or run

    async def clear(self) -> int:
        """Cancel every job that waits, and return how many those were; what has begun goes on."""
        at_once = asyncio.Semaphore(CANCELLED_AT_ONCE)
        self.forget()
        waiting = (await self.queue.get()).waiting
        cleared = sum(await asyncio.gather(*(self._dropped(run, at_once) for run in waiting)))
        self.forget()
        return cleared

    async def pictures(self, limit: int) -> list[GalleryEntry]:
        """Return the newest pictures, newest first."""
        enough = next(most for most in GALLERY_STEPS if most >= min(limit, GALLERY_STEPS[-1]))
        return (await self._pictures[enough].get())[:limit]

    def forget(self) -> None:
        """Let the next look at the queue show what has just been changed."""
        for shown in (self.queue, self.queue_document, self.job_list):
            shown.forget()

    def _check_writer(self, model: str | None, *, vision: bool) -> None:
        try:
            choose(model, self.settings, vision=vision)
        except MissingKey as error:
            raise wrong_field("model", str(error)) from error

    async def _known(self, key: str) -> FlowRun | None:
        try:
            return await self.runs.read(_run_key(key))
        except RunNotFound:
            return None

    async def _request(self, body: GenerateBody, picture: bytes | None) -> ImagesRequest:
        prompts = {**await self._prompt("prompt", body.prompt), **await self._prompt("prompt2", body.prompt2)}
        given = body.model_dump(exclude={"prompt", "prompt2"}) | prompts
        return ImagesRequest(**given, image=await stored(self.store, picture) if picture else None)

    async def _prompt(self, name: str, text: str) -> dict[str, str | Artifact]:
        """Return a prompt as a run's parameters have it: itself, or where it is stored."""
        if len(json.dumps(text)) <= MAX_PARAMETER_BYTES:
            return {name: text}
        return {f"{name}_stored": await self.store.write(text.encode(), media_type="text/plain", field=name)}

    async def _create(self, request: ImagesRequest, key: str, digest: str) -> FlowRun:
        run = await self.runs.create(
            request.model_dump(mode="json"),
            key=_run_key(key),
            name=_name(request.prompt),
            tags=["images"],
            labels={PROGRESS: 0, DIGEST: digest},
        )
        logger.info("job %s: %s rounds are queued", run.id, request.count)
        return run

    async def _dropped(self, run: FlowRun, at_once: asyncio.Semaphore) -> bool:
        """Cancel a job, unless it has begun or ended meanwhile; tell whether that was done."""
        async with at_once:
            now = await self.runs.read_anew(str(run.id))
            if image_word(now.state) != "queued":
                return False
            try:
                await self.runs.cancel(str(run.id), reason="the queue was cleared")
            except WrongState:
                return False
            return True

    async def _queue(self) -> Queue:
        unfinished, ended = await asyncio.gather(self.runs.unfinished(), self.runs.newest(TERMINAL, RECENT))
        waiting = [run for run in unfinished if image_word(run.state) == "queued"]
        begun = [run for run in unfinished if image_word(run.state) == "running"]
        return Queue(waiting, begun, ended)

    async def _queue_document(self) -> bytes:
        found = await self.queue.get()
        lists = {"pending": found.waiting, "running": found.begun, "completed": found.ended}
        parts = [f'"{name}": '.encode() + await self._listed(runs) for name, runs in lists.items()]
        current = json.dumps(str(found.begun[0].id) if found.begun else None)
        parts.append(f'"current_job_id": {current}, "queue_size": {len(found.waiting)}'.encode())
        return b"{" + b", ".join(parts) + b"}"

    async def _job_list(self) -> bytes:
        found = await self.queue.get()
        begun = [*found.waiting, *found.begun]
        ended = await self.runs.newest(TERMINAL, LISTED)
        return await self._listed([*begun, *ended][:LISTED])

    async def _listed(self, runs: list[FlowRun]) -> bytes:
        return b"[" + b", ".join([await self.documents.of(run) for run in runs]) + b"]"


def run_id(job: str) -> str:
    """Return the id of a job's run; raises RunNotFound for what can be none."""
    try:
        return str(UUID(job))
    except ValueError as error:
        raise RunNotFound(f"job {job} is not known") from error


def _run_key(key: str) -> str:
    return f"images:{key}"


def _name(prompt: str) -> str:
    words = " ".join(prompt.split())
    return words[: NAME_CHARACTERS - 1] + "…" if len(words) > NAME_CHARACTERS else words or "Pictures"
