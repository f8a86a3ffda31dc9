"""/metrics for Prometheus: requests, this process, and what Prefect knows of runs, queues and workers."""

import asyncio
import platform
import time
from collections.abc import Iterable
from typing import Any

import prefect
from fastapi import APIRouter, Depends
from fastapi.responses import Response
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterDeploymentId
from prometheus_client import REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric

from api.errors import OrchestratorUnavailable
from api.native.deps import NativeDep, caller
from api.native.service import Kept, Native
from api.runs import of_types
from api.states import NATIVE_WORDS, NativeWord, native_types
from deployments.catalog import POOLS

CACHE_S = 5.0  # however many scrapers there are, Prefect is asked no more often

EXAMPLE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Prometheus' text format",
        "content": {"text/plain": {"example": 'atelier_runs{pipeline="ring",state="running"} 2.0\n'}},
    }
}

Counts = dict[tuple[str, ...], int]


class Fleet:
    """What Prefect said last about runs and workers, in the form that Prometheus' client collects."""

    def __init__(self, version: str) -> None:
        self._version = version
        self._read_s = float("-inf")
        self._lock = asyncio.Lock()
        self._runs: Counts = {}
        self._due: Counts = {}
        self._workers: Counts = {}
        self._up = False

    async def refresh(self, served: Native) -> None:
        """Ask Prefect, unless that was done a moment ago; a Prefect that does not answer is a figure too."""
        async with self._lock:
            if time.monotonic() - self._read_s < CACHE_S:
                return
            try:
                self._runs, self._due, self._workers = await _read(served)
                self._up = True
            except OrchestratorUnavailable:
                self._runs, self._due, self._workers, self._up = {}, {}, {}, False
            self._read_s = time.monotonic()

    def collect(self) -> Iterable[Metric]:
        """Return the figures."""
        yield GaugeMetricFamily("atelier_prefect_up", "1 when Prefect's API answers", value=self._up)
        yield _gauge("atelier_runs", "Runs that Prefect keeps", ["pipeline", "state"], self._runs)
        yield _gauge("atelier_queue_depth", "Due runs that have not begun", ["pipeline"], self._due)
        yield _gauge("atelier_workers_online", "Workers that live", ["pool"], self._workers)
        versions = {"version": self._version, "prefect": prefect.__version__, "python": platform.python_version()}
        yield InfoMetricFamily("atelier_build", "What runs here", versions)


def metrics_router(version: str) -> APIRouter:
    """Return the route of an app of `version`; it asks for the native API's key, when one is set."""
    fleet = Fleet(version)
    registry = CollectorRegistry()
    registry.register(fleet)
    router = APIRouter(tags=["service"])

    @router.get("/metrics", dependencies=[Depends(caller)], response_class=Response, responses=EXAMPLE)
    async def metrics(served: NativeDep) -> Response:
        """Tell Prometheus about requests, runs, queues and workers."""
        await fleet.refresh(served)
        return Response(generate_latest(REGISTRY) + generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return router


async def _read(served: Native) -> tuple[Counts, Counts, Counts]:
    words = dict.fromkeys(NATIVE_WORDS.values())
    runs: Counts = {(name, word): await _count(kept, word) for name, kept in served.kept.items() for word in words}
    due: Counts = {(name,): await kept.runs.count_waiting() for name, kept in served.kept.items()}
    return runs, due, await _workers(served)


async def _count(kept: Kept, word: NativeWord) -> int:
    mine = FlowRunFilterDeploymentId(any_=[(await kept.runs.deployment()).id])
    asked = FlowRunFilter(deployment_id=mine, state=of_types(native_types([word])))
    async with kept.runs.prefect.answering() as client:
        return await client.count_flow_runs(flow_run_filter=asked)


async def _workers(served: Native) -> Counts:
    """Return how many workers of each pool live; none for a pool that is not there."""
    prefect = next(iter(served.kept.values())).runs.prefect
    return {(pool,): await prefect.workers_online(pool) for pool in POOLS}


def _gauge(name: str, help_text: str, labels: list[str], counts: Counts) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for values, count in counts.items():
        family.add_metric(values, count)
    return family
