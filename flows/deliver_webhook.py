"""Tell a client that its run has ended.

    a run tagged "webhook" ends ─► automation ─► compose ─► deliver ─► the client's URL
                                                   ▲          └◄─ again, with growing pauses
    every quarter of an hour: untold ──────────────┘

Prefect's pages show each delivery as a run of its own, its tries as retries, and a failed one can be run again there.
What nobody took in all its tries, and what no event told of because a server died, is delivered by the second flow.
"""

from datetime import UTC, datetime
from uuid import UUID

from prefect import State, flow
from prefect.deployments import arun_deployment
from prefect.states import Completed

from tasks.domain.errors import AtelierError
from tasks.webhooks import compose, deliver, is_final, settle, untold

DELIVER = "deliver-webhook/default"


@flow(name="deliver-webhook", flow_run_name="webhook of {run_id}")
async def deliver_webhook(run_id: UUID, state_id: UUID) -> State:
    """Deliver one message, about the state `state_id` of run `run_id`; fails when nobody took it."""
    message = await compose(run_id, state_id)
    if message is None:
        return Completed(message="Nobody is to be told of this state, or the run has left it.")
    try:
        await deliver(message)
    except AtelierError as failure:
        if is_final(failure):
            await settle(run_id, state_id)
        raise
    await settle(run_id, state_id)
    return Completed(message="Delivered.")


@flow(name="deliver-missed-webhooks")
async def deliver_missed_webhooks(min_age_s: float = 1800, max_age_s: float = 86_400) -> int:
    """Start a delivery for each run that ended so many seconds ago and is not told of; once an hour for each."""
    missed = await untold(min_age_s, max_age_s)
    for run_id, state_id in missed:
        await arun_deployment(
            DELIVER,
            parameters={"run_id": str(run_id), "state_id": str(state_id)},
            idempotency_key=f"webhook:{state_id}:{datetime.now(UTC):%Y-%m-%dT%H}",
            timeout=0,
            as_subflow=False,
        )
    return len(missed)
