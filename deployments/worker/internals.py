"""Every private part of Prefect 3.8.8 that the worker touches, in one file: what to look at when Prefect is upgraded.

`tests/worker/test_contract.py` holds the worker to what the stock worker does with the same runs.
"""

import abc
import contextlib
import copy
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from prefect._internal.infrastructure_exit_codes import get_infrastructure_exit_info
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, Integration, State, WorkerMetadata, WorkPool
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events import RelatedResource, related
from prefect.exceptions import Abort
from prefect.flows import load_flow_from_flow_run
from prefect.runner._control_channel import ControlChannel, ControlSignalStatus
from prefect.runner._hook_runner import HookRunner
from prefect.states import Cancelled, Cancelling, Pending
from prefect.types._datetime import DateTime
from prefect.utilities.engine import propose_state
from prefect.utilities.processutils import command_from_string
from prefect.workers.base import BaseWorker
from prefect.workers.process import ProcessJobConfiguration, ProcessVariables, ProcessWorkerResult

ENGINE = "prefect.engine"
HOOKS = "deployments.worker.hooks"
ENGINE_COMMAND = f"python -m {ENGINE}"
SET_DIRECTORY = "prefect.deployments.steps.set_working_directory"

__all__ = ["ControlChannel", "ControlSignalStatus", "OpenWorker", "ProcessJobConfiguration", "ProcessWorkerResult"]


class OpenWorker(BaseWorker[ProcessJobConfiguration, ProcessVariables, ProcessWorkerResult], abc.ABC):
    """Prefect's worker, with what this package needs of its inside as methods and properties."""

    async def _submit_run(self, flow_run: FlowRun) -> None:
        """Stock: reads the deployment twice, tells of Submitting, writes labels, and only then starts the process."""
        try:
            await self.see_through(flow_run)
        finally:
            self._release_limit_slot(flow_run.id)
            self._submitting_flow_run_ids.discard(flow_run.id)

    async def _worker_metadata(self) -> WorkerMetadata | None:
        """Stock: imports every integration, Azure's for two seconds, to name them; their entry points do too."""
        named = [
            Integration(name=point.dist.name, version=point.dist.version)
            for point in entry_points(group="prefect.collections")
            if point.dist and point.dist.name.replace("-", "_") == point.name
        ]
        return WorkerMetadata(integrations=named) if named else None

    @abc.abstractmethod
    async def see_through(self, flow_run: FlowRun) -> None:
        """Take the run and stay with it until its process has ended; must not raise."""

    @property
    def pool_id(self) -> UUID | None:
        """The pool's id, once the server has told it."""
        return self._work_pool.id if self._work_pool else None

    @property
    def is_full(self) -> bool:
        """Whether `--limit` runs are under way."""
        return self._limiter is not None and self._limiter.available_tokens == 0

    @property
    def pool_name(self) -> str:
        """The pool's name."""
        return self._work_pool_name

    async def claim(self, flow_run: FlowRun, signature: str) -> bool:
        """Take the run for this worker, signed, in one call; False when the server says no."""
        pending: State[Any] = Pending(message=signature)
        if flow_run.state_name == "AwaitingConcurrencySlot":
            # It was put off by a fixed time, which the engine would sit out although the slot is free by now.
            pending.state_details.scheduled_time = DateTime.now("UTC")
        try:
            state = await propose_state(self.client, pending, flow_run_id=flow_run.id)
        except Abort:
            return False
        return state.is_pending()

    async def configure(self, flow_run: FlowRun) -> ProcessJobConfiguration:
        """Return what the pool, the deployment and the run say about its process; ObjectNotFound if one is deleted."""
        pool: WorkPool = copy.deepcopy(self.work_pool)  # a heartbeat may bring another one meanwhile
        return await self.job_configuration.resolve_for_flow_run(
            flow_run, client=self.client, work_pool=pool, worker_name=self.name, worker_id=self.backend_id
        )

    async def give_labels(self, flow_run: FlowRun) -> None:
        """Write the labels that say which worker ran it."""
        await self._give_worker_labels_to_flow_run(flow_run.id)

    def tell_submitted(self, configuration: ProcessJobConfiguration) -> Any:
        """Emit the event that the run has a process; return it."""
        return self._emit_flow_run_submitted_event(configuration)

    def tell_executed(
        self, result: ProcessWorkerResult, configuration: ProcessJobConfiguration, submitted: Any
    ) -> None:
        """Emit the event that the process has ended."""
        self._emit_flow_run_executed_event(result, configuration, submitted)

    async def report_crashed(self, flow_run: FlowRun, message: str) -> None:
        """Propose CRASHED; a run that has its end already keeps it."""
        await self._propose_crashed_state(flow_run, message)

    async def report_cancelled(self, flow_run: FlowRun) -> None:
        """Make a run whose process is gone CANCELLED; one that has another end already keeps it."""
        cancelled: State[Any] = Cancelled(message="Flow run was cancelled successfully.")
        with contextlib.suppress(Abort):
            await propose_state(self.client, cancelled, flow_run_id=flow_run.id)

    async def report_deleted(self, flow_run: FlowRun) -> None:
        """Cancel a run whose deployment is no more, as the stock worker does."""
        message = f"Deployment {flow_run.deployment_id} no longer exists, cancelled run."
        await self._mark_flow_run_as_cancelled(flow_run, state_updates={"message": message})


def explain_exit(status: int) -> str:
    """Return the stock worker's words for an exit status."""
    return f"Process exited with status code: {status}. {get_infrastructure_exit_info(status).explanation}"


def request_for(
    flow_run: FlowRun, configuration: ProcessJobConfiguration, pool: WorkPool, channel: ControlChannel
) -> dict[str, Any]:
    """Return what the zygote needs to become this run's process, but for its folder."""
    port, token = channel.register(flow_run.id)
    environment = _environment(configuration) | {
        "PREFECT__FLOW_RUN_ID": str(flow_run.id),
        "PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS": "false",  # the worker runs them, when the process is gone
        "PREFECT__CONTROL_PORT": str(port),
        "PREFECT__CONTROL_TOKEN": token,
    }
    if entrypoint := _plain_entrypoint(_deployment(configuration)):
        environment["PREFECT__FLOW_ENTRYPOINT"] = entrypoint  # spares the child a read of the deployment
    own = configuration._command_configured and configuration.command != ENGINE_COMMAND
    command = command_from_string(configuration.command or "") if own else None
    quiet = not configuration.stream_output
    return {
        "module": ENGINE,
        "arguments": [],
        "command": command,
        "environment": environment,
        "quiet": quiet,
        "surroundings": _surroundings(flow_run, configuration, pool),
    }


def _surroundings(
    flow_run: FlowRun, configuration: ProcessJobConfiguration, pool: WorkPool
) -> dict[str, dict[str, Any]]:
    """Return what each event of the run names beside it, flow, deployment, queue and pool, by Prefect's cache keys."""
    flow, deployment = (configuration._related_objects[kind] for kind in ("flow", "deployment"))
    queue = SimpleNamespace(id=flow_run.work_queue_id, name=flow_run.work_queue_name)
    known = [
        ("flow", flow_run.flow_id, flow),
        ("deployment", flow_run.deployment_id, deployment),
        ("work-queue", flow_run.work_queue_id, queue),
        ("work-pool", pool.name, pool),
    ]
    return {
        f"{kind}.{key}": {
            "kind": kind,
            "labels": related.object_as_related_resource(kind, kind, item).root,
            "tags": list(getattr(item, "tags", [])),
        }
        for kind, key, item in known
        if item is not None and item.name is not None  # who is offered a run is not always told its queue's name
    }


@dataclass(frozen=True)
class _Surrounding:
    labels: dict[str, str]
    tags: list[str]

    def as_related_resource(self, role: str) -> RelatedResource:
        return RelatedResource(self.labels | {"prefect.resource.role": role})


def remember_surroundings(known: dict[str, dict[str, Any]]) -> None:
    """Tell this process what the worker knows; with its first event it would ask the server for each of them."""
    now = DateTime.now("UTC")
    for key, item in known.items():
        entry = {"kind": item["kind"], "object": _Surrounding(item["labels"], item["tags"])}
        related.RESOURCE_CACHE[key] = (entry, now)


def hooks_request(flow_run: FlowRun, configuration: ProcessJobConfiguration, kind: str) -> dict[str, Any]:
    """Return what the zygote needs to become a process that runs the flow's hooks, but for its folder."""
    arguments, quiet = [str(flow_run.id), kind], not configuration.stream_output
    environment = _environment(configuration)
    return {
        "module": HOOKS,
        "arguments": arguments,
        "command": None,
        "environment": environment,
        "quiet": quiet,
        "surroundings": {},
    }


def folder_for(configuration: ProcessJobConfiguration) -> TemporaryDirectory[str] | contextlib.nullcontext[str]:
    """Return the folder in which the run's process starts, as a context: the configured one, or one of its own."""
    steps = _pull_steps(_deployment(configuration))
    if configuration.working_dir:
        return contextlib.nullcontext(str(configuration.working_dir))
    if _plain_entrypoint(_deployment(configuration)) and steps:
        return contextlib.nullcontext(steps[-1][SET_DIRECTORY]["directory"])
    return TemporaryDirectory(suffix="prefect")


def entrypoint_of(configuration: ProcessJobConfiguration) -> str | None:
    """Return where the run's flow lies, `module.flow` or `path:flow`."""
    deployment = _deployment(configuration)
    return deployment.entrypoint if deployment else None


def _environment(configuration: ProcessJobConfiguration) -> dict[str, str]:
    return {name: value for name, value in configuration.env.items() if value is not None}


def _deployment(configuration: ProcessJobConfiguration) -> DeploymentResponse | None:
    deployment: DeploymentResponse | None = configuration._related_objects["deployment"]
    return deployment


def _pull_steps(deployment: DeploymentResponse | None) -> list[dict[str, Any]]:
    return (deployment.pull_steps or []) if deployment else []


def _plain_entrypoint(deployment: DeploymentResponse | None) -> str | None:
    """Return the entrypoint if all that a pull does is to name a folder that exists; else the engine pulls."""
    steps = _pull_steps(deployment)
    plain = all(list(step) == [SET_DIRECTORY] and _is_folder(step[SET_DIRECTORY]) for step in steps)
    if deployment is None or not steps or not plain or deployment.storage_document_id:
        return None
    return deployment.entrypoint


def _is_folder(step: dict[str, Any]) -> bool:
    return list(step) == ["directory"] and Path(str(step["directory"])).is_dir()


async def run_hooks(flow_run: FlowRun, kind: str) -> None:
    """Run the flow's on_cancellation or on_crashed hooks in this process; Prefect logs what fails."""
    runner = HookRunner(resolve_flow=load_flow_from_flow_run)
    if kind == "cancellation":
        await runner.run_cancellation_hooks(flow_run, Cancelling())
    elif flow_run.state is not None:
        await runner.run_crashed_hooks(flow_run, flow_run.state)


async def let_go(client: PrefectClient, flow_run: FlowRun) -> None:
    """Make a run free for any worker: without an infrastructure id, and visible to workers again.

    With an id left, cancelling it would wait for a worker that is not there; after a retry in its process, queues hide
    it. The client has no method that empties a field.
    """
    policy = flow_run.empirical_policy.model_dump(mode="json") | {"retry_type": "reschedule"}
    change = {"infrastructure_pid": "", "empirical_policy": policy}
    await client._client.patch(f"/flow_runs/{flow_run.id}", json=change)
