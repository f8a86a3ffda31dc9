"""Workflows for the tests: nodes that make rings, and a hand that runs them by their deployment."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId
from prefect.client.schemas.objects import FlowRun
from prefect.states import Scheduled

from blocks.artifacts import ArtifactStore
from deployments.catalog import RING, RUN_DAG
from tasks.domain.dags import DagNode, DagRequest, DagResult
from tests.prefect_server import ended

BAND = "A plain 18k yellow gold comfort-fit band, 3 mm wide, US size 7"


def ring(name: str, *after: str, model: str = "offline", **fields: Any) -> DagNode:
    """Return a node that makes a band; `model="claude"` fails at once, since no key is there."""
    request = {"prompt": BAND, "model": model, "session_id": f"s_{name}"}
    return DagNode(name=name, tool="ring-generate", deployment=RING, after=list(after), request=request, **fields)


@dataclass
class Runner:
    """Runs workflows and reads what they left."""

    client: PrefectClient
    store: ArtifactStore

    async def start(self, *nodes: DagNode) -> FlowRun:
        """Start a workflow of `nodes`."""
        deployment = await self.client.read_deployment_by_name(RUN_DAG)
        request = DagRequest(workflow="test", nodes=list(nodes)).model_dump(mode="json")
        return await self.client.create_flow_run_from_deployment(deployment.id, parameters={"request": request})

    async def made(self, *nodes: DagNode) -> tuple[FlowRun, DagResult]:
        """Run a workflow of `nodes` to its end."""
        return await self.ended((await self.start(*nodes)).id)

    async def again(self, run: FlowRun) -> tuple[FlowRun, DagResult]:
        """Run the same run once more, as after a crash."""
        await self.client.set_flow_run_state(run.id, Scheduled(name="AwaitingRetry"), force=True)
        return await self.ended(run.id)

    async def ended(self, run_id: UUID) -> tuple[FlowRun, DagResult]:
        """Return the run and its document once the run has ended."""
        run = await ended(self.client, run_id)
        return run, DagResult.model_validate_json(await self.store.read_named(f"runs/{run_id}/result.json"))

    async def children(self, run_id: UUID) -> list[FlowRun]:
        """Return the runs of the workflow's nodes, as Prefect links them."""
        parent = FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run_id]))
        return await self.client.read_flow_runs(flow_run_filter=parent)
