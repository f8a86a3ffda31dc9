"""The flow in a real Prefect before stand-ins of the providers: what is asked, paid, kept and told."""

from io import BytesIO

import pytest
from PIL import Image
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from tasks.domain.concepts.styles import concept_styles
from tests.image_models.fakes import picture

pytestmark = pytest.mark.usefixtures("prefect")


async def test_words_and_a_style_become_concepts(providers, runs):
    """Two by default, in one request, as PNG; the prompt is told as it was sent, and so is what it cost."""
    state, result = await runs.made(prompt="a ring like a river", style="art-deco")
    assert (state.name, result.success, result.provider) == ("Completed", True, "openai")
    assert result.model_id == "gpt-image-2.5-flare"
    (request,) = providers.requests
    assert result.prompt == request.prompt
    assert "a ring like a river" in request.prompt
    assert concept_styles()["art-deco"].fragment in request.prompt
    assert [concept.media_type for concept in result.concepts] == ["image/png", "image/png"]
    assert [call.purpose for call in result.cost_summary.details] == ["concepts"]
    assert result.cost_summary.total_usd == pytest.approx((50 * 5 + 1_000 * 30) / 1e6, abs=1e-4)
    assert result.warnings == []
    assert set(result.timings_s) == {"draw", "check", "total"}
    run = await runs.client.read_flow_run(state.state_details.flow_run_id)
    assert run.name == "Concepts: a ring like a river"
    of_it = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    kinds = [artifact.type for artifact in await runs.client.read_artifacts(flow_run_filter=of_it)]
    assert sorted(kinds) == ["image", "image", "markdown", "table"]


async def test_gemini_is_asked_once_per_concept(providers, runs):
    """A provider of single pictures gets as many requests, each in the costs; its JPEGs become PNGs."""
    _, result = await runs.made(prompt="a fox statue", provider="gemini", n=3)
    assert [request.model for request in providers.requests] == ["gemini-3-pro-image-preview"] * 3
    assert len(result.concepts) == 3
    assert {concept.media_type for concept in result.concepts} == {"image/png"}
    assert sorted(call.purpose for call in result.cost_summary.details) == ["concept 1", "concept 2", "concept 3"]


async def test_a_concept_that_was_refused_is_missed_and_not_mourned(providers, runs):
    """Of several requests those that gave pictures count; the result says which did not, and why."""
    providers.reply(refusal="IMAGE_SAFETY", output_tokens=0)
    state, result = await runs.made(prompt="a fox", provider="gemini", n=2)
    assert (state.name, len(result.concepts)) == ("Completed", 1)
    assert "IMAGE_SAFETY" in result.warnings[0]
    assert "1 of 2" in result.warnings[1]
    assert sorted(call.failed for call in result.cost_summary.details) == [False, True]


async def test_a_picture_is_the_edits_beginning(providers, runs, store):
    """A stored picture goes along, and the words are what to change."""
    start = await store.write(picture("teal", size=(80, 60)))
    _, result = await runs.made(picture=start, prompt="in rose gold")
    (request,) = providers.requests
    assert request.path.endswith("/images/edits")
    assert Image.open(BytesIO(request.image)).size == (80, 60)
    assert "in rose gold" in request.prompt
    assert len(result.concepts) == 2


async def test_a_picture_is_taken_in_from_its_address(providers, runs, store):
    """An address of ours is read without a call; what is no picture is the caller's mistake, and nothing is paid."""
    start = await store.write(picture("teal"))
    _, result = await runs.made(picture_url=start.uri)
    assert result.success
    words = await store.write(b"not a picture")
    state, result = await runs.made(picture_url=words.uri)
    assert state.name == "Failed"
    assert result.error.startswith("picture_url:")
    assert len(providers.requests) == 1


async def test_an_unknown_style_ends_the_run_before_anything_is_paid(providers, runs):
    """The error names the field and lists what is known; the result is there all the same."""
    state, result = await runs.made(prompt="x", style="rococo")
    assert (state.name, result.success, providers.requests) == ("Failed", False, [])
    assert state.message == result.error
    assert result.error.startswith("style: 'rococo' is unknown")
    assert "lowpoly" in result.error


@pytest.mark.parametrize(("provider", "n", "cap"), [("openai", 2, 0.1), ("gemini", 4, 0.5)])
async def test_the_cap_stops_the_requests_before_they_are_made(providers, runs, provider: str, n: int, cap: float):
    """What all requests of the run can cost together decides, also when one alone would fit."""
    state, result = await runs.made(prompt="x", provider=provider, n=n, max_cost_usd=cap)
    assert (state.name, providers.requests, result.cost_summary.calls) == ("Failed", [], 0)
    assert f"cost cap of {cap:.2f} USD" in result.error


async def test_a_missing_key_is_named(runs):
    """Who is asked for by name and has no key is the operator's to mend."""
    state, result = await runs.made(prompt="x", provider="gemini")
    assert state.name == "Failed"
    assert "GEMINI_API_KEY" in result.error


async def test_what_is_no_picture_is_paid_and_said(providers, runs):
    """Bytes that cannot be decoded are the provider's failure, named as such, with their cost."""
    providers.reply(pictures=[b"GIF89a and no more"])
    state, result = await runs.made(prompt="x", n=1)
    assert state.name == "Failed"
    assert result.error.startswith("openai: what it drew cannot be used")
    assert result.cost_summary.calls == 1


async def test_a_refusal_keeps_the_providers_words(providers, runs):
    """A 400 is final after one request, and its words reach the client."""
    providers.reply(status=400, error="rejected by the safety system")
    state, result = await runs.made(prompt="x")
    assert (state.name, len(providers.requests)) == ("Failed", 1)
    assert "rejected by the safety system" in result.error
