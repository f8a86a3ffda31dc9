"""Ring jobs: a submission becomes a flow run, and a flow run is read back as a job."""

import asyncio
import hashlib
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from uuid import uuid4

from prefect.client.schemas.objects import FlowRun

from api.contracts.ring_models import GenerateRequest, Submission, decode_picture
from api.contracts.ring_results import DIGEST, JOB, PROGRESS, GenerateResult, GlbPathForm, generate_result, run_url
from api.errors import Refusal
from api.runs import RunNotFound, Runs
from api.settings import ApiSettings, RingSettings
from api.states import ring_word
from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from deployments.catalog import RING
from flows.contracts import RingRequest, RingResult
from tasks.domain.errors import MissingKey
from tasks.domain.pictures import MAX_PICTURE_BYTES

QUEUE_FULL = "Job queue is full, retry later"
NAME_CHARACTERS = 60


class QueueFull(Refusal):
    """As many jobs wait as may."""

    status = 503
    retry_after_s = 10

    def __init__(self) -> None:
        super().__init__(QUEUE_FULL)


class DuplicateRequest(Refusal):
    """The request id already stands for something else."""

    status = 409


class RingJobs:
    """The jobs of the ring contract. Open it with `async with`; it keeps no job of its own."""

    def __init__(self, settings: RingSettings, api: ApiSettings, store: ArtifactStore) -> None:
        self.settings = settings
        self.store = store
        self.runs = Runs(RING, api_url=api.prefect_api_url, timeout_s=api.prefect_timeout_s, cache_s=api.run_cache_s)

    async def __aenter__(self) -> Self:
        await self.runs.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.runs.__aexit__(*exc_info)

    async def submit(self, submission: Submission) -> FlowRun:
        """Start a job, or return the one that the same request with the same `request_id` started.

        Raises MissingKey, InvalidInput, DuplicateRequest, QueueFull, OrchestratorUnavailable.
        """
        request = await self.prepare(submission.request)
        digest = _digest(request)
        job = submission.request.request_id
        existing = await self._existing(job, digest) if job else None
        if existing is not None:
            return existing
        await self.check_queue()
        run = await self._create(request, submission, digest)
        if run.labels.get(DIGEST) != digest:
            raise DuplicateRequest(f"request_id {job} is taken by another request")
        return run

    async def prepare(self, request: GenerateRequest) -> RingRequest:
        """Return what the flow is to be asked, its picture stored; raises MissingKey and InvalidInput."""
        self._check_key(request.llm_name or "auto")
        return self._ring_request(request, await self._stored_picture(request.image_b64))

    async def check_queue(self) -> None:
        """Refuse one job more than may wait; two that arrive together may both pass, which does no harm."""
        if await self.runs.count_waiting() >= self.settings.max_queue_size:
            raise QueueFull

    async def read(self, job: str) -> FlowRun:
        """Return the run of `job`; raises RunNotFound when it is unknown or has expired."""
        run = await self.runs.read(job)
        if await self._expired(run):
            raise RunNotFound(f"job {job} is not known")
        return run

    async def ring_result(self, run: FlowRun) -> RingResult | None:
        """Return what the flow left, None while it works or when it died before it could write."""
        if ring_word(run.state) not in ("succeeded", "failed"):
            return None
        try:
            document = await self.store.read_named(f"runs/{run.id}/result.json")
        except ArtifactNotFound:
            return None
        return RingResult.model_validate_json(document)

    async def generate_result(
        self, run: FlowRun, ring: RingResult, prefix: str, glb_path: GlbPathForm = "reference"
    ) -> GenerateResult:
        """Say `ring` in the contract's words; `prefix` is where the contract is mounted."""
        return generate_result(
            ring,
            code=(await self.store.read(ring.script)).decode() if ring.script else "",
            glb_url=self.signed_url(ring.glb, prefix) if ring.glb else "",
            preview_url=lambda name: f"{prefix}/sessions/{ring.session_id}/previews/{name}",
            run_url=run_url(run),
            glb_path=glb_path,
        )

    def signed_url(self, artifact: Artifact, prefix: str) -> str:
        """Return a link to `artifact` that needs no key, for as long as a finished job stays readable."""
        url = self.store.signed_url(artifact, expires_in_s=self.settings.finished_job_ttl_seconds)
        return f"{prefix}{url}" if url.startswith("/") else url

    def _check_key(self, llm_name: str) -> None:
        variable = self.settings.missing_key(llm_name)
        if variable:
            raise MissingKey(llm_name, variable)

    async def _stored_picture(self, image_b64: str | None) -> Artifact | None:
        if not image_b64:
            return None
        data, media_type = await asyncio.to_thread(decode_picture, image_b64)
        return await self.store.write(data, media_type=media_type, max_bytes=MAX_PICTURE_BYTES, field="image_b64")

    def _ring_request(self, request: GenerateRequest, reference: Artifact | None) -> RingRequest:
        return RingRequest(
            prompt=(request.prompt or "").strip(),
            reference=reference,
            model=request.llm_name or "auto",
            max_builds=request.max_retries or self.settings.max_error_retries,
            max_cost_usd=request.max_cost_usd or self.settings.max_cost_per_request_usd,
            previews=request.previews,
            session_id=request.request_id or _new_session_id(),
            metadata=request.metadata,
        )

    async def _existing(self, job: str, digest: str) -> FlowRun | None:
        """Return the run that `job` already stands for; raises DuplicateRequest unless it is the same request."""
        try:
            run = await self.runs.read(job)
        except RunNotFound:
            await self._check_session_is_free(job)
            return None
        if run.labels.get(DIGEST) != digest:
            raise DuplicateRequest(f"request_id {job} is taken by another request")
        if await self._expired(run):
            raise DuplicateRequest(f"request_id {job} was used by a job that has expired; choose another")
        return run

    async def _check_session_is_free(self, session_id: str) -> None:
        """Keep a request id from overwriting a session that it did not make."""
        if await self.store.list_named(f"sessions/{session_id}"):
            raise DuplicateRequest(f"request_id {session_id} is the name of another session")

    async def _create(self, request: RingRequest, submission: Submission, digest: str) -> FlowRun:
        job = submission.request.request_id
        labels: dict[str, Any] = {PROGRESS: 0, DIGEST: digest} | ({JOB: job} if job else {})
        tags = ["ring", *([f"trace:{submission.trace_id}"] if submission.trace_id else [])]
        return await self.runs.create(
            request.model_dump(mode="json"),
            key=job or str(uuid4()),
            name=f"ringjob-{job}" if job else _readable_name(request.prompt),
            tags=tags,
            labels=labels,
        )

    async def _expired(self, run: FlowRun) -> bool:
        """Tell whether a finished job is too old, or has too many newer ones, to be read."""
        if run.end_time is None or run.state is None or not run.state.is_final():
            return False
        if run.end_time + timedelta(seconds=self.settings.finished_job_ttl_seconds) < datetime.now(UTC):
            return True
        return await self.runs.count_finished_since(run.end_time) > self.settings.max_job_records


def _digest(request: RingRequest) -> str:
    """Return the fingerprint of everything that was asked."""
    return hashlib.sha256(request.model_dump_json(exclude={"session_id"}).encode()).hexdigest()


def _new_session_id() -> str:
    return f"s_{secrets.token_hex(5)}_{int(time.time())}"


def _readable_name(prompt: str) -> str:
    words = " ".join(prompt.split())
    return (words[: NAME_CHARACTERS - 1] + "…" if len(words) > NAME_CHARACTERS else words) or "ring from a picture"
