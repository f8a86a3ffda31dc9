"""The routes that birefnet and sam3 have in common: a job's status, its end, and whether the service is there."""

from typing import Any

from fastapi import APIRouter

from api.studio.jobs import Job, Jobs


def job_routes(service: str, engine: str, jobs: Jobs, *, results: tuple[str, ...]) -> APIRouter:
    """Return the routes of `service`; `results` names what a finished job's status has, null before."""
    router = APIRouter(prefix=f"/{service}", tags=[service])

    @router.get("", include_in_schema=False)
    @router.get("/")
    @router.get("/health")
    async def health() -> dict[str, str]:
        """Say that the service is there."""
        return {"status": "online", "service": service, "engine": engine}

    @router.get("/jobs/{job_id}")
    async def status(job_id: str) -> dict[str, Any]:
        """Say how a job is, and what it made."""
        return described(jobs.get(job_id), results)

    @router.delete("/jobs/{job_id}")
    async def forget(job_id: str) -> dict[str, str]:
        """Forget a job; one that waits is never begun."""
        job = jobs.remove(job_id)
        return {"job_id": job.id, "status": "cancelled" if job.status == "processing" else job.status}

    return router


def described(job: Job, results: tuple[str, ...]) -> dict[str, Any]:
    """Return a job's status as both dialects read it."""
    return {
        "job_id": job.id,
        "status": job.status,
        **dict.fromkeys(results),
        **job.answer,
        "error": job.error,
        "retryable": job.retryable,
        "engine": job.engine,
    }
