"""Tell a client that its run has ended.

    a run tagged "webhook" ends ─► automation ─► compose ─► deliver ─► the client's URL
                                                              └◄─ again, with growing pauses

Prefect's pages show each delivery as a run of its own, its tries as retries, and a failed one can be run again there.
"""

from uuid import UUID

from prefect import State, flow
from prefect.states import Completed

from tasks.webhooks import compose, deliver


@flow(name="deliver-webhook", flow_run_name="webhook of {run_id}")
async def deliver_webhook(run_id: UUID, state_id: UUID) -> State:
    """Deliver one message, about the state `state_id` of run `run_id`; fails when nobody took it."""
    message = await compose(run_id, state_id)
    if message is None:
        return Completed(message="Nobody is to be told of this state, or the run has left it.")
    await deliver(message)
    return Completed(message="Delivered.")
