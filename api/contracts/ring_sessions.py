"""Routes that hand out what a ring session left: its record, its GLB, its script and its pictures."""

import json
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from api.artifacts import serve
from api.contracts.ring_deps import Jobs
from api.contracts.ring_jobs import RingJobs
from blocks.artifacts import Artifact, ArtifactNotFound
from flows.contracts import SessionId

router = APIRouter(prefix="/sessions/{session_id}")

_SESSION_ID: TypeAdapter[str] = TypeAdapter(SessionId)


@router.get("")
async def read_session(session_id: str, jobs: Jobs) -> dict[str, Any]:
    """Return the session's record."""
    return await _session(jobs, session_id)


@router.get("/model.glb")
async def read_glb(session_id: str, request: Request, jobs: Jobs) -> Response:
    """Stream the ring."""
    return await serve(jobs.store, await _digest(jobs, session_id, "glb"), request, name=f"{session_id}.glb")


@router.get("/ring_script.py")
async def read_script(session_id: str, request: Request, jobs: Jobs) -> Response:
    """Stream the Blender script."""
    return await serve(jobs.store, await _digest(jobs, session_id, "script"), request, name=f"{session_id}.py")


@router.get("/reference")
async def read_reference(session_id: str, request: Request, jobs: Jobs) -> Response:
    """Stream the picture that the caller sent."""
    return await serve(jobs.store, await _digest(jobs, session_id, "reference"), request)


@router.get("/previews/{name}")
async def read_preview(session_id: str, name: str, request: Request, jobs: Jobs) -> Response:
    """Stream a rendered picture, `hero` or a view's name."""
    return await serve(jobs.store, await _digest(jobs, session_id, "previews", name), request)


async def _session(jobs: RingJobs, session_id: str) -> dict[str, Any]:
    try:
        document = await jobs.store.read_named(f"sessions/{_SESSION_ID.validate_python(session_id)}/session.json")
    except (ValidationError, ArtifactNotFound) as error:
        raise HTTPException(404, f"session {session_id} is not known") from error
    session: dict[str, Any] = json.loads(document)
    return session


async def _digest(jobs: RingJobs, session_id: str, *path: str) -> str:
    """Return the digest of what the session's record names at `path`."""
    found: Any = (await _session(jobs, session_id)).get("artifacts")
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    if not found:
        raise HTTPException(404, f"session {session_id} has no {' '.join(path)}")
    return Artifact.model_validate(found).sha256
