"""Drives real tasks in a real Prefect: retries, conditions and time-outs are their own, only their delays are 0."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from prefect import Task, flow

from tasks.domain.errors import AtelierError
from tasks.try_on_policies import Retries, counting


@dataclass(frozen=True)
class Outcome:
    """What came of a task, and how often it was tried again."""

    value: Any
    error: AtelierError | None
    retries: int


async def drive(*calls: tuple[Task, Sequence[Any]]) -> list[Outcome]:
    """Run the tasks with their arguments side by side, in one flow."""

    @flow(persist_result=False)
    async def driven() -> list[Outcome]:
        return await asyncio.gather(*(_outcome(task, arguments) for task, arguments in calls))

    return await driven()


async def _outcome(task: Task, arguments: Sequence[Any]) -> Outcome:
    retries = Retries()
    patient = task.with_options(retry_delay_seconds=[0] * task.retries)
    with counting(retries):
        try:
            return Outcome(await patient(*arguments), None, retries.count)
        except AtelierError as error:
            return Outcome(None, error, retries.count)
