"""Run a workflow: a small graph of tools, each in its own deployment.

    node ─┬─► node ─┬─► node        a node starts when all nodes before it have succeeded;
          └─► node ─┘               what it is started with may come from their results

Every node is a subflow run of its deployment, so pools, limits, retries and Prefect's pages are what they always
are; this flow only waits, holding no thread. When it is cancelled, Prefect cancels the nodes that have not ended.
"""

import asyncio
from dataclasses import dataclass, field

from prefect import State, flow, get_client
from prefect.client.orchestration import PrefectClient
from prefect.runtime import flow_run
from prefect.states import Failed

from tasks.dag import node_ended, node_result, outcome_of, publish_dag, start_node
from tasks.domain.dags import DagNode, DagRequest, DagResult, NodeOutcome, mapped, order
from tasks.domain.errors import AtelierError
from tasks.progress import Progress

FLOW_TIMEOUT_S = 6 * 3600  # the nodes' time in their queues is in it


def run_name() -> str:
    """Name the run after its workflow, unless whoever created it did so already."""
    name, workflow = flow_run.get_name() or "", flow_run.get_parameters()["request"].workflow
    return name if name.startswith(f"{workflow} ") else f"Workflow: {workflow}"


@dataclass
class Work:
    """A workflow under way."""

    request: DagRequest
    client: PrefectClient
    progress: Progress
    result: DagResult
    running: dict[asyncio.Task[NodeOutcome], str] = field(default_factory=dict)

    async def tell(self) -> None:
        """Say how far the work is: in the run's labels, and in the document with the results so far."""
        completed = sum(node.state == "completed" for node in self.result.nodes.values())
        total = len(self.request.nodes)
        step = ", ".join(self.running.values()) or "publish"
        self.progress.report(100 * completed // total, step, f"{completed} of {total} nodes done")
        await publish_dag(self.result)


@flow(name="run-dag", flow_run_name=run_name, timeout_seconds=FLOW_TIMEOUT_S)
async def run_dag(request: DagRequest) -> DagResult | State:
    """Run the nodes, side by side where the graph allows; a failed node fails the run, and keeps what others made."""
    async with Progress() as progress, get_client() as client:
        work = Work(request, client, progress, DagResult(workflow=request.workflow))
        await run_nodes(work)
        result = ended(work)
        await work.tell()
    return result if result.success else Failed(message=result.error)


async def run_nodes(work: Work) -> None:
    """Start each node as soon as it may, until none is left that may."""
    nodes = {node.name: node for node in work.request.nodes}
    waiting = order(work.request.nodes)
    while waiting.is_active():
        for name in waiting.get_ready():
            work.result.nodes[name] = NodeOutcome(tool=nodes[name].tool)
            work.running[asyncio.create_task(run_node(work, nodes[name]))] = name
        if not work.running:
            return
        await work.tell()
        done, _ = await asyncio.wait(work.running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            name = work.running.pop(task)
            work.result.nodes[name] = task.result()
            if task.result().state == "completed":
                waiting.done(name)


async def run_node(work: Work, node: DagNode) -> NodeOutcome:
    """Run one node to its end, whatever that is."""
    done = {name: outcome.results[0] for name, outcome in work.result.nodes.items() if outcome.state == "completed"}
    try:
        started = await start_node(work.client, node, mapped(node, done))
        work.result.nodes[node.name].run_id = str(started.id)
        run = await node_ended(work.client, started.id)
        return outcome_of(node, run, await node_result(run))
    except AtelierError as error:
        return NodeOutcome(tool=node.tool, state="failed", error=str(error))


def ended(work: Work) -> DagResult:
    """Return the result, final: successful if every node is, else with what failed and what was not begun."""
    result = work.result
    failed = [f"{name}: {node.error}" for name, node in result.nodes.items() if node.state == "failed"]
    if missing := [node.name for node in work.request.nodes if node.name not in result.nodes]:
        failed.append(f"not begun: {', '.join(missing)}")
    result.success = not failed
    result.error = "; ".join(failed) or None
    return result
