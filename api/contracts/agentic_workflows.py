"""Workflows of the agentic contract: a call becomes a run of `run-dag`, and that run is read back."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AsyncExitStack
from functools import partial
from typing import Any, Self
from uuid import uuid4

from prefect.client.schemas.objects import FlowRun

from api.contracts.agentic_models import Results, RunBody, StatusView, WorkflowProgress, run_id
from api.contracts.agentic_tools import RingTool, Tool
from api.contracts.ring_jobs import QueueFull, RingJobs
from api.contracts.ring_results import GlbPathForm
from api.errors import Refusal
from api.runs import RunNotFound, Runs
from api.settings import AgenticSettings, ApiSettings
from api.states import AgenticWord, agentic_word
from blocks.artifacts import ArtifactNotFound
from deployments.catalog import RUN_DAG
from tasks.domain.dags import DagNode, DagRequest, DagResult, ToolNode, UnknownWorkflow, read_dags
from tasks.domain.errors import InvalidInput

USER = "atelier.user"


class WorkflowNotFound(Refusal):
    """No workflow, tool or deployment has that name."""

    status = 404


class ToolsUnavailable(Refusal):
    """Nobody would work on the run now."""

    status = 503
    retry_after_s = 10

    def __init__(self) -> None:
        super().__init__("Required tools are unavailable or unhealthy")


class Workflows:
    """The workflows of the file in `settings.dags`, over open `jobs`. Open it with `async with`.

    Raises InvalidInput when the file is not sound or names a tool that is not made here.
    """

    def __init__(self, settings: AgenticSettings, api: ApiSettings, jobs: RingJobs) -> None:
        self.settings = settings
        self.store = jobs.store
        self._opened = AsyncExitStack()
        self.dags = read_dags(settings.dags.read_text())
        deployments = {RUN_DAG, *(tool.deployment for tool in self.dags.tools.values())}
        runs_of = partial(Runs, api_url=api.prefect_api_url, timeout_s=api.prefect_timeout_s, cache_s=api.run_cache_s)
        self._runs = {deployment: runs_of(deployment) for deployment in deployments}
        self.runs = self._runs[RUN_DAG]
        self._tools: dict[str, Tool] = {"ring-generate": RingTool(jobs)}
        if strange := set(self.dags.tools) - set(self._tools):
            raise InvalidInput("dags.tools", f"{', '.join(sorted(strange))}: known are {', '.join(self._tools)}")

    async def __aenter__(self) -> Self:
        for runs in self._runs.values():
            await self._opened.enter_async_context(runs)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()

    async def start(self, workflow: str, body: RunBody, user: str) -> FlowRun:
        """Start `workflow` for `user`, once its input is sound and somebody is there to do the work.

        Raises WorkflowNotFound, InvalidInput, MissingKey, ToolsUnavailable, QueueFull, OrchestratorUnavailable.
        """
        nodes = self.nodes(workflow)
        if unknown := set(body.return_nodes) - {node.name for node in nodes}:
            known = ", ".join(node.name for node in nodes)
            raise InvalidInput("return_nodes", f"{', '.join(sorted(unknown))}: {workflow} has the nodes {known}")
        ready = [await self._ready(node, body.payload) for node in nodes]
        await self._check_capacity({node.tool for node in nodes})
        request = DagRequest(workflow=workflow, nodes=ready, return_nodes=body.return_nodes)
        return await self.runs.create(
            request.model_dump(mode="json"),
            key=str(uuid4()),
            name=f"{workflow} for {user}",
            tags=["workflow"],
            labels={USER: user},
        )

    def nodes(self, workflow: str) -> list[ToolNode]:
        """Return the nodes of `workflow`; raises WorkflowNotFound."""
        try:
            return self.dags.nodes(workflow)
        except UnknownWorkflow as error:
            raise WorkflowNotFound(str(error)) from error

    def cost(self, workflow: str) -> int:
        """Return the credits that `workflow` costs if every node runs once."""
        return sum(self.dags.tools[node.tool].cost_per_call for node in self.nodes(workflow))

    async def served(self, deployments: Iterable[str] = ()) -> dict[str, bool]:
        """Tell of `deployments`, of all when none is named, whether a live worker would take their work."""
        asked = list(deployments) or list(self._runs)
        answers = await asyncio.gather(*(self._runs[deployment].has_worker() for deployment in asked))
        return dict(zip(asked, answers, strict=True))

    async def read(self, workflow: str) -> FlowRun:
        """Return the run of a workflow's id; raises RunNotFound."""
        run = run_id(workflow)
        if run is None:
            raise RunNotFound(f"workflow {workflow} is not known")
        return await self.runs.read(str(run))

    async def wait(self, workflow: str, gone: Callable[[], Awaitable[bool]]) -> FlowRun | None:
        """Return the run once it has ended, None when it takes longer than anybody may wait; holds no thread."""
        run = await self.read(workflow)
        return await self.runs.wait(str(run.id), timeout_s=self.settings.result_wait_timeout_seconds, gone=gone)

    async def status(self, run: FlowRun, base: str, glb_path: GlbPathForm) -> StatusView:
        """Return how far `run` is, and what it has made so far."""
        request, result = DagRequest.model_validate(run.parameters["request"]), await self._result(run)
        nodes = result.nodes if result else {}
        state = _word(run, result)
        return StatusView(
            progress=WorkflowProgress(
                state=state,
                total_nodes=len(request.nodes),
                completed_nodes=sum(node.state == "completed" for node in nodes.values()),
                visited=list(nodes),
            ),
            results=await self._items(request, result, base, glb_path) if result else {},
            error=_failure(run, result) if state == "failed" else None,
        )

    async def _ready(self, node: ToolNode, payload: dict[str, Any]) -> DagNode:
        """Return the node with its request; raises what its tool says of the payload."""
        request = await self._tools[node.tool].request(payload | node.payload)
        deployment = self.dags.tools[node.tool].deployment
        return DagNode(
            **node.model_dump(include={"name", "tool", "after", "map"}), deployment=deployment, request=request
        )

    async def _check_capacity(self, tools: set[str]) -> None:
        served = await self.served([RUN_DAG, *(self.dags.tools[tool].deployment for tool in tools)])
        if not all(served.values()):
            raise ToolsUnavailable
        for tool in tools:
            await self._tools[tool].check_queue()
        if await self.runs.count_waiting() >= self.settings.max_queue_size:
            raise QueueFull

    async def _result(self, run: FlowRun) -> DagResult | None:
        try:
            return DagResult.model_validate_json(await self.store.read_named(f"runs/{run.id}/result.json"))
        except ArtifactNotFound:
            return None

    async def _items(self, request: DagRequest, result: DagResult, base: str, glb_path: GlbPathForm) -> Results:
        wanted = request.return_nodes or list(result.nodes)
        ended = {name: node for name, node in result.nodes.items() if name in wanted and node.state != "running"}
        return {
            name: [await self._tools[node.tool].item(made, str(node.run_id), base, glb_path) for made in node.results]
            for name, node in ended.items()
        }


def _word(run: FlowRun, result: DagResult | None) -> AgenticWord:
    """Return the run's word; a run that ended without a good result has failed, whatever its state says."""
    word = agentic_word(run.state)
    return "failed" if word == "completed" and (result is None or not result.success) else word


def _failure(run: FlowRun, result: DagResult | None) -> str:
    said = result.error if result else None
    return said or (run.state.message if run.state else None) or "the workflow ended without leaving a result"
