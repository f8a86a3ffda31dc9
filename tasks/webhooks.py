"""Tell a run's client that it has ended: what the message says, and the tries to deliver it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import get_client, task
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterEndTime, FlowRunFilterTags
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from pydantic import BaseModel, Field

from blocks import webhooks
from blocks.tracing import CORRELATION, TRACEPARENT, trace_of, tracing
from tasks.domain.errors import AtelierError, InvalidInput, UpstreamError
from tasks.policies import if_upstream_may_recover
from tasks.progress import PROGRESS
from tasks.runpod_webhook import TIMEOUT_S, job_message, wants_job

TAG = "webhook"
WEBHOOK, TOLD = "atelier.webhook", "atelier.webhook-told"
MAX_UNTOLD = 200  # at once; the next time brings the next ones
MAX_ERROR_CHARACTERS = 2000


class Message(BaseModel):
    """One message, the same at every try."""

    id: str = Field(description="Of the state that it tells, so that a second delivery is known as one")
    url: str
    body: str = Field(description="JSON")
    must_sign: bool = Field(True, description="RunPod's receivers expect no signature: theirs has one where it can")
    timeout_s: float | None = Field(None, description="For one try; if not given, as the settings say")
    trace: dict[str, str] = Field({}, description="The labels of the run's trace, to which the delivery belongs")


@task(task_run_name="compose")
async def compose(run_id: UUID, state_id: UUID) -> Message | None:
    """Return what to tell of run `run_id`; None when there is nobody to tell, or the state has been left again.

    A run that was lost and is taken up again has a state Crashed for a moment. Its real end will be told.
    """
    async with get_client() as client:
        try:
            run = await client.read_flow_run(run_id)
        except ObjectNotFound:
            return None
        url, state = run.labels.get(WEBHOOK), run.state
        if not url or state is None or state.id != state_id or not state.is_final():
            return None
        deployment = await _deployment(client, run)
    trace = {name: str(value) for name, value in run.labels.items() if name in (CORRELATION, TRACEPARENT)}
    said: dict[str, Any] = {"id": str(state_id), "url": str(url), "trace": trace}
    if wants_job(run):
        return Message(**said, body=json.dumps(await job_message(run)), must_sign=False, timeout_s=TIMEOUT_S)
    return Message(**said, body=json.dumps(_body(run, state, deployment)))


@task(
    task_run_name="deliver {message.id}",
    retries=len(webhooks.webhook_settings().retry_delays_s),
    retry_delay_seconds=webhooks.webhook_settings().retry_delays_s,
    retry_jitter_factor=0.2,
    retry_condition_fn=if_upstream_may_recover,
)
async def deliver(message: Message) -> None:
    """Send the message; raises what `blocks.webhooks.send` raises when no further try is made."""
    with tracing(trace_of(message.trace)):
        body = message.body.encode()
        await webhooks.send(message.url, message.id, body, must_sign=message.must_sign, timeout_s=message.timeout_s)


def is_final(failure: AtelierError) -> bool:
    """Tell whether no later try could succeed: the receiver refused, or its URL leads where nothing is sent."""
    return isinstance(failure, InvalidInput) or (isinstance(failure, UpstreamError) and not failure.retryable)


@task(task_run_name="settle", retries=3, retry_delay_seconds=[1, 5, 30])
async def settle(run_id: UUID, state_id: UUID) -> None:
    """Note on the run that nobody has to be told of this state any more."""
    async with get_client() as client:
        await client.update_flow_run_labels(run_id, {TOLD: str(state_id)})


@task
async def untold(min_age_s: float, max_age_s: float) -> list[tuple[UUID, UUID]]:
    """Return each run that ended between `max_age_s` and `min_age_s` ago and is not told of, with its last state."""
    now = datetime.now(UTC)
    ended = FlowRunFilterEndTime(after_=now - timedelta(seconds=max_age_s), before_=now - timedelta(seconds=min_age_s))
    wanted = FlowRunFilter(tags=FlowRunFilterTags(all_=[TAG]), end_time=ended)
    async with get_client() as client:
        runs = await client.read_flow_runs(flow_run_filter=wanted, limit=MAX_UNTOLD, sort=FlowRunSort.END_TIME_DESC)
    states = [(run.id, run.state.id) for run in runs if run.state and run.state.is_final()]
    told = {run.id: run.labels.get(TOLD) for run in runs}
    return [(run_id, state_id) for run_id, state_id in states if told[run_id] != str(state_id)]


def _body(run: FlowRun, state: State, deployment: str) -> dict[str, Any]:
    word = state.type.value.lower()
    here = f"{webhooks.webhook_settings().public_url.rstrip('/')}/runs/{run.id}"
    return {
        "type": f"run.{word}",
        "timestamp": state.timestamp.isoformat(),
        "data": {
            "id": str(run.id),
            "name": run.name,
            "deployment": deployment,
            "state": word,
            "progress": 100 if state.is_completed() else run.labels.get(PROGRESS, 0),
            "error": None if state.is_completed() else (state.message or word)[:MAX_ERROR_CHARACTERS],
            "links": {"self": here, "result": f"{here}/result"},
        },
    }


async def _deployment(client: PrefectClient, run: FlowRun) -> str:
    """Return the public name of what ran, empty when its deployment is gone."""
    if run.deployment_id is None:
        return ""
    try:
        deployment = await client.read_deployment(run.deployment_id)
        flow = await client.read_flow(run.flow_id)
    except ObjectNotFound:
        return ""
    return f"{flow.name}/{deployment.name}"
