"""What the ring contract's routes depend on."""

from typing import Annotated

from fastapi import Depends, Request

from api.contracts.ring_jobs import RingJobs


def ring_jobs(request: Request) -> RingJobs:
    """Return the app's jobs."""
    jobs: RingJobs = request.app.state.jobs
    return jobs


def prefix(request: Request) -> str:
    """Return where the contract is mounted, empty on its own port."""
    return str(request.scope.get("root_path", "")).rstrip("/")


Jobs = Annotated[RingJobs, Depends(ring_jobs)]
Prefix = Annotated[str, Depends(prefix)]
