"""Starting runs: exactly one per idempotency key, none lost in a burst, no more than may wait."""

import asyncio
import base64
import io
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from PIL import Image
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterTags

from api.native.load import Load, QueueFull
from api.runs import WRITERS, Runs
from deployments.catalog import RING, Pipeline
from tests.native.conftest import BAND, assert_problem, start
from tests.prefect_server import Hand

BURST = 100


async def tagged(hand: Hand, tag: str) -> list[str]:
    """Return the runs that carry `tag`."""
    wanted = FlowRunFilter(tags=FlowRunFilterTags(all_=[tag]))
    return [str(run.id) for run in await hand.client.read_flow_runs(flow_run_filter=wanted, limit=200)]


async def test_a_key_stands_for_one_run(native: httpx.AsyncClient, hand: Hand) -> None:
    """Of eight requests at once with one key, each gives the same run or is told that another is in flight."""
    body = {"request": BAND, "tags": ["race"]}
    posts = [native.post("/runs/ring", json=body, headers={"Idempotency-Key": "order-1"}) for _ in range(8)]
    answers = await asyncio.gather(*posts)
    for answer in answers:
        if answer.status_code != 202:
            assert_problem(answer, 409, "idempotency_key_in_flight")
            assert answer.headers["retry-after"] == "1"
    accepted = {answer.json()["id"] for answer in answers if answer.status_code == 202}
    assert accepted == set(await tagged(hand, "race"))
    assert len(accepted) == 1
    again = await native.post("/runs/ring", json=body, headers={"Idempotency-Key": "order-1"})
    assert {again.json()["id"]} == accepted


async def test_two_processes_share_their_keys(serve: Callable[..., Any], prefect_url: str, hand: Hand) -> None:
    """Requests with one key that reach two API processes at once start one run."""
    first, second = await serve(prefect_url), await serve(prefect_url, run_cache_s=0.1)
    body, key = {"request": BAND, "tags": ["two"]}, {"Idempotency-Key": "order-2"}
    answers = await asyncio.gather(*(each.post("/runs/ring", json=body, headers=key) for each in (first, second)))
    assert [answer.status_code for answer in answers] == [202, 202]
    assert {answer.json()["id"] for answer in answers} == set(await tagged(hand, "two"))
    assert len(await tagged(hand, "two")) == 1


async def test_a_key_is_not_for_another_request(native: httpx.AsyncClient, hand: Hand) -> None:
    """The same key with another body is 422, and nothing is started."""
    key = {"Idempotency-Key": "order-3"}
    await native.post("/runs/ring", json={"request": BAND, "tags": ["reuse"]}, headers=key)
    other = {"request": BAND | {"prompt": "another band"}, "tags": ["reuse"]}
    assert_problem(await native.post("/runs/ring", json=other, headers=key), 422, "idempotency_key_reused")
    assert len(await tagged(hand, "reuse")) == 1
    odd = await native.post("/runs/ring", json={"request": BAND}, headers={"Idempotency-Key": "x" * 256})
    assert_problem(odd, 422, "invalid_input")


async def test_a_burst_loses_nothing(serve: Callable[..., Any], prefect_url: str, hand: Hand) -> None:
    """A hundred runs posted at once: each answered 202 or, beyond the queue's limit, 429; all accepted ones are there.

    A count that overlaps with a start may miss those being written, so a few more than the limit may get in.
    """
    native = await serve(prefect_url)
    body = {"request": BAND, "tags": ["burst"]}
    answers = await asyncio.gather(*(native.post("/runs/ring", json=body) for _ in range(BURST)))
    accepted = {answer.json()["id"] for answer in answers if answer.status_code == 202}
    refused = [answer for answer in answers if answer.status_code != 202]
    assert 64 <= len(accepted) <= 64 + 2 * WRITERS
    for answer in refused:
        assert_problem(answer, 429, "queue_full")
        assert int(answer.headers["retry-after"]) >= 1
    assert set(await tagged(hand, "burst")) == accepted


async def test_a_hundred_at_once_are_all_created(prefect_url: str, hand: Hand) -> None:
    """Without a limit a hundred creations at once all succeed, on either database."""
    async with Runs(RING, api_url=prefect_url) as runs:
        created = await asyncio.gather(
            *(runs.create(BAND, key=f"hundred-{n}", name=f"{n}", tags=["hundred"], labels={}) for n in range(BURST))
        )
    assert set(await tagged(hand, "hundred")) == {str(run.id) for run in created}
    assert len(created) == BURST


async def test_retry_after_is_computed(prefect_url: str, hand: Hand) -> None:
    """A full queue says when to come back: the runs that wait, times what one takes, over those at once."""
    quick = Pipeline("ring", "A ring", RING, "RingRequest", "RingResult", queue_limit=2, typical_s=None)
    async with Runs(RING, api_url=prefect_url) as runs:
        await asyncio.gather(
            *(runs.create(BAND, key=f"{hand.store.home}{n}", name=f"{n}", tags=[], labels={}) for n in range(2))
        )
        load = Load(quick, runs)
        with pytest.raises(QueueFull) as refused:
            async with load.place():
                pass
        each_s = await load.typical_s() or 10
        limit = (await runs.deployment()).global_concurrency_limit
    assert limit is None
    assert 1 <= (refused.value.retry_after_s or 0) <= max(1, 2 * each_s)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"prompt": "a band", "colour": "red"}, "body.request.colour"),
        ({}, "body.request"),
        ({"prompt": "a band", "max_builds": 99}, "body.request.max_builds"),
        ({"prompt": "a band", "metadata": {"__prefect_kind": "jinja"}}, "__prefect_kind"),
        ({"prompt": "a band", "metadata": {"grains": [2**64]}}, "request.metadata.grains.0"),
        ({"prompt": "a \0 band"}, "request.prompt"),
        ({"prompt": "a \ud800 band"}, "request.prompt"),
        ({"prompt": "a band", "metadata": {"x": [float("nan")]}}, "request.metadata.x.0"),
        ({"prompt": "a band", "metadata": {"x": "y" * 500_000}}, "request"),
        ({"prompt": "a band", "reference": "a picture"}, "body.request.reference"),
        ({"prompt": "a band", "reference": {"base64": "%%%"}}, "request.reference"),
        ({"prompt": "a band", "reference": {"base64": "aGVsbG8="}}, "request.reference"),
        ({"prompt": "a band", "reference": {"url": "http://127.0.0.1/x.png"}}, "request.reference"),
        ({"prompt": "a band", "reference": {"url": "file:///etc/passwd"}}, "request.reference"),
        ({"prompt": "a band", "reference": {"path": "/etc/passwd"}}, "request.reference"),
    ],
)
async def test_bad_input_is_refused_by_name(alone: httpx.AsyncClient, request_: dict[str, Any], field: str) -> None:
    """What the pipeline does not take is answered 422 and named, before Prefect is asked anything."""
    body = json.dumps({"request": request_})
    answer = await alone.post("/runs/ring", content=body, headers={"Content-Type": "application/json"})
    problem = assert_problem(answer, 422, "invalid_input")
    assert ".".join(map(str, problem["errors"][0]["loc"])).startswith(field)


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "a band"},
        {"request": BAND, "priority": 1},
        {"request": BAND, "tags": ["web hook"]},
        {"request": BAND, "tags": ["webhook"]},
        {"request": [BAND]},
        [],
    ],
)
async def test_there_is_one_envelope(alone: httpx.AsyncClient, body: Any) -> None:
    """A bare request, an unknown field and a reserved tag are refused."""
    assert_problem(await alone.post("/runs/ring", json=body), 422, "invalid_input")


async def test_what_cannot_be_started_says_so(alone: httpx.AsyncClient) -> None:
    """No such pipeline is 404, a webhook without a secret 503, no JSON 422, and no Prefect 503 with Retry-After."""
    assert_problem(await alone.post("/runs/necklace", json={"request": {}}), 404, "pipeline_not_found")
    hook = {"request": BAND, "webhook_url": "https://example.com/hook"}
    assert_problem(await alone.post("/runs/ring", json=hook), 503, "missing_key")
    assert_problem(await alone.post("/runs/ring", content=b"{"), 422, "invalid_input")
    down = await alone.post("/runs/ring", json={"request": BAND})
    assert_problem(down, 503, "orchestrator_unavailable")
    assert int(down.headers["retry-after"]) >= 1


async def test_bytes_are_stored_first(native: httpx.AsyncClient, hand: Hand) -> None:
    """A picture in base64 becomes a reference in the run's parameters, as does a reference to what is stored."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "gold").save(out, "PNG")
    inline = await start(
        native, reference={"base64": base64.b64encode(out.getvalue()).decode(), "media_type": "image/png"}
    )
    reference = (await hand.parameters(inline))["reference"]
    assert await hand.store.read(reference["uri"]) == out.getvalue()
    referred = await start(native, reference=reference)
    assert (await hand.parameters(referred))["reference"] == reference
    unknown = reference | {"uri": reference["uri"][:-4] + "0000", "sha256": reference["sha256"][:-4] + "0000"}
    refused = await native.post("/runs/ring", json={"request": BAND | {"reference": unknown}})
    assert_problem(refused, 422, "invalid_input")
