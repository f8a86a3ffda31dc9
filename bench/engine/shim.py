"""What the shim adds to Prefect: submitting a run, and reading its state, beside a bare Prefect client.

The pool is paused meanwhile, so that nothing runs and all the time is that of the two servers.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.states import Cancelling

from bench.engine.house import size
from bench.engine.runs import percentile
from bench.figures import Figures, figure, seconds_of
from deployments.catalog import BLENDER, RING

SUBMISSIONS, POLLERS, POLLED, POLLING_S = 300, 200, 10, 8.0
REQUEST = {"prompt": "a plain platinum band", "model": "offline"}


async def figures(shim: httpx.AsyncClient, prefect: PrefectClient) -> Figures:
    """Return the times of submissions, and how many states are read a second and how slowly."""
    async with paused(prefect):
        return await _submitting(shim, prefect) | await _polling(shim, prefect)


@asynccontextmanager
async def paused(prefect: PrefectClient) -> AsyncIterator[None]:
    """Keep the ring's worker from taking runs; whatever waits at the end is cancelled."""
    await prefect.update_work_pool(BLENDER, WorkPoolUpdate(is_paused=True))
    try:
        yield
    finally:
        await prefect.update_work_pool(BLENDER, WorkPoolUpdate(is_paused=False))


async def submitted(shim: httpx.AsyncClient) -> str:
    """Submit a ring over the native API; return its run's id."""
    answer = await shim.post("/runs/ring", json={"request": REQUEST})
    return str(answer.raise_for_status().json()["id"])


async def submit_s(shim: httpx.AsyncClient, prefect: PrefectClient) -> float:
    """Return the seconds of one submission over the shim."""
    began = time.perf_counter()
    run = await submitted(shim)
    took_s = time.perf_counter() - began
    await prefect.set_flow_run_state(UUID(run), Cancelling())  # so that the queue never fills
    return took_s


async def reads(pollers: int, read: Callable[[int], Awaitable[object]]) -> list[float]:
    """Let `pollers` read at once, each again and again, for a while; return the seconds of every read."""
    end = time.monotonic() + POLLING_S
    taken_s: list[float] = []

    async def poll(number: int) -> None:
        while time.monotonic() < end:
            taken_s.append(await seconds_of(lambda: read(number)))

    await asyncio.gather(*(poll(number) for number in range(pollers)))
    return taken_s


async def _submitting(shim: httpx.AsyncClient, prefect: PrefectClient) -> Figures:
    deployment = (await prefect.read_deployment_by_name(RING)).id
    pairs = [
        (await submit_s(shim, prefect), await _bare_submit_s(prefect, deployment)) for _ in range(size(SUBMISSIONS) + 1)
    ][1:]
    ours_s, bare_s = ([pair[side] for pair in pairs] for side in (0, 1))
    return {
        f"POST → 202 p{percent} / bare Prefect client": figure(
            percentile(ours_s, percent) * 1000, percentile(bare_s, percent) * 1000, "ms", len(pairs)
        )
        for percent in (50, 99)
    }


async def _bare_submit_s(prefect: PrefectClient, deployment: UUID) -> float:
    began = time.perf_counter()
    run = await prefect.create_flow_run_from_deployment(deployment, parameters={"request": REQUEST})
    took_s = time.perf_counter() - began
    await prefect.set_flow_run_state(run.id, Cancelling())
    return took_s


async def _polling(shim: httpx.AsyncClient, prefect: PrefectClient) -> Figures:
    pollers = size(POLLERS)
    async with polling(shim) as (read, runs):
        ours_s = await reads(pollers, read)
        bare_s = await reads(pollers, lambda number: prefect.read_flow_run(UUID(runs[number % POLLED])))
        for run in runs:
            await prefect.set_flow_run_state(UUID(run), Cancelling())
    rates = [len(each) / POLLING_S for each in (ours_s, bare_s)]
    p99_ms = [percentile(each, 99) * 1000 for each in (ours_s, bare_s)]
    return {
        f"states read by {pollers} pollers / bare Prefect client": figure(rates[0], rates[1], "reads/s", len(ours_s)),
        f"state read by {pollers} pollers p99 / bare Prefect client": figure(p99_ms[0], p99_ms[1], "ms", len(ours_s)),
    }


@asynccontextmanager
async def polling(
    shim: httpx.AsyncClient,
) -> AsyncIterator[tuple[Callable[[int], Awaitable[httpx.Response]], list[str]]]:
    """Yield how poller `number` reads, each on a connection of its own, and the runs that they read."""
    runs = [await submitted(shim) for _ in range(POLLED)]
    async with AsyncExitStack() as clients:
        own = [
            await clients.enter_async_context(httpx.AsyncClient(base_url=shim.base_url, timeout=60, verify=False))
            for _ in range(POLLERS)
        ]
        yield lambda number: own[number].get(f"/runs/{runs[number % POLLED]}"), runs
