"""Stopping `up` politely while a run is under way: the run is queued again, and made after the next `up`."""

import asyncio

from deployments.stack import Stack
from tests.life.world import Model, world_of


async def test_a_run_outlives_a_polite_stop_of_the_whole_stack(alive: tuple[Stack, Model]) -> None:
    """SIGTERM to every part at step build; the next stack of the same home makes the ring, and pays nothing twice."""
    stack, model = alive
    async with world_of(stack, model) as world:
        ring = await world.accepted("m-stop")
        await world.reached(ring, "designed")
        await asyncio.to_thread(stack.stop)
    await asyncio.to_thread(stack.start)
    async with world_of(stack, model) as world:
        run = await world.check(ring)
        assert [state.name for state in await world.client.read_flow_run_states(run.id)].count("Crashed") == 0
