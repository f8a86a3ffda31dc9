"""Following runs: server-sent events, shared reads, and waits that nobody holds a thread for."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from prefect.states import Scheduled

from api.errors import ClientGone
from api.runs import Runs
from deployments.catalog import RING
from tests.api.rings import a_ring
from tests.native.conftest import start
from tests.prefect_server import Hand, Served

STUCK_S = 120


async def told(native: httpx.AsyncClient, run: str, last: str = "") -> AsyncIterator[tuple[str, str, dict[str, Any]]]:
    """Yield the id, the kind and the data of each event of `run`, after the one with the id `last`."""
    headers = {"Last-Event-ID": last} if last else {}
    async with native.stream("GET", f"/runs/{run}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        event: dict[str, str] = {}
        async for line in answer.aiter_lines():
            if line.startswith(":"):
                continue
            if line:
                name, _, value = line.partition(": ")
                event[name] = value
            else:
                yield event["id"], event["event"], json.loads(event["data"])
                event = {}


async def test_a_run_is_followed_to_its_end(native: httpx.AsyncClient, hand: Hand) -> None:
    """The stream tells each state and each progress once, in order, and ends after the last state."""
    run = await start(native)
    words: list[object] = []
    async for _, kind, data in told(native, run):
        words.append(data["state"] if kind == "state" else data["progress"])
        if words[-1] == "queued":
            await hand.start(run, progress=40, step="build")
        if words[-1] == 40:
            assert data["step"] == "build"
            await hand.finish(run, await a_ring(hand.store))
    assert words == ["queued", "running", 40, "completed"]


async def test_a_stream_is_taken_up_where_it_was(native: httpx.AsyncClient, hand: Hand) -> None:
    """With the id of the last event read, only what came later is told; with that of the last one, nothing: 204."""
    run = await start(native)
    await hand.start(run, progress=40, step="build")
    await hand.finish(run, await a_ring(hand.store))
    every = [(at, kind, data) async for at, kind, data in told(native, run)]
    assert [data["state"] for _, _, data in every] == ["queued", "running", "completed"]
    rest = [data["state"] async for _, _, data in told(native, run, last=every[1][0])]
    assert rest == ["completed"]
    done = await native.get(f"/runs/{run}/events", headers={"Last-Event-ID": every[-1][0]})
    assert (done.status_code, done.content) == (204, b"")
    odd = [data["state"] async for _, _, data in told(native, run, last="what?")]
    assert odd == ["queued", "running", "completed"]


async def test_the_same_again_is_no_news(native: httpx.AsyncClient, hand: Hand) -> None:
    """A run that waits for its turn takes the same state over and over, which is told once; ids go on all the same."""
    run = await start(native)
    for _ in range(3):
        await hand.set(run, Scheduled(name="AwaitingConcurrencySlot"))
    await hand.start(run)
    await hand.finish(run, await a_ring(hand.store))
    every = [(at, data["prefect_state"]) async for at, _, data in told(native, run)]
    assert [name for _, name in every] == ["Scheduled", "AwaitingConcurrencySlot", "Running", "Completed"]
    rest = [data["prefect_state"] async for _, _, data in told(native, run, last=every[1][0])]
    assert rest == ["Running", "Completed"]


async def test_an_event_wakes_whoever_waits(prefect_url: str, hand: Hand, native: httpx.AsyncClient) -> None:
    """A run's change is read without anybody looking by himself: Prefect's event says that there is something new."""
    run = await start(native)
    async with Runs(RING, api_url=prefect_url) as runs:
        async for found in runs.readings(run, timeout_s=STUCK_S, every_s=2 * STUCK_S):
            assert found is not None
            assert found.state is not None
            if found.state.is_running():
                return
            if runs.prefect.watcher.connected:
                await hand.start(run)
    raise AssertionError("no event came")


async def test_a_hundred_waiters_hold_no_thread(prefect_url: str, hand: Hand, native: httpx.AsyncClient) -> None:
    """A hundred callers that wait for one run are all answered by its end."""
    run = await start(native)
    async with Runs(RING, api_url=prefect_url) as runs:
        waiting = [asyncio.create_task(runs.wait(run, timeout_s=STUCK_S)) for _ in range(100)]
        await asyncio.sleep(0)
        await hand.finish(run, await a_ring(hand.store))
        ended = await asyncio.gather(*waiting)
    assert all(found is not None and found.state is not None and found.state.is_completed() for found in ended)


async def test_a_caller_that_hangs_up_is_not_waited_for(prefect_url: str, native: httpx.AsyncClient) -> None:
    """A wait ends as soon as its client has gone, and the run goes on."""
    run = await start(native)
    looks = iter([False, True])

    async def gone() -> bool:
        return next(looks)

    async with Runs(RING, api_url=prefect_url) as runs:
        with pytest.raises(ClientGone):
            await runs.wait(run, timeout_s=STUCK_S, gone=gone)
    assert (await native.get(f"/runs/{run}")).json()["state"] == "queued"


class Counting:
    """Stands before a Prefect, passes every call on, and counts those that read a run."""

    def __init__(self, prefect_url: str) -> None:
        self.reads = 0
        self.app = FastAPI()
        base = prefect_url.removesuffix("/api")

        @self.app.api_route("/{path:path}", methods=["GET", "POST", "PATCH"])
        async def forward(path: str, request: Request) -> Response:
            self.reads += path.startswith("api/flow_runs/") and request.method == "GET"
            async with httpx.AsyncClient(timeout=60) as client:
                answer = await client.request(
                    request.method,
                    f"{base}/{path}",
                    params=request.query_params,
                    content=await request.body(),
                    headers={"content-type": "application/json"},
                )
            return Response(answer.content, answer.status_code, media_type="application/json")


async def test_pollers_share_their_reads(
    serve: Callable[..., Any], prefect_url: str, native: httpx.AsyncClient
) -> None:
    """Two hundred pollers of one run cost one read of Prefect per second that passes, not two hundred."""
    run = await start(native)
    counting, served = Counting(prefect_url), Served()
    try:
        shim = await serve(f"{await served.start(counting.app)}/api", run_cache_s=1.0, prefect_timeout_s=60)
        began = time.monotonic()
        answers = await asyncio.gather(*(shim.get(f"/runs/{run}") for _ in range(200)))
        took_s = time.monotonic() - began
    finally:
        await served.stop()
    assert {answer.status_code for answer in answers} == {200}
    assert 1 <= counting.reads <= 2 + took_s
