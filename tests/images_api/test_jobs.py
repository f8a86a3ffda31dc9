"""Dual Gen's jobs: queued, read, cancelled; the queue as a whole."""

from typing import Any
from uuid import uuid4

import pytest
from prefect.states import AwaitingRetry, Cancelled, Crashed, Failed, Paused, Pending, Running, State

from flows.contracts.images import ImagesResult
from tests.images_api.conftest import Client, Shim, finished, refused, written, wrong
from tests.images_api.documents import done, failed, made, under_way
from tests.prefect_server import Hand
from tests.waiting import eventually

KEYS = [
    "id", "status", "prompt", "prompt2", "prompt_mode", "random", "count", "has_image", "current_run",
    "current_prompt", "endpoint_prompts", "endpoint_status", "llm_status", "results", "created_at", "started_at",
    "completed_at", "total_elapsed", "error",
]  # fmt: skip


async def test_a_job_is_queued_and_read_under_both_spellings(dual: Client) -> None:
    """The answer names the job; its document is the contract's; the legacy twin is marked, and says the same."""
    answer = await dual.post("/api/v1/generate", json={"prompt": " a barn "}, headers={"X-Correlation-ID": "my-trace"})
    assert answer.status_code == 200, answer.text
    job = answer.json()["job_id"]
    assert answer.json() == {
        "success": True,
        "job_id": job,
        "status": "queued",
        "queue_position": 1,
        "correlation_id": "my-trace",
    }
    new, old = [await dual.get(f"/api/{version}status/{job}") for version in ("v1/", "")]
    assert new.json() == old.json()
    assert (old.headers["x-api-deprecated"], "x-api-deprecated" in new.headers) == ("true", False)
    document = new.json()
    assert list(document) == KEYS
    assert (document["id"], document["status"], document["prompt"], document["results"]) == (
        job,
        "queued",
        "a barn",
        [],
    )
    assert (document["started_at"], document["total_elapsed"], document["error"]) == (None, None, None)
    idle = dict.fromkeys(["start_time", "elapsed", "model", "source", "mode", "error"])
    assert document["llm_status"] == {"state": "idle", **idle}


async def test_an_unknown_job(dual: Client, hand: Hand) -> None:
    """What no job is called is not found, whatever it looks like, and neither is a run of another contract."""
    another = await hand.client.read_deployment_by_name("generate-ring/default")
    ring = await hand.client.create_flow_run_from_deployment(another.id)
    for job in (uuid4(), "9f31c2aa", "%2e%2e", "images:1", ring.id):
        refused(await dual.get(f"/api/v1/status/{job}"), 404, "JOB_NOT_FOUND")
        refused(await dual.delete(f"/api/v1/queue/{job}"), 404, "JOB_NOT_FOUND")


async def test_rounds_appear_while_it_runs(dual: Client, hand: Hand) -> None:
    """What the flow writes down shows at once: finished rounds, who draws, who wrote; a failed endpoint says why."""
    job = await dual.queued(count=3)
    await hand.start(job)
    await written(hand, job, under_way())
    document = await dual.job(job)
    assert (document["status"], document["current_run"], document["current_prompt"]) == ("running", 2, "a barn")
    generating = {"state": "generating", "start_time": 1767225600.0, "elapsed": None}
    assert document["endpoint_status"] == {"Endpoint 1": generating}
    (shown,) = document["results"]
    assert set(shown) == {"prompt", "endpoint_prompts", "guidance_scale", "strength", "steps", "images"}
    where = {"ip": "10.0.0.7", "port": 2222}
    assert shown["images"] == [
        {
            "success": True,
            "local_path": "images/gen_10_0_0_7_a.png",
            "endpoint": {**where, "name": "Endpoint 1"},
            "stats": {"filename": "a.png", "seed": 7},
            "duration": 1.5,
            "prompt_used": "a barn",
        },
        {
            "success": False,
            "error": "image endpoint: cannot be read",
            "endpoint": {**where, "name": "Endpoint 2"},
            "prompt_used": "a barn",
        },
    ]
    await written(hand, job, under_way(current_run=3, rounds=[done(1), done(2)]))

    async def both() -> bool:
        return len((await dual.job(job))["results"]) == 2

    await eventually(both, "the second round shows")


async def test_a_complete_job(dual: Client, hand: Hand) -> None:
    """A job whose endpoints failed is complete all the same; its document never changes again."""
    job = await dual.queued()
    await hand.start(job)
    await finished(hand, job, under_way(success=True, rounds=[done(1, failed(), failed(error=None))]))
    document = await dual.job(job)
    assert (document["status"], document["error"]) == ("complete", None)
    assert document["total_elapsed"] >= 0
    assert document["completed_at"] >= document["started_at"] >= document["created_at"]
    assert all(image["error"] for image in document["results"][0]["images"])
    await hand.store.remove_named(f"runs/{job}/result.json")
    assert await dual.job(job) == document


@pytest.mark.parametrize(
    ("state", "word", "error"),
    [
        (Pending(), "queued", None),
        (Running(), "running", None),
        (Paused(), "running", None),
        (Cancelled(), "cancelled", None),
        (AwaitingRetry(), "queued", None),
        (Crashed(message="killed 9"), "error", "the process that worked on the job is gone"),
        (Failed(name="TimedOut"), "error", "the job took too long"),
        (Failed(message="a secret path"), "error", "internal error, reported as my-trace"),
    ],
)
async def test_each_state_has_its_word(dual: Client, hand: Hand, state: State, word: str, error: str | None) -> None:
    """The contract has five words; a job that is taken up again after a crash is queued."""
    answer = await dual.post("/api/v1/generate", json={"prompt": "a barn"}, headers={"X-Correlation-ID": "my-trace"})
    job = answer.json()["job_id"]
    await hand.set(job, state)
    document = await dual.job(job)
    assert (document["status"], document["error"]) == (word, error)


async def test_a_failed_job_says_why(dual: Client, hand: Hand) -> None:
    """What the flow says of its failure is told, and what was drawn before stays."""
    job = await dual.queued()
    await hand.start(job)
    await finished(hand, job, under_way(error="no endpoints are configured"))
    document = await dual.job(job)
    assert (document["status"], document["error"]) == ("error", "no endpoints are configured")
    assert len(document["results"]) == 1


async def test_what_cannot_be_read_is_as_if_it_were_not_there(dual: Client, hand: Hand) -> None:
    """A damaged document breaks no page."""
    job = await dual.queued()
    await hand.start(job)
    await hand.store.write_named(f"runs/{job}/job.json", b"{")
    assert (await dual.job(job))["results"] == []


async def test_endpoints_may_be_masked(shim: Shim, hand: Hand) -> None:
    """Clients may be told names only."""
    dual = await shim.dual_gen(mask_endpoints=True)
    job = await dual.queued()
    await hand.start(job)
    await written(hand, job, under_way())
    (shown,) = (await dual.job(job))["results"]
    assert {image["endpoint"]["ip"] for image in shown["images"]} == {None}


async def test_the_queue(dual: Client, hand: Hand) -> None:
    """What waits is in order, what runs is named, what has ended is there, the newest first."""
    ended = [await dual.queued(prompt=f"old {number}") for number in range(2)]
    for job in ended:
        await hand.start(job)
        await finished(hand, job, ImagesResult(success=True, rounds=[done(1, made())]))
    running = await dual.queued()
    await hand.start(running)
    waiting = [await dual.queued(prompt=f"new {number}") for number in range(2)]
    queue = await dual.read("/api/v1/queue")
    assert set(queue) == {"pending", "running", "completed", "current_job_id", "queue_size"}
    assert [job["id"] for job in queue["pending"]] == waiting
    assert [job["id"] for job in queue["running"]] == [running]
    assert [job["id"] for job in queue["completed"]][:2] == ended[::-1]
    assert (queue["current_job_id"], queue["queue_size"]) == (running, 2)
    assert queue["completed"][0] == await dual.job(ended[1])
    listed: list[dict[str, Any]] = await dual.read("/api/jobs")
    assert [job["id"] for job in listed][:5] == [*waiting, running, *ended[::-1]]


async def test_positions_count_from_one(dual: Client, hand: Hand) -> None:
    """Each further job is one further back."""
    positions = [(await dual.post("/api/generate", json={"prompt": "x"})).json()["queue_position"] for _ in range(3)]
    assert positions == [1, 2, 3]


async def test_only_a_waiting_job_is_cancelled(dual: Client, hand: Hand) -> None:
    """A running or finished one is left alone; a cancelled one leaves the queue."""
    job, running = await dual.queued(), await dual.queued()
    await hand.start(running)
    answer = await dual.delete(f"/api/v1/queue/{job}")
    assert (answer.status_code, answer.json()) == (200, {"success": True, "job_id": job})
    assert (await dual.job(job))["status"] == "cancelled"
    for other, word in ((job, "cancelled"), (running, "running")):
        assert wrong(await dual.delete(f"/api/queue/{other}")) == {
            "job_id": f"job {other} is {word}; only a queued job can be cancelled"
        }
    assert (await dual.read("/api/queue"))["pending"] == []


async def test_the_queue_is_cleared(dual: Client, hand: Hand) -> None:
    """All that waits is cancelled, and what runs goes on."""
    waiting, running = [await dual.queued() for _ in range(5)], await dual.queued()
    await hand.start(running)
    answer = await dual.post("/api/v1/queue/clear")
    assert (answer.status_code, answer.json()) == (200, {"success": True, "cleared": 5})
    assert {(await dual.job(job))["status"] for job in waiting} == {"cancelled"}
    assert (await dual.job(running))["status"] == "running"
    assert (await dual.post("/api/queue/clear")).json()["cleared"] == 0


async def test_a_full_queue_refuses(shim: Shim) -> None:
    """One job more than may wait is refused, and may be sent again later."""
    dual = await shim.dual_gen(max_queue_size=1)
    await dual.queued()
    answer = await dual.post("/api/generate", json={"prompt": "x"})
    refused(answer, 503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"] == "10"


async def test_a_key_starts_one_job(dual: Client) -> None:
    """The same request with the same key is the same job; another request is refused."""
    headers = {"Idempotency-Key": f"key-{uuid4()}"}
    first, again = [await dual.post("/api/v1/generate", json={"prompt": "x"}, headers=headers) for _ in range(2)]
    assert first.json()["job_id"] == again.json()["job_id"]
    other = await dual.post("/api/v1/generate", json={"prompt": "y"}, headers=headers)
    assert wrong(other) == {"Idempotency-Key": "was used for another request"}
