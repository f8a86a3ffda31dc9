"""What a RunPod job's webhook is sent: the job as /status tells it."""

from typing import Any

from prefect.client.schemas.objects import FlowRun

from blocks.artifacts import ArtifactStore
from flows.contracts.runpod.jobs import BASE, SHAPE, TAG, told
from flows.contracts.runpod.stored import linked, stored_result

TIMEOUT_S = 10.0  # for one try


def wants_job(run: FlowRun) -> bool:
    """Tell whether the webhook of `run` is RunPod's, whose receivers expect no signature."""
    return run.labels.get(SHAPE) == TAG


async def job_message(run: FlowRun, store: ArtifactStore | None = None) -> dict[str, Any]:
    """Return the job of a run that has ended; its links begin where its client called. Raises UpstreamError."""
    store = store or ArtifactStore.from_settings()
    return told(run, await stored_result(run, store), linked(store, str(run.labels.get(BASE, ""))))
