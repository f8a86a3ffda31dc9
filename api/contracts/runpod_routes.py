"""RunPod's routes: start a job, wait for it, follow it, end it, run it again; and the endpoint as a whole."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from api.contracts.runpod_deps import AnEndpoint, Base, Jobs, RunBody, RunSyncBody
from api.contracts.runpod_models import JobRequest
from api.contracts.runpod_queue import health, purge
from api.contracts.tryon_deps import IdempotencyKey
from flows.contracts.runpod.jobs import job_id, runpod_word

router = APIRouter()

WAIT_MS = range(1000, 300_001)
BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": JobRequest.model_json_schema()}}}}

Wait = Annotated[
    int | None, Query(ge=WAIT_MS.start, le=WAIT_MS.stop - 1, description="How many ms to wait; 90000 if not said")
]


@router.post("/run", openapi_extra=BODY)
async def run(asked: RunBody, found: Jobs, endpoint: AnEndpoint, base: Base, key: IdempotencyKey) -> dict[str, str]:
    """Start a job and return at once."""
    started = await found.submit(endpoint, asked, sync=False, base=base, key=key)
    word = runpod_word(started.state, started.labels) if key else "IN_QUEUE"  # a repeat tells how far the job is
    return {"id": job_id(started), "status": word}


@router.post("/runsync", openapi_extra=BODY)
async def run_and_wait(
    asked: RunSyncBody,
    request: Request,
    found: Jobs,
    endpoint: AnEndpoint,
    base: Base,
    key: IdempotencyKey,
    wait: Wait = None,
) -> dict[str, Any]:
    """Start a job and wait for its end, or as long as is asked; the job goes on when the wait ends."""
    started = await found.submit(endpoint, asked, sync=True, base=base, key=key)
    wait_s = (wait or found.settings.default_wait_ms) / 1000
    ended = await found.wait(endpoint, started, timeout_s=wait_s, gone=request.is_disconnected)
    return await found.view(ended, base)


@router.get("/status/{job}")
@router.post("/status/{job}", include_in_schema=False)
async def status(job: str, found: Jobs, endpoint: AnEndpoint, base: Base) -> dict[str, Any]:
    """Return how a job is, and its output or error at the end."""
    _, run = await found.find(endpoint, job)
    return await found.view(run, base)


@router.get("/stream/{job}")
@router.post("/stream/{job}", include_in_schema=False)
async def stream(job: str, found: Jobs, endpoint: AnEndpoint, base: Base) -> dict[str, Any]:
    """Return what came out since the last call: these jobs have one output, at their end, which is told once."""
    return await found.stream(endpoint, job, base)


@router.post("/cancel/{job}")
async def cancel(job: str, found: Jobs, endpoint: AnEndpoint) -> dict[str, str]:
    """Cancel a job, whether it waits or runs."""
    return await found.cancel(endpoint, job)


@router.post("/retry/{job}")
async def retry(job: str, found: Jobs, endpoint: AnEndpoint) -> dict[str, str]:
    """Run a job again that is FAILED or TIMED_OUT."""
    return await found.retry(endpoint, job)


@router.post("/purge-queue")
async def purge_queue(found: Jobs, endpoint: AnEndpoint) -> dict[str, Any]:
    """Cancel all jobs that wait."""
    return await purge(found, endpoint)


@router.get("/health")
async def read_health(found: Jobs, endpoint: AnEndpoint) -> dict[str, Any]:
    """Count the endpoint's jobs and workers."""
    return await health(found, endpoint)
