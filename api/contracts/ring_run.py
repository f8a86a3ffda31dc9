"""Routes that make rings: run, jobs and their results."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response

from api.contracts.ring_deps import Jobs, Prefix
from api.contracts.ring_models import GenerateRequest, Submission, read_submission
from api.contracts.ring_results import (
    GenerateResult,
    GlbPathForm,
    JobAccepted,
    JobRecordView,
    failure,
    job_id,
    job_word,
    record_view,
    result_view,
)
from api.states import ring_word
from tasks.domain.errors import InvalidInput

router = APIRouter()


async def submission(request: Request) -> Submission:
    """Read the body by hand: the contract takes it plain or in an envelope."""
    try:
        return read_submission(json.loads(await request.body()))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("body", "is not JSON") from error


Submitted = Annotated[Submission, Depends(submission)]
GlbPath = Annotated[GlbPathForm, Query(description="string: the URI alone")]
BODY = {
    "requestBody": {"required": True, "content": {"application/json": {"schema": GenerateRequest.model_json_schema()}}}
}


@router.post("/run", openapi_extra=BODY, responses={200: {"model": GenerateResult}})
async def run_and_wait(
    asked: Submitted, request: Request, jobs: Jobs, prefix: Prefix, glb_path: GlbPath = "reference"
) -> Response:
    """Make a ring and wait for it. The job goes on when the wait ends or the client hangs up."""
    started = await jobs.submit(asked)
    job = job_id(started)
    timeout_s = jobs.settings.sync_wait_timeout_seconds
    run = await jobs.runs.wait(job, timeout_s=timeout_s, gone=request.is_disconnected)
    headers = {"X-Job-Id": job}
    if run is None:
        detail = f"the ring is not done after {timeout_s:g} s; the job goes on"
        return JSONResponse({"detail": detail, "job_id": job, "status_url": f"{prefix}/jobs/{job}"}, 504, headers)
    ring = await jobs.ring_result(run)
    word = job_word(run, ring)
    if word == "cancelled":
        raise HTTPException(409, f"job {job} was cancelled", headers)
    result = await jobs.generate_result(run, ring, prefix, glb_path) if ring else None
    plain = result.model_dump(mode="json") if result else None
    if word == "failed":
        session_id = ring.session_id if ring else run.parameters["request"]["session_id"]
        return JSONResponse({"detail": failure(run, ring), "session_id": session_id, "result": plain}, 500, headers)
    return JSONResponse({"result": plain} if asked.enveloped else plain, headers=headers)


@router.post("/jobs", openapi_extra=BODY)
async def submit(asked: Submitted, jobs: Jobs, prefix: Prefix) -> JobAccepted:
    """Start a ring job and return at once."""
    run = await jobs.submit(asked)
    url = f"{prefix}/jobs/{job_id(run)}"
    return JobAccepted(job_id=job_id(run), status=ring_word(run.state), status_url=url, result_url=f"{url}/result")


@router.get("/jobs/{job}")
async def read_job(job: str, jobs: Jobs, prefix: Prefix, glb_path: GlbPath = "reference") -> JobRecordView:
    """Return the whole record of a job."""
    run = await jobs.read(job)
    ring = await jobs.ring_result(run)
    return record_view(run, ring, await jobs.generate_result(run, ring, prefix, glb_path) if ring else None)


@router.get("/jobs/{job}/result")
async def read_result(job: str, jobs: Jobs, prefix: Prefix, glb_path: GlbPath = "reference") -> dict[str, Any]:
    """Return what a poller needs, in one of five shapes."""
    run = await jobs.read(job)
    ring = await jobs.ring_result(run)
    return result_view(run, ring, await jobs.generate_result(run, ring, prefix, glb_path) if ring else None)


@router.delete("/jobs/{job}")
async def cancel(job: str, jobs: Jobs) -> dict[str, Any]:
    """Cancel a job that waits; a running one is left alone."""
    await jobs.read(job)
    run = await jobs.runs.cancel_waiting(job)
    return {"success": True, "job_id": job_id(run), "status": job_word(run, await jobs.ring_result(run))}
