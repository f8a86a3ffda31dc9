"""Webhooks on a real stack: a run ends, Prefect's automation starts the delivery, a receiver verifies it."""

import json

import httpx
import pytest
from prefect.states import Cancelled, Completed, Crashed, Failed
from standardwebhooks import Webhook

from deployments.catalog import RING
from tests.loopback import Call
from tests.outside.conftest import SECRETS, Ends
from tests.outside.receiver import Receiver
from tests.stack import RunningStack
from tests.waiting import eventually

TOLD = {
    "completed": Completed(),
    "failed": Failed(message="no ring after 3 builds"),
    "crashed": Crashed(message="the machine went away"),
    "cancelled": Cancelled(message="the client asked for it"),
}


@pytest.mark.parametrize("word", TOLD)
async def test_each_end_of_a_run_is_told_once_and_signed(ends: Ends, receiver: Receiver, word: str) -> None:
    """The body says what ended and how; every secret's holder can verify it; the id is that of the state."""
    run = await ends.ended(TOLD[word], url=f"{receiver.url}/{word}")
    delivery = await ends.delivery(run)
    assert delivery.state.is_completed(), delivery.state.message
    (message,) = receiver.at(f"/{word}")
    assert json.loads(message.data) == {
        "type": f"run.{word}",
        "timestamp": run.state.timestamp.isoformat(),
        "data": {
            "id": str(run.id),
            "name": run.name,
            "deployment": RING,
            "state": word,
            "progress": 100 if word == "completed" else 40,
            "error": None if word == "completed" else TOLD[word].message,
            "links": {
                "self": f"https://atelier.example/runs/{run.id}",
                "result": f"https://atelier.example/runs/{run.id}/result",
            },
        },
    }
    assert message.headers["webhook-id"] == str(run.state.id)
    assert message.headers["content-type"] == "application/json"
    for secret in SECRETS:
        Webhook(secret).verify(message.data, message.headers)


async def test_a_runpod_job_is_told_in_runpods_words(stack: RunningStack, ends: Ends, receiver: Receiver) -> None:
    """The receiver gets the final job as /status tells it, by RunPod's own contract, without any envelope."""
    asked = {"input": {"operation": "paint"}, "webhook": f"{receiver.url}/runpod"}
    async with httpx.AsyncClient(base_url=stack.runpod_urls[0], timeout=60) as runpod:
        job = (await runpod.post("/run", json=asked)).json()["id"]
        message = await eventually(lambda: _first(receiver, "/runpod"), "the job's end is to be told")
        assert json.loads(message.data) == (await runpod.get(f"/status/{job}")).json()
    assert json.loads(message.data)["status"] == "FAILED"


async def _first(receiver: Receiver, path: str) -> Call | None:
    return next(iter(receiver.at(path)), None)


async def test_a_failing_receiver_is_tried_again_with_the_same_message(ends: Ends, receiver: Receiver) -> None:
    """After a 500 and a 429 the third try is taken; id and body are the same, so that a receiver knows a repeat."""
    receiver.answers("/flaky", 500, 429)
    delivery = await ends.delivery(await ends.ended(Completed(), url=f"{receiver.url}/flaky"))
    tries = receiver.at("/flaky")
    assert delivery.state.is_completed(), delivery.state.message
    assert len(tries) == 3
    assert len({(each.headers["webhook-id"], each.data) for each in tries}) == 1
    for each in tries:
        Webhook(SECRETS[1]).verify(each.data, each.headers)


@pytest.mark.parametrize("status", [410, 400, 307])
async def test_a_receiver_that_says_no_is_left_alone(ends: Ends, receiver: Receiver, status: int) -> None:
    """A refusal or a redirect is final: one try, and the delivery's run says why it failed."""
    receiver.answers(f"/no/{status}", status)
    delivery = await ends.delivery(await ends.ended(Completed(), url=f"{receiver.url}/no/{status}"))
    assert delivery.state.is_failed()
    assert f"HTTP {status}" in delivery.state.message
    assert len(receiver.at(f"/no/{status}")) == 1


async def test_nothing_is_sent_into_our_own_network(ends: Ends) -> None:
    """A URL that became private after it was taken is refused at delivery, before any connection."""
    with Receiver("127.0.0.2") as inside:
        delivery = await ends.delivery(await ends.ended(Completed(), url=f"{inside.url}/"))
        assert delivery.state.is_failed()
        assert "not on the public Internet" in delivery.state.message
        assert inside.calls == []


async def test_only_runs_that_ask_for_it_are_told_of(ends: Ends, receiver: Receiver) -> None:
    """A run without the tag starts no delivery, and a delivery starts none either, though it ends like any run."""
    untold = await ends.ended(Completed(), url=f"{receiver.url}/untold", tags=())
    told = await ends.ended(Completed(), url=f"{receiver.url}/told")
    await ends.delivery(told)
    deliveries = await ends.deliveries()
    about = {each.parameters["run_id"] for each in deliveries}
    assert str(told.id) in about
    assert about.isdisjoint({str(untold.id), *(str(each.id) for each in deliveries)})
    assert receiver.at("/untold") == []


async def test_what_nobody_took_is_delivered_later_and_once(ends: Ends, receiver: Receiver) -> None:
    """A receiver that fails every try gets the same message when it is back, then none; a refusal is final."""
    receiver.answers("/away", 503, 503, 503)
    receiver.answers("/never", 410)
    run = await ends.ended(Completed(), url=f"{receiver.url}/away")
    refusing = await ends.ended(Completed(), url=f"{receiver.url}/never")
    for each in (run, refusing):
        assert (await ends.delivery(each)).state.is_failed()
    await ends.sweep()

    async def settled():
        return (await ends.client.read_flow_run(run.id)).labels.get("atelier.webhook-told") == str(run.state.id)

    assert await eventually(settled, "the message was not delivered later")
    await ends.sweep()
    tries = receiver.at("/away")
    assert len(tries) == 4
    assert {each.headers["webhook-id"] for each in tries} == {str(run.state.id)}
    assert len(receiver.at("/never")) == 1
