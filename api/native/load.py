"""How busy a pipeline is: how many runs wait, how long one takes, and what follows for whoever asks."""

import asyncio
import math
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prefect.client.schemas.objects import FlowRun

from api.errors import Refusal
from api.runs import Runs
from api.states import native_word
from deployments.catalog import Pipeline, default_concurrency

COUNT_CACHE_S = 1.0
TYPICAL_CACHE_S = 60.0
RUNS_SEEN, RUNS_NEEDED = 20, 3  # a median of fewer says little
ASSUMED_S = 10.0  # of a run, only for Retry-After, until some have been seen
RETRY_AFTER_S = range(1, 601)
POLL_AFTER_S = range(1, 11)
ETA_STEP_S = 5  # finer would pretend to know, and change an answer's ETag for nothing


class QueueFull(Refusal):
    """As many runs of the pipeline wait as may."""

    status = 429
    code = "queue_full"

    def __init__(self, pipeline: Pipeline, retry_after_s: int) -> None:
        super().__init__(f"{pipeline.queue_limit} runs of {pipeline.name} wait already; try again later")
        self.retry_after_s = retry_after_s


class Load:
    """What is known of a pipeline's load, from Prefect, asked seldom and shared by all requests."""

    def __init__(self, pipeline: Pipeline, runs: Runs) -> None:
        self._pipeline = pipeline
        self._runs = runs
        self._waiting, self._counted_at = 0, -math.inf
        self._creating = 0
        self._counting = asyncio.Lock()
        self._typical_s, self._learned_at = pipeline.typical_s, -math.inf

    async def waiting(self) -> int:
        """Return how many due runs wait, those included that this process is just starting or has just started."""
        async with self._counting:
            if time.monotonic() - self._counted_at > COUNT_CACHE_S:
                self._waiting = await self._runs.count_waiting()
                self._counted_at = time.monotonic()
        return self._waiting + self._creating

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place in the queue while a run is started in the block; raises QueueFull.

        Several processes may together let a few more in, and so may a count that overlaps with a start.
        """
        waiting = await self.waiting()
        if waiting >= self._pipeline.queue_limit:
            per_run_s = await self.typical_s() or ASSUMED_S
            raise QueueFull(self._pipeline, _within(waiting * per_run_s / await self._concurrency(), RETRY_AFTER_S))
        self._creating += 1
        try:
            yield
            self._waiting += 1
        finally:
            self._creating -= 1

    async def typical_s(self) -> float | None:
        """Return how long a run takes: the median of those that completed last, else what the catalog says."""
        if time.monotonic() - self._learned_at > TYPICAL_CACHE_S:
            self._learned_at = time.monotonic()
            seen = [run.total_run_time.total_seconds() for run in await self._runs.latest_completed(RUNS_SEEN)]
            self._typical_s = statistics.median(seen) if len(seen) >= RUNS_NEEDED else self._pipeline.typical_s
        return self._typical_s

    async def eta_s(self, run: FlowRun, progress: int) -> int | None:
        """Return the likely seconds until `run` ends, in steps of 5; None when nothing is known.

        A waiting run is taken for the last in line. Of a running one, the clock and the progress each say
        how much is left, and the mean of both counts.
        """
        typical_s, word = await self.typical_s(), native_word(run.state)
        if typical_s is None or word not in ("queued", "running"):
            return None
        if word == "queued":
            left_s = typical_s * (1 + await self.waiting() / await self._concurrency())
        else:
            by_clock_s = max(typical_s - run.estimated_run_time.total_seconds(), 0)
            left_s = (by_clock_s + typical_s * (1 - progress / 100)) / 2
        return ETA_STEP_S * math.ceil(left_s / ETA_STEP_S)

    async def _concurrency(self) -> int:
        limit = (await self._runs.deployment()).global_concurrency_limit
        return max(limit.limit if limit else default_concurrency(), 1)


def poll_after_s(eta_s: int | None) -> int:
    """Return when a poller should look again at a run that has not ended."""
    return _within((eta_s or ETA_STEP_S) / ETA_STEP_S, POLL_AFTER_S)


def _within(seconds: float, bounds: range) -> int:
    return min(max(math.ceil(seconds), bounds[0]), bounds[-1])
