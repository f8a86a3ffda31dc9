"""One node of a workflow: its deployment's run, waited for and read."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
from prefect import get_run_logger
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.deployments import arun_deployment
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Scheduled
from pydantic import TypeAdapter

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from blocks.tracing import trace_labels
from tasks.current_run import current_run
from tasks.domain.dags import DagNode, DagResult, NodeOutcome
from tasks.domain.errors import AtelierError, InvalidInput

POLL_S = 0.5
DIED = {StateType.FAILED, StateType.CRASHED, StateType.CANCELLED}
DOCUMENT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class NodeFailed(AtelierError):
    """A node's run was refused, or ended without success."""


async def start_node(client: PrefectClient, node: DagNode, request: dict[str, Any]) -> FlowRun:
    """Start the node as a subflow in its deployment's own pool, under its own limits, and return at once.

    The key makes it once per workflow run: a workflow that is taken up after a crash finds its nodes again. One that
    had ended badly by then is run once more, and its ledger sees to it that nothing is paid twice.
    """
    try:
        run = await arun_deployment(
            node.deployment,
            client=client,
            parameters={"request": request},
            timeout=0,
            tags=["workflow"],
            idempotency_key=f"atelier:{current_run().id}:{node.name}",
        )
    except ObjectNotFound as error:
        raise NodeFailed(f"there is no deployment {node.deployment}") from error
    except PrefectHTTPStatusError as error:
        if error.response.status_code != httpx.codes.CONFLICT:
            raise
        raise InvalidInput("request", f"does not fit {node.deployment}: {error.response.text[:500]}") from error
    if run.state is not None and run.state.type in DIED:
        await client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
    if labels := trace_labels():  # `arun_deployment` takes none; the run reads them when it begins, which is later
        await client.update_flow_run_labels(run.id, dict(labels))
    return run


async def node_ended(client: PrefectClient, run_id: UUID) -> FlowRun:
    """Return the run once it has ended; a server that does not answer for a while is waited out."""
    while True:
        try:
            run = await client.read_flow_run(run_id)
        except ObjectNotFound as error:
            raise NodeFailed(f"its run {run_id} was deleted") from error
        except (httpx.TransportError, PrefectHTTPStatusError) as error:
            get_run_logger().warning("run %s could not be read: %s", run_id, error)
        else:
            if run.state is not None and run.state.is_final():
                return run
        await asyncio.sleep(POLL_S)


async def node_result(run: FlowRun) -> dict[str, Any]:
    """Return the result document that an ended run left; empty when it died before it could write one."""
    try:
        document = await ArtifactStore.from_settings().read_named(f"runs/{run.id}/result.json")
    except ArtifactNotFound:
        return {}
    return DOCUMENT.validate_json(document)


def outcome_of(node: DagNode, run: FlowRun, result: dict[str, Any]) -> NodeOutcome:
    """Return what became of the node: completed only with a result that does not say otherwise."""
    completed = run.state is not None and run.state.is_completed()
    outcome = NodeOutcome(tool=node.tool, run_id=str(run.id), state="completed", results=[result] if result else [])
    if completed and result.get("success", bool(result)):
        return outcome
    said = result.get("error") or (run.state.message if run.state and not completed else None)
    return outcome.model_copy(update={"state": "failed", "error": said or "the run left no result"})


async def publish_dag(result: DagResult) -> None:
    """Write the workflow's document, which its clients may read while it runs."""
    store = ArtifactStore.from_settings()
    await store.write_named(f"runs/{current_run().id}/result.json", result.model_dump_json().encode())
