"""Runs of one operation's deployment, with what RunPod's contract needs beside the usual."""

from typing import Any
from uuid import UUID

from prefect.client.schemas.actions import DeploymentFlowRunCreate
from prefect.client.schemas.objects import FlowRun
from prefect.states import Failed, to_state_create

from api.parameters import check_parameters
from api.runs import CREATE_TIMEOUT_S, Runs, idempotency_key
from blocks.tracing import trace_labels

LATER = "-later"  # after a work queue's name: Prefect makes the queue, and serves those made later after the others


class JobRuns(Runs):
    """The runs of one deployment."""

    async def create_later(
        self, request: dict[str, Any], *, key: str, name: str, tags: list[str], labels: dict[str, Any]
    ) -> FlowRun:
        """Start a run as `create` does, in a queue that workers look at after all others."""
        check_parameters(request)
        deployment = await self.deployment()
        if deployment.work_queue_name is None or deployment.work_pool_name is None:
            return await self.create(request, key=key, name=name, tags=tags, labels=labels)
        asked = DeploymentFlowRunCreate(
            parameters={"request": request},
            idempotency_key=idempotency_key(key),
            name=name,
            tags=tags,
            labels=labels | trace_labels(),
            work_queue_name=f"{deployment.work_queue_name.removesuffix(LATER)}{LATER}",
        )
        return await self._post(deployment.id, asked)

    async def create_failed(
        self, problem: str, *, key: str, name: str, tags: list[str], labels: dict[str, Any]
    ) -> FlowRun:
        """Return a run that has failed already: of a request that no flow could be asked, so it is not kept."""
        asked = DeploymentFlowRunCreate(
            state=to_state_create(Failed(message=problem)),
            parameters={},
            enforce_parameter_schema=False,
            idempotency_key=idempotency_key(key),
            name=name,
            tags=tags,
            labels=labels | trace_labels(),
        )
        return await self._post((await self.deployment()).id, asked)

    async def fail_again(self, run: FlowRun) -> None:
        """Let a run that `create_failed` made fail once more."""
        message = run.state.message if run.state else None
        async with self.prefect.answering() as client:
            await client.set_flow_run_state(run.id, Failed(message=message), force=True)
        self.prefect.forget(run.id)

    async def note(self, run: UUID, labels: dict[str, bool | int | float | str]) -> None:
        """Set labels of a run."""
        async with self.prefect.answering() as client:
            await client.update_flow_run_labels(run, labels)
        self.prefect.forget(run)

    async def tag(self, run: FlowRun, tag: str) -> None:
        """Give a run one more tag."""
        async with self.prefect.answering() as client:
            await client.update_flow_run(run.id, tags={*run.tags, tag})
        self.prefect.forget(run.id)

    async def _post(self, deployment: UUID, asked: DeploymentFlowRunCreate) -> FlowRun:
        async with self._writing, self.prefect.answering(CREATE_TIMEOUT_S) as client:
            answer = await client.request(
                "POST",
                "/deployments/{id}/create_flow_run",
                path_params={"id": deployment},
                json=asked.model_dump(mode="json", exclude_unset=True),
            )
        return FlowRun.model_validate(answer.json())
