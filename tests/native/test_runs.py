"""A run's way through the native API: started, read, waited for, fetched, listed."""

import asyncio

import httpx
from prefect.states import Crashed

from tests.api.rings import GLB, a_ring, no_ring
from tests.native.conftest import BAND, assert_problem, start
from tests.prefect_server import Hand


async def test_a_run_is_accepted(native: httpx.AsyncClient, hand: Hand) -> None:
    """POST answers 202 at once with where to go on, and Prefect has the run with its parameters and tags."""
    answer = await native.post("/runs/ring", json={"request": BAND, "tags": ["spring"]})
    run = answer.json()
    assert answer.status_code == 202
    assert answer.headers["location"] == f"/runs/{run['id']}" == run["links"]["self"]
    assert (run["pipeline"], run["state"], run["progress"]) == ("ring", "queued", 0)
    assert int(answer.headers["retry-after"]) >= 1
    assert (await hand.parameters(run["id"]))["prompt"] == BAND["prompt"]
    assert run["tags"] == ["ring", "spring"]


async def test_a_run_goes_through_its_states(native: httpx.AsyncClient, hand: Hand) -> None:
    """A read tells state, progress, step and times; the end brings the result, with links that open."""
    run = await start(native)
    await hand.start(run, progress=40, step="build", detail="Blender build 1 of 3")
    view = (await native.get(f"/runs/{run}")).json()
    assert (view["state"], view["progress"], view["step"]) == ("running", 40, "build")
    assert view["detail"] == "Blender build 1 of 3"
    assert view["started_at"]
    assert not view["ended_at"]
    early = await native.get(f"/runs/{run}/result")
    assert_problem(early, 409, "not_ended")
    assert int(early.headers["retry-after"]) >= 1
    await hand.finish(run, await a_ring(hand.store))
    done = await native.get(f"/runs/{run}")
    assert (done.json()["state"], done.json()["progress"]) == ("completed", 100)
    assert "retry-after" not in done.headers
    result = (await native.get(f"/runs/{run}/result")).json()
    assert (result["state"], result["result"]["success"]) == ("completed", True)
    assert (await native.get(result["result"]["glb"]["url"])).content == GLB
    assert (await native.get(result["result"]["previews"]["hero"]["url"])).status_code == 200


async def test_a_failure_says_why_and_keeps_its_result(native: httpx.AsyncClient, hand: Hand) -> None:
    """A run that made no ring is failed, with the cause, and what it left can be fetched; a crash left nothing."""
    failed, crashed = await start(native), await start(native)
    await hand.finish(failed, no_ring("no geometry after 3 attempts"))
    await hand.set(crashed, Crashed(message="the worker lost power"))
    view = (await native.get(f"/runs/{failed}")).json()
    assert (view["state"], view["error"]) == ("failed", "no geometry after 3 attempts")
    assert (await native.get(f"/runs/{failed}/result")).json()["result"]["success"] is False
    assert (await native.get(f"/runs/{crashed}")).json()["error"] == "the worker lost power"
    assert_problem(await native.get(f"/runs/{crashed}/result"), 410, "no_result")


async def test_an_unchanged_run_is_304(native: httpx.AsyncClient, hand: Hand) -> None:
    """The ETag stays while nothing changes, and changes with the run."""
    run = await start(native)
    first = await native.get(f"/runs/{run}")
    same = await native.get(f"/runs/{run}", headers={"If-None-Match": first.headers["etag"]})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", first.headers["etag"])
    await hand.start(run, progress=10, step="design")
    changed = await native.get(f"/runs/{run}", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_a_caller_may_wait(native: httpx.AsyncClient, hand: Hand) -> None:
    """Prefer: wait answers 200 with the result as soon as the run has ended."""
    posting = asyncio.create_task(
        native.post("/runs/ring", json={"request": BAND}, headers={"Prefer": "wait=110, respond-async"})
    )
    run = await _newest(native)
    assert not posting.done()
    await hand.finish(run, await a_ring(hand.store))
    answer = await posting
    assert (answer.status_code, answer.headers["preference-applied"]) == (200, "wait=110")
    assert (answer.json()["id"], answer.json()["state"]) == (run, "completed")
    assert answer.json()["result"]["success"] is True


async def test_a_wait_that_ends_first_is_202(native: httpx.AsyncClient, hand: Hand) -> None:
    """When the seconds are over the answer is 202, and the run goes on."""
    answer = await native.post("/runs/ring", json={"request": BAND}, headers={"Prefer": "wait=1"})
    assert (answer.status_code, answer.headers["preference-applied"]) == (202, "wait=1")
    assert (await native.get(answer.headers["location"])).json()["state"] == "queued"


async def test_runs_are_listed_page_by_page(native: httpx.AsyncClient, hand: Hand) -> None:
    """Pages follow their links, newest first, each run once, also when newer runs come in between."""
    mine = [await start(native) for _ in range(5)]
    await hand.start(mine[0])
    seen, path = [], "/runs?limit=2&state=queued&state=running&pipeline=ring"
    while path:
        answer = await native.get(path)
        assert answer.status_code == 200, answer.text
        seen += [run["id"] for run in answer.json()["runs"]]
        path = answer.json()["next"]
        assert ("link" in answer.headers) == bool(path)
        await start(native)
    assert seen == mine[::-1]
    running = (await native.get("/runs?state=running")).json()["runs"]
    assert [run["id"] for run in running] == mine[:1]
    assert (await native.get("/runs", params={"created_before": "2020-01-01T00:00:00Z"})).json()["runs"] == []


async def test_lists_have_bounds(native: httpx.AsyncClient) -> None:
    """A page of more than 200, a state that is none and a pipeline that is none are refused by name."""
    assert_problem(await native.get("/runs?limit=201"), 422, "invalid_input")
    assert_problem(await native.get("/runs?state=asleep"), 422, "invalid_input")
    assert_problem(await native.get("/runs?created_after=2026-01-01T00:00:00"), 422, "invalid_input")
    assert_problem(await native.get("/runs?pipeline=nothing"), 404, "pipeline_not_found")


async def test_an_unknown_run_is_404(native: httpx.AsyncClient, hand: Hand) -> None:
    """No such run, no UUID, and a run of a deployment that is no pipeline: 404 on every route."""
    deployment = await hand.client.read_deployment_by_name("another-flow/default")
    other = await hand.client.create_flow_run_from_deployment(deployment.id)
    for run in ("8b1f6a52-0d6c-4a4e-9f5f-0a4c5d1f2b11", "nobody", str(other.id)):
        for path in (f"/runs/{run}", f"/runs/{run}/result", f"/runs/{run}/events"):
            assert_problem(await native.get(path), 404, "run_not_found")
        for path in (f"/runs/{run}/cancel", f"/runs/{run}/retry"):
            assert_problem(await native.post(path), 404, "run_not_found")
    assert (await hand.client.read_flow_run(other.id)).state.is_scheduled()


async def _newest(native: httpx.AsyncClient) -> str:
    """Return the run that waits, once there is one."""
    while not (runs := (await native.get("/runs?state=queued&limit=1")).json()["runs"]):
        await asyncio.sleep(0.05)
    return str(runs[0]["id"])
