"""Prefect itself notices a run that nobody works on any more, and has it started again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.events import Event
from prefect.events.clients import PrefectEventsClient
from prefect.events.schemas.automations import EventTrigger
from prefect.states import AwaitingRetry, Completed, Running

from deployments import automations
from deployments.catalog import HOUSEKEEPING
from tests.life.world import POLL_S, STUCK_S, World

SHORT = timedelta(seconds=10)  # the shortest that Prefect takes


async def silence(client: PrefectClient) -> timedelta:
    """Return how long a run may be silent."""
    (found,) = await client.read_automations_by_name(automations.silent_runs().name)
    assert isinstance(found.trigger, EventTrigger)
    return found.trigger.within


async def allow_silence(client: PrefectClient, within: timedelta) -> None:
    """Change how long a run may be silent, as a person does in Prefect's pages."""
    edited = automations.silent_runs()
    (found,) = await client.read_automations_by_name(edited.name)
    assert isinstance(edited.trigger, EventTrigger)
    edited.trigger.within = within
    await client.update_automation(found.id, edited)


@pytest.fixture
async def impatient(world: World) -> AsyncIterator[World]:
    """The stack, with a person's edit: silence counts after ten seconds."""
    await allow_silence(world.client, SHORT)
    yield world
    await allow_silence(world.client, automations.SILENCE)


async def left_alone(client: PrefectClient, *states: State, tags: Sequence[str] = ()) -> UUID:
    """Create a run for a pool that has no worker, and take it through `states`."""
    deployment = await client.read_deployment_by_name(HOUSEKEEPING)
    run = await client.create_flow_run_from_deployment(deployment.id, tags=tags)
    for state in states:
        await client.set_flow_run_state(run.id, state, force=True)
    return run.id


async def history(client: PrefectClient, run: UUID) -> list[str]:
    """Return the names of the run's states, oldest first."""
    states = await client.read_flow_run_states(run)
    return [str(state.name) for state in sorted(states, key=lambda state: state.timestamp)]


async def test_set_up_again_keeps_what_a_person_edited(impatient: World) -> None:
    """Applying the automations a second time makes no second one and undoes no edit."""
    count = len(await impatient.client.read_automations())
    await automations.apply(impatient.client)
    assert len(await impatient.client.read_automations()) == count
    assert await silence(impatient.client) == SHORT


async def test_silence_is_noticed_and_the_run_is_started_again(impatient: World) -> None:
    """After one heartbeat and no more: crashed and queued again; given up at the third start, unless it has milestones;
    an ended run is safe."""
    client = impatient.client
    lost = await left_alone(client, Running())
    thrice = (Running(), AwaitingRetry(), Running(), AwaitingRetry(), Running())
    poison = await left_alone(client, *thrice)
    getting_on = await left_alone(client, *thrice, tags=["milestones"])
    ended = await left_alone(client, Running(), Completed())
    async with PrefectEventsClient(api_url=impatient.stack.parts.prefect_api_url) as events:
        for run in (ended, poison, getting_on, lost):  # the one that had ended says so late, as happens
            resource = {"prefect.resource.id": f"prefect.flow-run.{run}"}
            await events.emit(Event(event="prefect.flow-run.heartbeat", resource=resource))
    async with asyncio.timeout(STUCK_S):
        ends = {lost: "AwaitingRetry", getting_on: "AwaitingRetry", poison: "Crashed"}
        while {run: (await history(client, run))[-1] for run in ends} != ends:
            await asyncio.sleep(POLL_S)
    assert await history(client, lost) == ["Scheduled", "Running", "Crashed", "AwaitingRetry"]
    before = ["Scheduled", *(state.name for state in thrice)]
    assert await history(client, getting_on) == [*before, "Crashed", "AwaitingRetry"]
    assert (await history(client, poison)).count("Running") == 3
    assert (await history(client, ended))[-1] == "Completed"
