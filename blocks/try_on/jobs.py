"""Services that take a job and are asked for it until it is done; and the job of a run's step, kept.

The id of a job is written down before it is first asked for: a retry of the step, or the run taken up again after a
crash, asks on for the same job instead of paying for another.
"""

import asyncio
import contextlib
import hashlib
import json
from abc import ABC
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
from pydantic import BaseModel, Field, ValidationError

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from blocks.http_service import Refused
from blocks.replies import Reply
from blocks.try_on.service import TryOnService
from blocks.try_on.settings import try_on_settings
from tasks.domain.errors import UpstreamError

FIRST_POLL_S = 0.1
RELEASE_TIMEOUT_S = 2.0
DONE = {"completed", "succeeded"}
FAILED = {"failed", "error", "cancelled", "canceled"}
NOT_FOUND = 404


class Job(BaseModel):
    """A job that a service was given, as the run's document `jobs/<step>.json` keeps it."""

    service: str
    url: str
    job_id: str
    request: str = Field(description="Digest of what was asked; another question needs another job")


@dataclass(frozen=True)
class JobSlip:
    """Where the job of one step of one run is written down."""

    store: ArtifactStore
    run_id: str
    step: str

    async def read(self) -> Job | None:
        """Return the job that this step has given away, None when there is none."""
        try:
            return Job.model_validate_json(await self.store.read_named(self._name))
        except (ArtifactNotFound, ValidationError):
            return None

    async def write(self, job: Job) -> None:
        """Write down the job of this step."""
        await self.store.write_named(self._name, job.model_dump_json().encode())

    async def tear(self) -> None:
        """Forget the job."""
        await self.store.remove_named(self._name)

    @contextlib.asynccontextmanager
    async def settled(self) -> AsyncIterator[None]:
        """Get the job's result inside the block; then forget the job, unless another try may still get it."""
        try:
            yield
        except UpstreamError as error:
            if not error.retryable:
                await self.tear()
            raise
        await self.tear()

    @property
    def _name(self) -> str:
        return f"{folder_of(self.run_id)}/{self.step}.json"


class JobService(TryOnService, ABC):
    """A service with `POST /jobs`, `GET /jobs/{id}` and, where it offers that, `DELETE /jobs/{id}`."""

    poll_s: float = Field(default_factory=lambda: try_on_settings().poll_s, gt=0, description="Between looks, at most")
    poll_budget_s: float = Field(default_factory=lambda: try_on_settings().poll_budget_s, gt=0)

    async def done(self, body: dict[str, Any], asked: dict[str, Any], slip: JobSlip) -> Reply:
        """Return the reply of the job for `body` once it is done: of the one on `slip`, if that was `asked` the same.

        Raises UpstreamError when the service fails, the job does, or `poll_budget_s` are over: then the job stays on
        `slip`, and whoever tries again finds it further on.
        """
        request = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
        try:
            async with asyncio.timeout(self.poll_budget_s):
                return await self._seen_through(body, request, slip)
        except TimeoutError as error:
            detail = f"has not done the job within {self.poll_budget_s:g} s"
            raise UpstreamError(self.service, detail, retryable=True) from error

    async def _seen_through(self, body: dict[str, Any], request: str, slip: JobSlip) -> Reply:
        kept = await slip.read()
        if kept is not None and (kept.service, kept.url, kept.request) == (self.service, self.url, request):
            with contextlib.suppress(_JobLost):
                return await self._awaited(kept.job_id, slip)
        submitted = await self.post("/jobs", body, self.poll_budget_s)
        job = Job(service=self.service, url=self.url, job_id=submitted.text("job_id", "id"), request=request)
        await slip.write(job)
        return await self._awaited(job.job_id, slip)

    async def _awaited(self, job_id: str, slip: JobSlip) -> Reply:
        """Look after the job, seldomer as time goes by, until it is done."""
        pause_s = FIRST_POLL_S
        while True:
            reply = await self._look(job_id, slip)
            status = reply.text("status").lower()
            if status in DONE:
                return reply
            if status in FAILED:
                await slip.tear()
                raise self._failed(reply, status)
            await asyncio.sleep(min(pause_s, self.poll_s))
            pause_s *= 2

    async def _look(self, job_id: str, slip: JobSlip) -> Reply:
        try:
            return await self.get(f"/jobs/{quote(job_id, safe='')}", self.poll_budget_s)
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise
            await slip.tear()
            raise _JobLost(self.service, f"has lost the job {job_id}", retryable=True) from refused

    def _failed(self, reply: Reply, status: str) -> UpstreamError:
        """A job that failed may succeed the next time, unless the service says that the request was at fault."""
        said = reply.at("error") or reply.at("detail") or "without a reason"
        retryable, code = reply.at("retryable"), reply.at("status_code")
        if not isinstance(retryable, bool):
            retryable = not (isinstance(code, int) and 400 <= code < 500) and not status.startswith("cancel")
        return UpstreamError(self.service, f"the job {status}: {said}"[:300], retryable=retryable)


class _JobLost(UpstreamError):
    """The service knows the job no more."""


def folder_of(run_id: str) -> str:
    """Return the folder of documents in which a run's jobs are written down."""
    return f"runs/{run_id}/jobs"


async def release(store: ArtifactStore, run_id: str) -> list[str]:
    """Ask the services to drop the jobs of a run that is given up, and return the names of those services.

    A service that cannot or does not answer in time is left alone: its job ends by itself.
    """
    names = await store.list_named(folder_of(run_id))
    return [service for service in await asyncio.gather(*(_release(store, name) for name in names)) if service]


async def _release(store: ArtifactStore, name: str) -> str:
    try:
        job = Job.model_validate_json(await store.read_named(name))
    except (ArtifactNotFound, ValidationError):
        return ""
    await store.remove_named(name)
    with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL):
        async with httpx.AsyncClient(timeout=RELEASE_TIMEOUT_S) as client:
            await client.delete(f"{job.url.rstrip('/')}/jobs/{quote(job.job_id, safe='')}")
    return job.service
