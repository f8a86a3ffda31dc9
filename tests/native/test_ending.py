"""Cancelling and running again, with the races decided."""

import asyncio

import httpx
from prefect.states import Cancelling, Crashed

from tests.api.rings import a_ring, no_ring
from tests.native.conftest import assert_problem, start
from tests.prefect_server import Hand


async def state_of(native: httpx.AsyncClient, run: str) -> str:
    return str((await native.get(f"/runs/{run}")).json()["state"])


async def test_a_waiting_run_is_cancelled_at_once(native: httpx.AsyncClient, hand: Hand) -> None:
    """Cancelling a run that waits answers 202 cancelled, twice too, and touches no other run."""
    run, other = await start(native), await start(native)
    for _ in range(2):
        answer = await native.post(f"/runs/{run}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (202, "cancelled")
        assert answer.headers["location"] == f"/runs/{run}"
    assert await state_of(native, other) == "queued"


async def test_a_running_run_is_cancelling_until_the_worker_confirms(native: httpx.AsyncClient, hand: Hand) -> None:
    """Cancelling a run that works answers 202 cancelling, twice too; cancelled comes with the worker's word."""
    run, other = await start(native), await start(native)
    await hand.start(run)
    await hand.start(other)
    for _ in range(2):
        answer = await native.post(f"/runs/{run}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (202, "cancelling")
    await hand.cancel(run)
    assert await state_of(native, run) == "cancelled"
    assert await state_of(native, other) == "running"


async def test_a_taken_run_is_cancelling(native: httpx.AsyncClient, hand: Hand) -> None:
    """A run that a worker has just taken may have processes, so the worker is asked."""
    run = await start(native)
    await hand.take(run)
    assert (await native.post(f"/runs/{run}/cancel")).json()["state"] == "cancelling"


async def test_what_has_ended_is_not_cancelled(native: httpx.AsyncClient, hand: Hand) -> None:
    """Cancelling a completed, failed or crashed run is 409 with its state, and changes nothing."""
    completed, failed, crashed = [await start(native) for _ in range(3)]
    await hand.finish(completed, await a_ring(hand.store))
    await hand.finish(failed, no_ring())
    await hand.set(crashed, Crashed())
    for run, word in ((completed, "completed"), (failed, "failed"), (crashed, "crashed")):
        problem = assert_problem(await native.post(f"/runs/{run}/cancel"), 409, "wrong_state")
        assert word in problem["detail"]
        assert await state_of(native, run) == word


async def test_cancel_and_end_race(native: httpx.AsyncClient, hand: Hand) -> None:
    """Cancelled while it ends: 202 or 409, never anything else, and the last state agrees with the answer."""
    for _ in range(3):
        run = await start(native)
        await hand.start(run)
        ring = await a_ring(hand.store)
        answer, _ = await asyncio.gather(native.post(f"/runs/{run}/cancel"), hand.finish(run, ring))
        word = await state_of(native, run)
        assert answer.status_code in (202, 409), answer.text
        assert word == "completed" if answer.status_code == 409 else word in ("completed", "cancelling", "cancelled")


async def test_cancels_race(native: httpx.AsyncClient, hand: Hand) -> None:
    """Six cancels at once of one run all answer 202, and it is cancelled once."""
    run = await start(native)
    answers = await asyncio.gather(*(native.post(f"/runs/{run}/cancel") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {202}
    assert await state_of(native, run) == "cancelled"


async def test_a_run_that_ended_badly_runs_again(native: httpx.AsyncClient, hand: Hand) -> None:
    """Failed, crashed and cancelled runs go back to the queue, without the progress and result of last time."""
    failed, crashed, cancelled = [await start(native) for _ in range(3)]
    await hand.start(failed, progress=80, step="prove", detail="almost")
    await hand.finish(failed, no_ring())
    await hand.set(crashed, Crashed())
    await hand.cancel(cancelled)
    for run in (failed, crashed, cancelled):
        answer = await native.post(f"/runs/{run}/retry")
        assert answer.status_code == 202, answer.text
        view = answer.json()
        assert (view["state"], view["prefect_state"]) == ("queued", "AwaitingRetry")
        assert (view["progress"], view["step"], view["detail"], view["error"]) == (0, "", "", None)
        assert_problem(await native.get(f"/runs/{run}/result"), 409, "not_ended")
    await hand.set(failed, Crashed())
    assert_problem(await native.get(f"/runs/{failed}/result"), 410, "no_result")


async def test_a_run_that_waits_for_its_second_chance_is_cancelled_at_once(
    native: httpx.AsyncClient, hand: Hand
) -> None:
    """The process of the first time is gone, so nobody has to be asked."""
    run = await start(native)
    await hand.start(run)
    await hand.client.update_flow_run(await hand.run_id(run), infrastructure_pid="this-host:4711")
    await hand.set(run, Crashed())
    await native.post(f"/runs/{run}/retry")
    assert (await native.post(f"/runs/{run}/cancel")).json()["state"] == "cancelled"


async def test_only_what_ended_badly_runs_again(native: httpx.AsyncClient, hand: Hand) -> None:
    """A waiting, a running, a cancelling and a completed run answer 409."""
    waiting, running, cancelling, completed = [await start(native) for _ in range(4)]
    await hand.start(running)
    await hand.start(cancelling)
    await hand.set(cancelling, Cancelling())
    await hand.finish(completed, await a_ring(hand.store))
    for run in (waiting, running, cancelling, completed):
        before = await state_of(native, run)
        assert_problem(await native.post(f"/runs/{run}/retry"), 409, "wrong_state")
        assert await state_of(native, run) == before
