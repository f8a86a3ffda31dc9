"""The ring flow on the real stack: Prefect server, worker, locked-down Blender; only paid APIs are stand-ins."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from deployments.catalog import RING
from tasks.progress import PROGRESS
from tests.prefect_server import task_states

SAMPLES = Path(__file__).parent / "scripts"
GOOD = (SAMPLES / "band.py").read_text()
BROKEN = (SAMPLES / "wrong_name.py").read_text()
HALF_BUILT = (SAMPLES / "raises_half_way.py").read_text()
PLAIN = {"prompt": "plain platinum wedding band, 4 mm, size 10", "model": "offline"}


def fenced(script: str) -> str:
    return f"Here is the ring.\n```python\n{script}\n```\n"


@pytest.fixture(autouse=True)
def _fresh_providers(providers):
    providers.requests.clear()
    yield
    assert not providers._replies, "a scripted answer was never asked for"


async def test_words_become_a_sound_ring_offline(rings, providers):
    """Without a language model a prompt ends COMPLETED, with a GLB, a sound proof, no cost and no call."""
    run, result = await rings.made(**PLAIN)
    assert run.state_name == "Completed"
    assert (result.llm_used, result.success, result.needs_validation) == ("offline", True, True)
    assert result.proof.findings == []
    assert result.proof.finger.us == 10
    assert (await rings.store.read(result.glb))[:4] == b"glTF"
    assert result.cost_summary.calls == 0
    assert providers.requests == []


async def test_what_was_built_before_is_not_built_again_and_people_can_read_the_run(rings):
    """A second run with the same prompt takes the script, the build and the proof from the cache.

    It is named after its prompt and leaves a report, a cost table and its picture, in the size that the settings say,
    as Prefect artifacts.
    """
    await rings.made(**PLAIN)
    run, result = await rings.made(**PLAIN, previews="hero")
    assert run.name == "Ring: plain platinum wedding band, 4 mm, size 10"
    artifacts = await rings.client.read_artifacts(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run.id])))
    assert {artifact.type for artifact in artifacts} == {"markdown", "table", "image"}
    assert Image.open(BytesIO(await rings.store.read(result.previews["hero"]))).size == (200, 200)
    assert 5 <= run.labels["atelier.progress"] <= 95  # the end is told by the state
    repeated = ("design offline", "build, attempt 1", "prove, attempt 1")
    states = await task_states(rings.client, run.id, *repeated)
    assert {name for name, state in states.items() if state == "Cached"} == set(repeated)


async def test_a_run_that_the_api_named_keeps_its_name(rings):
    """The API gives a run its name and its first progress when it creates it; the flow leaves the name alone."""
    deployment = await rings.client.read_deployment_by_name(RING)
    named = await rings.client.create_flow_run_from_deployment(
        deployment.id, parameters={"request": PLAIN}, name="a band for Ada", labels={PROGRESS: 0}
    )
    run, _ = await rings.ended(named.id)
    assert (run.state_name, run.name) == ("Completed", "a band for Ada")


async def test_a_failed_script_is_mended(rings, providers):
    """A script that fails goes back with its error, line and API facts; the next one builds, and both are paid."""
    providers.answer(fenced(BROKEN), input_tokens=40_000, output_tokens=9_000)
    providers.answer(fenced(GOOD), input_tokens=40_000, output_tokens=9_000)
    run, result = await rings.made(prompt="a band", model="claude-opus")
    assert run.state_name == "Completed"
    assert [entry.success for entry in result.retry_log] == [False, True]
    assert result.needs_validation is False
    assert (result.assumptions, result.not_honoured) == (["US size 7"], ["hand engraving"])
    design, fix = providers.requests
    assert design.system == fix.system
    assert "calc_normals" in fix.user
    assert "line 8" in fix.user
    assert [call.purpose for call in result.cost_summary.details] == ["design", "fix 1"]
    assert result.cost_summary.total_usd == pytest.approx(2 * (40_000 * 4 + 9_000 * 20) / 1e6, abs=1e-4)


async def test_the_picture_goes_with_every_call(rings, providers):
    """The reference picture is sent with the design and with the fix, the same pixels both times."""
    reference = await rings.store.write((SAMPLES.parent / "reference.png").read_bytes())
    providers.answer(fenced(BROKEN))
    providers.answer(fenced(GOOD))
    await rings.made(reference=reference.model_dump(), model="gemini")
    sent = [Image.open(BytesIO(request.image)).convert("RGB").tobytes() for request in providers.requests]
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert Image.open(BytesIO(providers.requests[0].image)).size == (160, 160)
    assert "Reproduce" in providers.requests[0].user


async def test_one_build_means_no_fix(rings, providers):
    """With a single build allowed a failing script is not sent back; the run fails and keeps its result."""
    providers.answer(fenced(BROKEN))
    run, result = await rings.made(prompt="a band", model="claude", max_builds=1)
    assert (run.state_name, result.success, len(providers.requests)) == ("Failed", False, 1)
    assert "calc_normals" in result.error
    assert result.cost_summary.calls == 1


async def test_half_a_ring_is_no_ring(rings, providers):
    """A build that raises after leaving plenty of geometry is a failure, whatever lies in the scene."""
    providers.answer(fenced(HALF_BUILT))
    run, result = await rings.made(prompt="a band", model="claude", max_builds=1)
    assert (run.state_name, result.glb) == ("Failed", None)


async def test_a_truncated_answer_is_never_code(rings, providers):
    """An answer that was cut off is paid for and reported, and nothing of it is built."""
    providers.answer(fenced(GOOD)[:-40], stop="truncated", output_tokens=48_000)
    run, result = await rings.made(prompt="a band", model="claude")
    assert (run.state_name, result.retry_log) == ("Failed", [])
    assert "truncated" in result.error
    assert [(call.output_tokens, call.failed) for call in result.cost_summary.details] == [(48_000, True)]


async def test_the_cap_stops_a_call_before_it_is_made(rings, providers):
    """A cap below the first call's worst case fails the run with the reason, without a request."""
    run, result = await rings.made(prompt="a band", model="claude-opus", max_cost_usd=0.01)
    assert (run.state_name, providers.requests, result.cost_summary.total_usd) == ("Failed", [], 0.0)
    assert "cost cap of 0.01 USD" in result.error


async def test_an_overloaded_provider_is_asked_again(rings, providers):
    """529 is retried by the policy, in the same task run; a 400 is final at once."""
    providers.fail(529)
    providers.answer(fenced(GOOD))
    _, result = await rings.made(prompt="a band", model="claude")
    assert (result.success, len(providers.requests)) == (True, 2)
    providers.fail(400)
    run, result = await rings.made(prompt="a band", model="claude")
    assert (run.state_name, len(providers.requests)) == ("Failed", 3)
    assert "claude" in result.error


async def test_a_resumed_run_pays_nothing_again(rings, providers):
    """The same flow run, started over, finds its answer in the ledger: one request, one booked call."""
    providers.answer(fenced(GOOD))
    run, first = await rings.made(prompt="a band", model="claude")
    run, second = await rings.again(run)
    assert (run.run_count, run.state_name, len(providers.requests)) == (2, "Completed", 1)
    assert second.cost_summary == first.cost_summary
    assert (second.glb, second.session_id) == (first.glb, first.session_id)
