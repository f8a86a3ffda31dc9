"""A job's result as the flow left it in the artifact store, and addresses of what it names."""

import logging

from prefect.client.schemas.objects import FlowRun
from pydantic import ValidationError

from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from flows.contracts.runpod.inputs import Result
from flows.contracts.runpod.jobs import operation_of
from flows.contracts.runpod.outputs import LINK_TTL_S, Link

logger = logging.getLogger("atelier.runpod")


def result_document(run: FlowRun) -> str:
    """Return the name under which the run's flow leaves its result."""
    return f"runs/{run.id}/result.json"


async def stored_result(run: FlowRun, store: ArtifactStore) -> Result | None:
    """Return the result of a run that has ended, None when it left none; raises UpstreamError."""
    operation = operation_of(run)
    if operation is None or run.state is None or not run.state.is_final():
        return None
    try:
        return operation.result.model_validate_json(await store.read_named(result_document(run)))
    except (ArtifactNotFound, ValidationError) as error:
        logger.debug("job %s left no result that can be read: %s", run.id, error)
        return None


def linked(store: ArtifactStore, base: str) -> Link:
    """Return what makes addresses that anyone may read for a day; `base` goes before those on our own API."""

    def link(artifact: Artifact) -> str:
        url = store.signed_url(artifact, expires_in_s=LINK_TTL_S)
        return f"{base.rstrip('/')}{url}" if url.startswith("/") else url

    return link
