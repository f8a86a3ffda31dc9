"""The ring contract's blocking call."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import httpx
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import FlowRunSort

from api.settings import ApiSettings
from tests.api.conftest import Hand, Served, shim
from tests.api.rings import a_ring, no_ring


async def newest(hand: Hand) -> FlowRun:
    """Return the run that was created last."""
    for _ in range(100):
        runs = await hand.client.read_flow_runs(sort=FlowRunSort.ID_DESC, limit=200)
        waiting = [run for run in runs if run.state is not None and not run.state.is_final()]
        if waiting:
            return waiting[0]
        await asyncio.sleep(0.05)
    raise AssertionError("no run was created")


async def run(
    ring: httpx.AsyncClient, hand: Hand, body: dict[str, object], finish: Callable[[str], Awaitable[None]]
) -> httpx.Response:
    """POST /run, and end the run that it makes by `finish`."""
    answering = asyncio.create_task(ring.post("/run", json=body))
    await finish(str((await newest(hand)).id))
    return await answering


async def test_a_plain_call_gets_the_result(ring: httpx.AsyncClient, hand: Hand) -> None:
    """/run answers 200 with the result itself."""

    async def succeed(job: str) -> None:
        await hand.finish(job, await a_ring(hand.store))

    answer = await run(ring, hand, {"prompt": "a band"}, succeed)
    assert answer.status_code == 200
    assert (answer.json()["success"], answer.json()["session_id"]) == (True, "s_0123456789_1")


async def test_an_enveloped_call_gets_an_envelope(ring: httpx.AsyncClient, hand: Hand) -> None:
    """An envelope in means `{"result": …}` out; the trace id becomes a tag of the run."""
    seen: list[FlowRun] = []

    async def succeed(job: str) -> None:
        seen.append(await newest(hand))
        await hand.finish(job, await a_ring(hand.store, llm_used="gemini"))

    body = {"data": {"prompt": "solitaire"}, "meta": {"trace_id": "t-1", "llm_name": "gemini"}}
    answer = await run(ring, hand, body, succeed)
    assert set(answer.json()) == {"result"}
    assert answer.json()["result"]["llm_used"] == "gemini"
    assert "trace:t-1" in seen[0].tags
    assert seen[0].parameters["request"]["model"] == "gemini"


async def test_a_failure_is_500_with_everything_kept(ring: httpx.AsyncClient, hand: Hand) -> None:
    """A pipeline failure answers 500 with the cause, the session and the result, never wrapped."""

    async def fail(job: str) -> None:
        await hand.finish(job, no_ring("no ring after 3 builds"))

    answer = await run(ring, hand, {"data": {"prompt": "a band"}}, fail)
    assert answer.status_code == 500
    assert set(answer.json()) == {"detail", "session_id", "result"}
    assert (answer.json()["detail"], answer.json()["session_id"]) == ("no ring after 3 builds", "s_1")
    assert answer.json()["result"]["success"] is False


async def test_a_cancelled_run_is_409(ring: httpx.AsyncClient, hand: Hand) -> None:
    """Cancelling the job while /run waits answers 409."""
    answer = await run(ring, hand, {"prompt": "a band"}, hand.cancel)
    assert answer.status_code == 409
    assert isinstance(answer.json()["detail"], str)


async def test_a_long_wait_is_504_and_the_job_goes_on(served: Served, api_settings: ApiSettings, hand: Hand) -> None:
    """After the longest wait /run names the job and where to look; the job itself still ends well."""
    async with await shim(served, api_settings, hand.store, sync_wait_timeout_seconds=0.6) as ring:
        late = await ring.post("/run", json={"prompt": "a band"})
        job = late.json()["job_id"]
        assert late.status_code == 504
        assert set(late.json()) == {"detail", "job_id", "status_url"}
        assert (late.headers["X-Job-Id"], late.json()["status_url"]) == (job, f"/jobs/{job}")
        await hand.finish(job, await a_ring(hand.store))
        assert (await ring.get(f"{late.json()['status_url']}/result")).json()["status"] == "succeeded"


async def test_a_client_that_hangs_up_is_let_go(
    ring: httpx.AsyncClient, hand: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    """When the client hangs up the wait ends at once and quietly, and the job goes on."""
    before = len(asyncio.all_tasks())
    with pytest.raises(httpx.ReadTimeout):
        await ring.post("/run", json={"prompt": "a band"}, timeout=httpx.Timeout(10, read=1.0))
    job = str((await newest(hand)).id)
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > before + 1:
            await asyncio.sleep(0.1)
    assert (await ring.get(f"/jobs/{job}/result")).json()["status"] == "queued"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_many_waiters_share_one_loop(ring: httpx.AsyncClient, hand: Hand) -> None:
    """Waiting takes no thread: health answers at once while many clients wait."""
    waiting = [asyncio.create_task(ring.post("/run", json={"prompt": f"band {n}"}, timeout=120)) for n in range(12)]
    async with asyncio.timeout(60):
        while (await ring.get("/health")).json()["queue_size"] < 12:
            await asyncio.sleep(0.2)
    started = time.monotonic()
    await ring.get("/")
    assert time.monotonic() - started < 3
    for run in await hand.client.read_flow_runs(sort=FlowRunSort.ID_DESC, limit=200):
        if run.state is not None and not run.state.is_final():
            await hand.cancel(str(run.id))
    assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {409}
