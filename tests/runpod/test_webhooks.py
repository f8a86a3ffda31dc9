"""Webhooks of RunPod jobs: which runs are told of, and what the message says."""

from typing import Any
from uuid import UUID

import pytest

from flows.contracts import ConceptsResult
from tasks.runpod_webhook import job_message, wants_job
from tests.prefect_server import Hand
from tests.runpod.conftest import FOX, Client, finished, run_id
from tests.waiting import eventually

HOOK = "http://127.0.0.1:8099/told"


@pytest.fixture(autouse=True)
def _loopback_may_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_FETCH_ALLOW", "127.0.0.1/32")


async def test_the_message_is_the_job(image: Client, hand: Hand) -> None:
    """It says what /status says, links that anyone may follow included."""
    job = await image.started(FOX, webhook=HOOK)
    picture = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, job, ConceptsResult(success=True, concepts=[picture, picture]))
    run = await hand.client.read_flow_run(UUID(run_id(job)))
    assert wants_job(run)
    assert (run.labels["atelier.webhook"], "webhook" in run.tags) == (HOOK, True)
    message, status = await job_message(run, hand.store), await image.status(job)
    assert _without_expiry(message) == _without_expiry(status)
    assert (await image.get(message["output"]["concept_urls"][0])).content == await hand.store.read(picture)


def _without_expiry(document: dict[str, Any]) -> dict[str, Any]:
    return document | {"output": [url.split("?")[0] for url in document["output"]["concept_urls"]]}


async def test_a_failure_is_told_too(image: Client, hand: Hand) -> None:
    """A job whose input was refused never ran; Prefect tells of its end all the same, so that it is delivered."""
    job = await image.started({"operation": "paint"}, webhook=HOOK)
    run = await hand.client.read_flow_run(UUID(run_id(job)))
    assert await job_message(run, hand.store) == await image.status(job)
    assert "webhook" in run.tags

    async def told() -> list[dict[str, Any]]:
        wanted = {"event": {"name": ["prefect.flow-run.Failed"]}, "resource": {"id": [f"prefect.flow-run.{run.id}"]}}
        answer = await hand.client.request("POST", "/events/filter", json={"filter": wanted})
        return list(answer.json()["events"])

    (event,) = await eventually(told, "Prefect is to tell of the end")
    assert run.state
    assert event["id"] == str(run.state.id)
    tags = [each["prefect.resource.id"] for each in event["related"] if each["prefect.resource.role"] == "tag"]
    assert "prefect.tag.webhook" in tags


async def test_other_jobs_are_not_told(image: Client, hand: Hand) -> None:
    """Without a webhook nobody is told anything."""
    run = await hand.client.read_flow_run(UUID(run_id(await image.started(FOX))))
    assert "webhook" not in run.tags
    assert not wants_job(run)
