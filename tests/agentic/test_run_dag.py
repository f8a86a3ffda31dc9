"""The flow `run-dag` on a real stack: side by side, one after another, half failed, cancelled, and taken up again."""

import httpx
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from api.contracts.agentic import create_native_app
from api.settings import AgenticSettings, ApiSettings, RingSettings
from deployments.catalog import BLENDER
from tests.agentic.workflows import Runner, ring
from tests.api.conftest import Served
from tests.waiting import eventually


async def test_a_node_starts_from_what_an_earlier_one_made(runner: Runner) -> None:
    """A chain of two: the second begins when the first is done, and its prompt is the first one's report."""
    run, result = await runner.made(ring("first"), ring("second", "first", map={"prompt": "first.spatial_report"}))
    assert run.state is not None
    assert (run.state.name, result.success, result.error) == ("Completed", True, None)
    assert list(result.nodes) == ["first", "second"]
    first, second = [await runner.client.read_flow_run(node.run_id) for node in result.nodes.values()]
    assert first.end_time is not None
    assert second.created is not None
    assert first.end_time <= second.created
    assert second.parameters["request"]["prompt"] == result.nodes["first"].results[0]["spatial_report"]
    assert second.parameters["request"]["session_id"] == "s_second"


async def test_independent_nodes_run_side_by_side_and_a_failure_takes_nothing_from_the_others(
    runner: Runner, agentic: httpx.AsyncClient
) -> None:
    """Of three nodes one fails: the others' rings are kept, what came after it is not begun, and all of it is said."""
    run, result = await runner.made(
        ring("good"), ring("bad", model="claude"), ring("after-bad", "bad"), ring("also-good", "good")
    )
    assert run.state is not None
    assert run.state.name == "Failed"
    assert run.state.message == result.error
    assert result.error is not None
    assert result.error.startswith("bad: ")
    assert "ANTHROPIC_API_KEY" in result.error
    assert result.error.endswith("not begun: after-bad")
    states = {name: node.state for name, node in result.nodes.items()}
    assert states == {"good": "completed", "bad": "failed", "also-good": "completed"}
    assert result.nodes["good"].results[0]["glb"]["media_type"] == "model/gltf-binary"
    children = {str(child.id): child for child in await runner.children(run.id)}
    good, bad = (children[str(result.nodes[name].run_id)] for name in ("good", "bad"))
    assert good.created is not None
    assert good.end_time is not None
    assert bad.created is not None
    assert bad.created < good.end_time
    answer = await agentic.get(f"/result/wf-{run.id}")
    assert (answer.status_code, answer.json()["detail"]) == (500, result.error)
    assert [item["success"] for items in answer.json()["results"].values() for item in items] == [True, False, True]
    status = (await agentic.get(f"/status/wf-{run.id}")).json()
    assert status["error"] == result.error
    assert status["progress"]["visited"] == list(result.nodes)
    assert (status["progress"]["state"], status["progress"]["completed_nodes"]) == ("failed", 2)


async def test_a_workflow_that_is_taken_up_again_finds_its_nodes(runner: Runner) -> None:
    """After a crash nothing is made twice: the nodes that are done stay as they are, and the result is the same."""
    run, before = await runner.made(ring("only"))
    _, after = await runner.again(run)
    assert after == before
    (child,) = await runner.children(run.id)
    assert (str(child.id), child.run_count) == (before.nodes["only"].run_id, 1)


async def test_a_wait_ends_while_the_workflow_goes_on_and_a_cancel_reaches_its_nodes(
    runner: Runner, served: Served, api: ApiSettings
) -> None:
    """The waiting caller gets 504 after the cap; a node that waits when its workflow is cancelled never begins."""
    settings = AgenticSettings(result_wait_timeout_seconds=1)
    url = await served.start(create_native_app(settings, RingSettings(), api, runner.store))
    await runner.client.update_work_pool(BLENDER, WorkPoolUpdate(is_paused=True))
    try:
        started = await runner.start(ring("waiting"))
        (child,) = await eventually(lambda: runner.children(started.id), "its node is to start")
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            answer = await client.get(f"/result/wf-{started.id}")
            assert (answer.status_code, answer.json()["status_url"]) == (504, f"/status/wf-{started.id}")
            status = (await client.get(f"/status/wf-{started.id}")).json()
            assert (status["progress"]["state"], status["progress"]["visited"]) == ("running", ["waiting"])
            await runner.client.set_flow_run_state(started.id, Cancelling())
            status = (await client.get(f"/status/wf-{started.id}")).json()
            assert (status["progress"]["state"], status["progress"]["completed_nodes"]) == ("failed", 0)

        async def cancelled(run: FlowRun) -> bool:
            state = (await runner.client.read_flow_run(run.id)).state
            return state is not None and state.is_cancelled()

        assert await eventually(lambda: cancelled(started), "the workflow is to be cancelled")
        assert await eventually(lambda: cancelled(child), "its node is to be cancelled")
    finally:
        await runner.client.update_work_pool(BLENDER, WorkPoolUpdate(is_paused=False))
    assert (await runner.client.read_flow_run(child.id)).run_count == 0
