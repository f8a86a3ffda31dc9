"""What RunPod's routes depend on: the endpoint, the caller's key, the body within its limit."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Path, Request
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool

from api.contracts.runpod_jobs import RunPodJobs
from api.contracts.runpod_models import JobRequest
from api.contracts.runpod_workers import Endpoint
from api.errors import Refusal

BEARER = "Bearer "


class PayloadTooLarge(Refusal):
    """The body has more bytes than are taken."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the payload is larger than the {limit} bytes that are taken")


def jobs(request: Request) -> RunPodJobs:
    """Return the app's jobs."""
    found: RunPodJobs = request.app.state.jobs
    return found


def named_endpoint(endpoint_id: Annotated[str, Path(description="image-generator or model-generator")]) -> None:
    """Say that the path has an endpoint in it."""


def endpoint(request: Request) -> Endpoint:
    """Return the endpoint that the path names, or the only one that the app serves."""
    known = jobs(request).endpoints
    name = request.path_params.get("endpoint_id")
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name not in known:
        raise HTTPException(404, f"endpoint {name} is not known")
    return known[name]


def base(request: Request) -> str:
    """Return what stands before the paths of links: where the app is served, as the caller called it."""
    return (jobs(request).settings.public_url or str(request.base_url)).rstrip("/")


def require_bearer(expected: SecretStr | None) -> Callable[..., Awaitable[None]]:
    """Return a dependency that answers 401 unless Authorization is `expected`, after "Bearer " or by itself."""
    secret = expected.get_secret_value().strip().encode() if expected else b""

    async def check(authorization: Annotated[str, Header(description="The key, if one is set")] = "") -> None:
        given = authorization.strip()
        if given[: len(BEARER)].lower() == BEARER.lower():
            given = given[len(BEARER) :].strip()
        if secret and not hmac.compare_digest(given.encode(), secret):
            raise HTTPException(401, "Authorization is missing or wrong")

    return check


async def run_body(request: Request, found: Annotated[RunPodJobs, Depends(jobs)]) -> JobRequest:
    """Return the job that /run is sent."""
    return await _body(request, found.settings.max_run_bytes)


async def runsync_body(request: Request, found: Annotated[RunPodJobs, Depends(jobs)]) -> JobRequest:
    """Return the job that /runsync is sent."""
    return await _body(request, found.settings.max_runsync_bytes)


async def _body(request: Request, limit: int) -> JobRequest:
    """Read the body by hand, at most `limit` bytes; megabytes of JSON are read off the event loop."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise PayloadTooLarge(limit)
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > limit:
            raise PayloadTooLarge(limit)
    return await run_in_threadpool(JobRequest.model_validate_json, bytes(raw))


Jobs = Annotated[RunPodJobs, Depends(jobs)]
AnEndpoint = Annotated[Endpoint, Depends(endpoint)]
Base = Annotated[str, Depends(base)]
RunBody = Annotated[JobRequest, Depends(run_body)]
RunSyncBody = Annotated[JobRequest, Depends(runsync_body)]
