"""Routes that tell what the ring service is and how it is."""

import asyncio
import shutil
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import ValidationError

from api.contracts.ring_deps import Jobs, Prefix
from api.contracts.ring_jobs import RingJobs
from api.contracts.ring_models import GenerateRequest
from api.contracts.ring_results import GenerateResult
from api.errors import OrchestratorUnavailable
from blocks.artifacts import ArtifactNotFound
from blocks.settings import CHECKOUT, settings
from flows.contracts import SERVICES_DOCUMENT, ServicesReport
from tasks.domain.errors import UpstreamError

router = APIRouter()

VERSION = "1.0.0"
PATIENCE_S = 2.0
MASTER_PROMPT = CHECKOUT / "tasks" / "domain" / "prompts" / "ring_master.md"


@router.get("/")
async def banner(jobs: Jobs, prefix: Prefix) -> dict[str, str]:
    """Say what this is and where to go."""
    return {
        "service": jobs.settings.service_name,
        "version": VERSION,
        "docs": f"{prefix}/docs",
        "health": f"{prefix}/health",
        "test_ui": f"{prefix}/test",
    }


@router.get("/health")
async def health(jobs: Jobs) -> dict[str, Any]:
    """Say how the service is; always 200, since the answer itself shows that it lives."""
    load = await _load(jobs)
    waiting, running = load or (0, 0)
    return {
        "status": "ok",
        "service": jobs.settings.service_name,
        "queue_size": waiting,
        "active_jobs": waiting + running,
        "blender_exists": blender_exists(),
        "master_prompt_loaded": master_prompt_exists(),
        "claude_available": jobs.settings.missing_key("claude") is None,
        "gemini_available": jobs.settings.missing_key("gemini") is None,
        "max_concurrent_jobs": jobs.settings.max_concurrent_jobs,
        "prefect": "disconnected" if load is None else "connected",
        "services": await _services(jobs),
    }


@router.get("/ready")
async def ready(jobs: Jobs) -> Response:
    """Say whether a job sent now would be worked on: 200, or 503 with what is missing."""
    checks = {
        "prefect": await _load(jobs) is not None,
        "worker": await _has_worker(jobs),
        "blender": blender_exists(),
        "master_prompt": master_prompt_exists(),
    }
    is_ready = all(checks.values())
    return JSONResponse({"ready": is_ready, "checks": checks}, 200 if is_ready else 503)


@router.get("/tool/schema")
async def tool_schema() -> dict[str, Any]:
    """Describe the tool to an agent."""
    return {
        "name": "ring-generate",
        "description": "Makes a ring from words, a picture or both: a Blender script, a GLB and a measured proof.",
        "input_schema": GenerateRequest.model_json_schema(),
        "output_schema": GenerateResult.model_json_schema(),
    }


@router.get("/test", include_in_schema=False)
async def test_page(prefix: Prefix) -> Response:
    """Send a browser to the console."""
    return RedirectResponse(f"{prefix}/ui/index.html", 302)


async def _load(jobs: RingJobs) -> tuple[int, int] | None:
    """Return how many jobs wait and how many run, None while Prefect does not answer."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await jobs.runs.count_waiting(), await jobs.runs.count_running()
    except (TimeoutError, OrchestratorUnavailable):
        return None


async def _services(jobs: RingJobs) -> dict[str, Any] | None:
    """Return each outside service's state as the service probe last found it, and how long ago; None if it never did.

    Details stay in Prefect's pages: this route asks for no key.
    """
    try:
        async with asyncio.timeout(PATIENCE_S):
            found = ServicesReport.model_validate_json(await jobs.store.read_named(SERVICES_DOCUMENT))
    except (TimeoutError, ArtifactNotFound, UpstreamError, ValidationError):
        return None
    age_s = (datetime.now(UTC) - found.checked_at).total_seconds()
    states = {
        name: health.model_dump(mode="json", include={"state", "since"}) for name, health in found.services.items()
    }
    return {"age_s": round(age_s), "states": states}


async def _has_worker(jobs: RingJobs) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await jobs.runs.has_worker()
    except (TimeoutError, OrchestratorUnavailable):
        return False


def blender_exists() -> bool:
    """Tell whether this machine has a Python with bpy, or a Blender."""
    known = (settings().blender_python, settings().blender_executable)
    return any(path is not None and path.exists() for path in known) or shutil.which("blender") is not None


def master_prompt_exists() -> bool:
    """Tell whether the language models' system prompt is there."""
    return MASTER_PROMPT.is_file() and MASTER_PROMPT.stat().st_size > 0
