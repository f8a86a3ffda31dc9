"""SIGKILL of any part of the stack in every round of a job: no picture is lost, and none is made twice."""

import asyncio
from collections.abc import Iterator

import pytest

from deployments.recovery import MAX_STARTS
from deployments.stack import Stack
from tests.images_flow.generators import Generators
from tests.images_life.world import COSTS_A_START, living_stack, survive, world_of

KILLS = ["worker", "api", "prefect", "flow", "worker"]
FINISH_S = 3


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Generators]]:
    """The stack and its endpoints."""
    with living_stack(tmp_path_factory.mktemp("images-life"), IMAGE_FINISH_S=str(FINISH_S)) as both:
        yield both


async def test_a_job_outlives_a_kill_in_each_of_its_rounds(alive) -> None:
    """Five rounds on three endpoints, five kills: fifteen pictures, each made once, and the document tells of all.

    Its process dies more often than a run that never gets on may be started.
    """
    async with world_of(*alive) as world:
        run = await survive(world, KILLS)
    starters = [target for target in KILLS if target in COSTS_A_START]
    assert MAX_STARTS < run.run_count <= 1 + len(starters)


async def test_a_job_that_is_told_to_stop_goes_on_for_a_while_and_is_never_called_complete(alive) -> None:
    """A polite stop of the whole stack: further rounds are drawn in the time it has; the next stack makes the rest."""
    stack, generators = alive
    async with world_of(stack, generators) as world:
        job = await world.accepted(prompt="a ring", count=9)
        await world.drawing(job, 1)
        await asyncio.to_thread(stack.stop)
    drawn = {order.key for order in generators.orders if order.key.startswith(job)}
    await asyncio.to_thread(stack.start)
    async with world_of(stack, generators) as world:
        run = await world.check(job, rounds=9)
        assert run.run_count == 2
        states = [state.name for state in await world.client.read_flow_run_states(run.id)]
        assert (states.count("Completed"), states.count("Crashed"), states.count("Failed")) == (1, 0, 0)
    assert 3 < len(drawn) < 27
