"""What a try-on run has so far, its steps, and how it ends."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from prefect import State
from prefect.states import Failed

from flows.contracts import TryOnPreprocessResult
from flows.steps import Steps
from tasks.domain.errors import AtelierError
from tasks.domain.try_on.failures import failure_of, timeout_of
from tasks.domain.try_on.steps import Step
from tasks.progress import Progress
from tasks.try_on_policies import Retries, counting, flow_timeout_s
from tasks.try_on_publishing import publish_try_on

Result = TypeVar("Result", bound=TryOnPreprocessResult)


@dataclass
class Work(Generic[Result]):
    """A run under way; `result` grows step by step, so that a failed run tells how far it came."""

    result: Result
    steps: Steps
    size_px: tuple[int, int] = (0, 0)
    retries: Retries = field(default_factory=Retries)

    @classmethod
    def begin(cls, result: Result, percent: Mapping[Step, int], progress: Progress, first: Step) -> "Work[Result]":
        """Return the work of a run whose first step is `first`, where a failure before it belongs."""
        percents = {str(step): percent[step] for step in percent}
        return cls(result, Steps(percents, progress, result.timings_s, current=first))

    @property
    def current(self) -> Step:
        """The step that the run is at."""
        return Step(self.steps.current)

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Do the work of `step` inside the block; a failure in it is this step's."""
        self.retries.count = 0
        with self.steps.at(step):
            yield

    def made_by(self, name: str, engine: str) -> None:
        """Note which engine did the work `name`, where its service says so."""
        if engine:
            self.result.engines[name] = engine

    def warn(self, text: str) -> None:
        """Tell the client something that is no failure."""
        self.result.warnings.append(text)

    @asynccontextmanager
    async def seen_through(self) -> AsyncIterator[None]:
        """Do all steps inside the block; the result tells whether they succeeded, and if not, why."""
        limit_s = flow_timeout_s()
        try:
            with counting(self.retries):
                async with asyncio.timeout(limit_s) as patience:
                    yield
            self.result.success = True
        except AtelierError as error:
            self.result.failure = failure_of(error, self.current, self.retries.count)
        except TimeoutError as error:
            message = f"the workflow took longer than {limit_s:g} s" if patience.expired() else str(error)
            self.result.failure = timeout_of(message, self.current, self.retries.count)
        finally:
            self.steps.time_all()

    async def published(self) -> Result | State:
        """Write the result down; return it, or the state of a run that failed."""
        await publish_try_on(self.result)
        return Failed(message=self.result.failure.message) if self.result.failure else self.result
