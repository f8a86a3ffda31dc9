"""What is done for a try-on that was cancelled: its services drop the jobs that nobody waits for any more."""

from typing import Any

from prefect.client.schemas.objects import FlowRun

from blocks.artifacts import ArtifactStore
from blocks.try_on.jobs import release


async def drop_jobs(flow: Any, flow_run: FlowRun, state: Any) -> None:
    """Release the run's jobs; a hook, which the worker runs once the run's own process is gone."""
    await release(ArtifactStore.from_settings(), str(flow_run.id))
