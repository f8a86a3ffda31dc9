"""What the engine's benchmark runs: flows and a task that do nothing, so that all the time is the engine's."""

import asyncio

from prefect import flow, task

STEPS = 9
LONG_S = 600


@flow
async def trivial() -> None:
    """Do nothing."""


@flow
async def stepwise() -> None:
    """Nine tasks, one after another."""
    for number in range(STEPS):
        await step(number)


@flow
async def endless() -> None:
    """Wait to be cancelled."""
    await asyncio.sleep(LONG_S)


@task
async def step(number: int) -> int:
    """Return what came in."""
    return number
