"""What Prefect does by itself when something happens, or fails to happen: visible and editable in its pages.

A run whose process and worker are both gone says nothing any more. It becomes Crashed, a step that Prefect refuses
for a run which has ended after all, and then waits for another worker, unless it has been started three times; a run
that keeps what it finished, more often, since an event does not tell whether it got on meanwhile.

Between the two is a pause. Prefect acts on silence before it forgets it, so that the state which it sets may end the
same silence a second time. A run that is Crashed already refuses that; one that waited again, or ran, would not.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

from deployments.catalog import DELIVER_WEBHOOK
from deployments.environment import HEARTBEAT_S
from deployments.recovery import MAX_STARTS

RUN = "prefect.flow-run."
EVERY_RUN = {"prefect.resource.id": f"{RUN}*"}
# Three heartbeats: a restart of the server must not look like the death of every run.
SILENCE = timedelta(seconds=3 * HEARTBEAT_S)
PAUSE = timedelta(seconds=10)  # the least that Prefect waits for what does not happen
# Pulling a container's image belongs to this time.
SLOW_START = timedelta(minutes=10)
LOST = "No sign of life"
MAX_STARTS_WITH_MILESTONES = 20

ENDS = {"Completed", "Failed", "TimedOut", "Crashed", "Cancelled"}
PUT_BACK = {"Scheduled", "AwaitingRetry", "AwaitingConcurrencySlot", "Resuming"}


async def apply(client: PrefectClient) -> None:
    """Create the automations that are missing; one that exists stays as it is, since a person may have edited it."""
    deliver = await client.read_deployment_by_name(DELIVER_WEBHOOK)
    for automation in _all(deliver.id):
        known = await client.read_automations_by_name(automation.name)
        if not known:
            await client.create_automation(automation)
        elif not _deployments(automation) <= _deployments(known[0]):  # it was deleted and made anew: another id
            await client.update_automation(known[0].id, automation)


def _all(deliver: UUID) -> list[AutomationCore]:
    return [silent_runs(), runs_that_never_begin(), lost_runs_again(), lost_jobs_again(), webhooks(deliver)]


def _deployments(automation: AutomationCore) -> set[UUID | None]:
    """Return the deployments that `automation` starts."""
    return {action.deployment_id for action in automation.actions if isinstance(action, RunDeployment)}


def silent_runs() -> AutomationCore:
    """After a heartbeat there must be another, or a state in which no process works."""
    return AutomationCore(
        name="Runs without a sign of life",
        description=f"No heartbeat for {SILENCE.seconds} s: the run's process and its worker are gone.",
        trigger=_absence({"heartbeat"}, {"heartbeat", "Suspended", "Cancelling"} | ENDS | PUT_BACK, SILENCE),
        actions=[_crash(f"{LOST} for {SILENCE.seconds} s: the process and its worker are gone.")],
    )


def runs_that_never_begin() -> AutomationCore:
    """After a worker has taken a run, the run must begin, or be put back."""
    return AutomationCore(
        name="Runs that never begin",
        description="A worker took the run, and nothing came of it.",
        trigger=_absence({"Pending"}, {"Running", "Cancelling"} | ENDS | PUT_BACK, SLOW_START),
        actions=[_crash(f"{LOST} since a worker took this run.")],
    )


def lost_runs_again() -> AutomationCore:
    """A run that was lost is for another worker to take, up to MAX_STARTS starts."""
    return AutomationCore(
        name="Lost runs are started again",
        description=f"At most {MAX_STARTS} starts in all; after that they stay Crashed.",
        trigger=_lost(range(MAX_STARTS)),
        actions=[_again()],
    )


def lost_jobs_again() -> AutomationCore:
    """A lost run of a deployment tagged "milestones" is worth more starts: each goes on from what the last one kept."""
    return AutomationCore(
        name="Lost runs with milestones are started again",
        description=f"At most {MAX_STARTS_WITH_MILESTONES} starts in all; after that they stay Crashed.",
        trigger=_lost(range(MAX_STARTS, MAX_STARTS_WITH_MILESTONES), tag="milestones"),
        actions=[_again()],
    )


def webhooks(deployment_id: UUID) -> AutomationCore:
    """A run tagged "webhook" that has ended starts the delivery of a message; deliveries have no such tag."""
    run_id = "{{ event.resource.id | replace('prefect.flow-run.', '') }}"
    state_id = "{{ event.id }}"  # Prefect gives the event of a change of state the id of that state
    parameters = {
        name: {"__prefect_kind": "jinja", "template": template}
        for name, template in {"run_id": run_id, "state_id": state_id}.items()
    }
    return AutomationCore(
        name="Webhooks",
        description="Tells the client of a run that it has ended.",
        trigger=EventTrigger(
            match=EVERY_RUN,
            match_related=_tagged("webhook"),
            expect={RUN + name for name in ENDS},
            for_each={"prefect.resource.id"},
            posture=Posture.Reactive,
        ),
        actions=[RunDeployment(deployment_id=deployment_id, parameters=parameters)],
    )


def _absence(after: set[str], expect: set[str], within: timedelta) -> EventTrigger:
    return EventTrigger(
        match=EVERY_RUN,
        after={RUN + name for name in after},
        expect={RUN + name for name in expect},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        within=within,
    )


def _lost(starts: Iterable[int], tag: str | None = None) -> EventTrigger:
    counts = {"prefect.run-count": [str(count) for count in starts]}
    return EventTrigger(
        match=EVERY_RUN | {"prefect.state-message": f"{LOST}*"} | counts,
        match_related=_tagged(tag) if tag else {},
        after={f"{RUN}Crashed"},
        expect={f"{RUN}Running"},  # never, with this message: so it is after the pause, and once
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        within=PAUSE,
    )


def _tagged(tag: str) -> dict[str, str]:
    return {"prefect.resource.role": "tag", "prefect.resource.id": f"prefect.tag.{tag}"}


def _again() -> ChangeFlowRunState:
    return ChangeFlowRunState(state=StateType.SCHEDULED, name="AwaitingRetry", message="Lost, so it is started again.")


def _crash(message: str) -> ChangeFlowRunState:
    return ChangeFlowRunState(state=StateType.CRASHED, message=message)
