"""What wakes a worker, and what does not."""

from uuid import UUID, uuid4

import pytest
from prefect.events import Event, RelatedResource, Resource

from deployments.worker.wakeup import events_of

OURS = uuid4()


def event(state: str, pool: UUID) -> Event:
    """The event that the server sends when a run of the pool changes its state."""
    related = {"prefect.resource.id": f"prefect.work-pool.{pool}", "prefect.resource.role": "work-pool"}
    return Event(
        event=f"prefect.flow-run.{state}",
        resource=Resource({"prefect.resource.id": f"prefect.flow-run.{uuid4()}"}),
        related=[RelatedResource(related)],
    )


DUE = ["Scheduled", "AwaitingRetry", "Resuming", "Late"]
ENDED = ["Completed", "Failed", "TimedOut", "Crashed", "Cancelled"]


@pytest.mark.parametrize("state", [*DUE, *ENDED, "Cancelling"])
def test_due_ended_and_cancelled_runs_of_the_pool_wake_its_workers_and_nobody_elses(state: str) -> None:
    """Every way for a run to become due or to end, and its cancelling, passes for its own pool and for no other."""
    happened = event(state, OURS)
    assert events_of(OURS).includes(happened)
    assert not events_of(uuid4()).includes(happened)


@pytest.mark.parametrize("state", ["Pending", "Running", "AwaitingConcurrencySlot"])
def test_what_needs_no_worker_wakes_none(state: str) -> None:
    """A run's own progress is nobody's reason to look."""
    happened = event(state, OURS)
    assert not events_of(OURS).includes(happened)
