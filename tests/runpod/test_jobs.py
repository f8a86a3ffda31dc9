"""Jobs of RunPod's contract: how they begin, are followed, and end."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from prefect.client.schemas.objects import StateType
from prefect.states import Crashed, Failed, Pending, Running, Scheduled

from flows.contracts import ConceptsResult, ModelResult, RescaleResult
from tasks.domain.meshes.proof import MeshProof
from tests.prefect_server import Hand
from tests.runpod.conftest import FOX, PICTURE, SIZE, Both, Client, Shim, begun, finished, run_id, waiting_run

PROOF = MeshProof(
    watertight=True,
    manifold=True,
    bodies=1,
    triangles=12,
    vertices=8,
    volume_mm3=400_000.0,
    area_mm2=4000.0,
    extents_mm=(100.0, 50.0, 80.0),
    overhang_share=0.0,
    printable=True,
)
STATS = {"vertices": 8, "faces": 12, "watertight": True, "extents": [0.1, 0.08, 0.05]}


async def test_a_job_goes_its_way(image: Client, hand: Hand) -> None:
    """From the queue over its work to two concepts whose links anyone may follow; nothing is null; times are ms."""
    job = await image.started(FOX)
    assert job == f"{run_id(job)}-u1"
    assert await image.status(job) == {"id": job, "status": "IN_QUEUE"}
    await begun(hand, job)
    running = await image.status(job)
    assert running.pop("delayTime") >= 0
    assert running == {"id": job, "status": "IN_PROGRESS"}
    drawn = [await hand.store.write(b"\x89PNG\r\n\x1a\n" + bytes([number])) for number in range(2)]
    await finished(hand, job, ConceptsResult(success=True, provider="offline", concepts=drawn))
    done = await image.status(job)
    assert set(done) == {"id", "status", "output", "delayTime", "executionTime"}
    assert (done["id"], done["status"], set(done["output"])) == (job, "COMPLETED", {"concept_urls"})
    async with httpx.AsyncClient(verify=False) as anyone:
        found = [(await anyone.get(url)).content for url in done["output"]["concept_urls"]]
    assert found == [await hand.store.read(artifact) for artifact in drawn]


async def test_models_come_with_their_figures(model: Client, hand: Hand) -> None:
    """Each operation has its own key; extents are those of the file, in metres with y up; warnings come along."""
    glb = await hand.store.write(b"glTF" + bytes(16), media_type="model/gltf-binary")
    made, sized = await model.started(PICTURE), await model.started(SIZE)
    await finished(hand, made, ModelResult(success=True, model=glb, proof=PROOF))
    await finished(hand, sized, RescaleResult(success=True, model=glb, proof=PROOF, warnings=["wider than it was"]))
    output = (await model.status(made))["output"]
    assert output.pop("normalized_model_url").startswith(str(model.base_url).split("/v2/")[0] + "/artifacts/")
    assert output == {"stats": STATS}
    output = (await model.status(sized))["output"]
    assert f"/artifacts/{glb.sha256}?" in output.pop("rescaled_model_url")
    assert output == {"stats": STATS, "warnings": ["wider than it was"]}


async def test_status_is_read_by_get_and_post(image: Client, hand: Hand) -> None:
    """Both say the same, and so do /stream's two."""
    job = await image.started(FOX)
    assert (await image.post(f"status/{job}")).json() == await image.status(job)
    for method in ("GET", "POST"):
        answer = await image.request(method, f"stream/{job}")
        assert (answer.status_code, answer.json()) == (200, {"status": "IN_QUEUE", "stream": []})


async def test_the_flow_gets_what_was_asked(both: Both, hand: Hand) -> None:
    """The input becomes the flow's request; what an outsider sent beside it goes nowhere."""
    job = await both.image.started(FOX | {"n": 3, "else": "x"}, s3Config={"accessId": "x"})
    assert (await hand.parameters(run_id(job)))["n"] == 3
    assert "else" not in await hand.parameters(run_id(job))
    sized = {"operation": "rescale_model", "model_url": SIZE["model_url"], "target_dimensions": {"x": 100}}
    asked = await hand.parameters(run_id(await both.model.started(sized)))
    assert (asked["target_dimensions"], asked["formats"]) == ({"x": 100, "y": None, "z": None, "unit": "mm"}, [])


async def test_a_failed_job_is_answered_with_200(image: Client, hand: Hand) -> None:
    """The flow's own words are the error, and there is no output."""
    job = await image.started(FOX)
    await begun(hand, job)
    await finished(hand, job, ConceptsResult(success=False, error="style: 'lopoly' is unknown; known are lowpoly"))
    document = await image.status(job)
    assert {name: document[name] for name in ("id", "status", "error")} == {
        "id": job,
        "status": "FAILED",
        "error": "style: 'lopoly' is unknown; known are lowpoly",
    }
    assert set(document) == {"id", "status", "error", "delayTime", "executionTime"}


@pytest.mark.parametrize("state", [Failed(message="ValueError: /home/x"), Crashed(message="/home/x broke")])
async def test_nothing_inside_is_told(image: Client, hand: Hand, state: Any) -> None:
    """What no flow said itself is named by its correlation id, and nothing of it is shown."""
    answer = await image.post("run", json={"input": FOX}, headers={"X-Correlation-ID": "trace-7"})
    job = answer.json()["id"]
    await begun(hand, job)
    await hand.set(run_id(job), state)
    assert (await image.status(job))["error"] == "the job failed unexpectedly, reported as trace-7"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"operation": "paint"}, "operation: must be generate_model or rescale_model, not 'paint'"),
        (SIZE | {"scale_factor": None}, "target_dimensions or scale_factor is required"),
        (SIZE | {"target_dimensions": {"x": 1}}, "target_dimensions, scale_factor: only one of them may be given"),
        (PICTURE | {"prompt": "a\0b"}, "request.prompt: holds a NUL character"),
        (PICTURE | {"input_image_url": "ftp://x/y"}, "input_image_url: must be an http or https URL"),
    ],
)
async def test_a_wrong_input_is_a_job_that_failed(model: Client, given: dict[str, Any], why: str) -> None:
    """It is taken like any other, has an id, times and a reason, and stays readable; no flow runs."""
    body = json.dumps({"input": given}).encode()
    answer = await model.post("runsync", content=body)
    document = answer.json()
    assert answer.status_code == 200
    assert set(document) == {"id", "status", "error", "delayTime", "executionTime"}
    assert (document["status"], document["error"]) == ("FAILED", why)
    assert await model.status(document["id"]) == document
    job = await model.started(SIZE | {"scale_factor": None})
    assert (await model.status(job))["error"] == "target_dimensions or scale_factor is required"


NO_JOBS = [
    b"",
    b"{",
    b"[]",
    b"{}",
    b'{"input": null}',
    b'{"input": "x"}',
    b'{"input": []}',
    b"\xff\xfe",
    b"[" * 100_000,
]


@pytest.mark.parametrize("route", ["run", "runsync"])
async def test_without_an_input_there_is_no_job(image: Client, route: str) -> None:
    """What is no JSON object with an input is answered 400 with a string."""
    for body in NO_JOBS:
        answer = await image.post(route, content=body)
        assert answer.status_code == 400, body
        assert isinstance(answer.json()["error"], str)


async def test_jobs_are_known_to_their_own_endpoint(both: Both, hand: Hand) -> None:
    """Another endpoint, another contract's run and a strange id are 404, whatever is asked of them."""
    job = await both.image.started(FOX)
    deployment = await hand.client.read_deployment_by_name("generate-concepts/default")
    foreign = await hand.client.create_flow_run_from_deployment(deployment.id, state=Scheduled())
    asked = [(both.model, job), (both.image, f"{foreign.id}-u1"), (both.image, "nonsense"), (both.image, "7c2e-u1")]
    for client, strange in asked:
        for method, route in (("GET", "status"), ("GET", "stream"), ("POST", "cancel"), ("POST", "retry")):
            answer = await client.request(method, f"{route}/{strange}")
            assert (answer.status_code, answer.json()) == (404, {"error": f"job {strange} is not known"})
    assert (await both.image.status(run_id(job)))["id"] == job  # the bare UUID is known as well


async def test_runsync_waits_for_the_end(image: Client, hand: Hand) -> None:
    """Its answer is the finished job, under an id that says sync and that /status knows."""
    waiting = asyncio.create_task(image.post("runsync", json={"input": FOX}))
    run = await waiting_run(hand)
    drawn = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, run, ConceptsResult(success=True, concepts=[drawn]))
    document = (await waiting).json()
    assert (document["id"], document["status"]) == (f"sync-{run}-u1", "COMPLETED")
    assert len(document["output"]["concept_urls"]) == 1
    assert (await image.status(document["id"]))["status"] == "COMPLETED"


async def test_runsync_answers_when_the_wait_ends(image: Client, hand: Hand) -> None:
    """A job that is not done by then goes on, and the answer says where it is."""
    answer = await image.post("runsync", params={"wait": 1000}, json={"input": FOX})
    document = answer.json()
    assert (answer.status_code, document["status"], set(document)) == (200, "IN_QUEUE", {"id", "status"})
    run = await hand.client.read_flow_run(await hand.run_id(run_id(document["id"])))
    assert run.state
    assert run.state.type is StateType.SCHEDULED


async def test_only_a_sensible_wait_is_taken(image: Client) -> None:
    """From 1000 to 300000 ms; anything else is 400, and starts nothing."""
    for wait in ("999", "300001", "-1", "soon", "1.5", "nan"):
        answer = await image.post("runsync", params={"wait": wait}, json={"input": FOX})
        assert (answer.status_code, answer.json()["error"].split(":")[0]) == (400, "query.wait")
    assert (await image.get("health")).json()["jobs"]["inQueue"] == 0


async def test_a_client_that_hangs_up_is_not_waited_for(shim: Shim, hand: Hand) -> None:
    """The job goes on, and the app can be stopped at once."""
    image = await shim.client("image-generator")
    with pytest.raises(httpx.ReadTimeout):
        await image.post("runsync", json={"input": FOX}, timeout=1)
    run = await waiting_run(hand)
    assert (await image.status(run))["status"] == "IN_QUEUE"


async def test_an_output_is_streamed_once(image: Client, hand: Hand) -> None:
    """The whole output is the stream's one item, told at the first call after the end; /status keeps it."""
    job = await image.started(FOX)
    drawn = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, job, ConceptsResult(success=True, concepts=[drawn]))
    first = (await image.get(f"stream/{job}")).json()
    assert (first["status"], list(first["stream"][0]["output"])) == ("COMPLETED", ["concept_urls"])
    assert (await image.post(f"stream/{job}")).json() == {"status": "COMPLETED", "stream": []}
    assert "output" in await image.status(job)


async def test_a_failure_is_streamed_as_its_error(image: Client) -> None:
    """There is nothing to stream of a job that failed, but the reason."""
    job = await image.started({"operation": "x"})
    document = (await image.get(f"stream/{job}")).json()
    assert (document["status"], document["stream"]) == ("FAILED", [])
    assert document["error"].startswith("operation: must be generate_concepts")


async def test_a_cancel_is_final(image: Client, hand: Hand) -> None:
    """Waiting or running, to cancel is to be told CANCELLED from then on, however often it is asked."""
    waiting, running = await image.started(FOX), await image.started(FOX)
    await begun(hand, running)
    for job in (waiting, running, waiting, running):
        answer = await image.post(f"cancel/{job}")
        assert (answer.status_code, answer.json()) == (200, {"id": job, "status": "CANCELLED"})
        assert (await image.status(job))["status"] == "CANCELLED"


async def test_what_has_ended_is_not_cancelled(image: Client, hand: Hand) -> None:
    """The answer says how it ended."""
    job = await image.started(FOX)
    drawn = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, job, ConceptsResult(success=True, concepts=[drawn]))
    assert (await image.post(f"cancel/{job}")).json() == {"id": job, "status": "COMPLETED"}
    refused = await image.started({"operation": "x"})
    assert (await image.post(f"cancel/{refused}")).json() == {"id": refused, "status": "FAILED"}


async def test_only_what_failed_is_retried(image: Client, hand: Hand) -> None:
    """A job in any other state is 400, and stays as it is."""
    job = await image.started(FOX)
    for state, word in ((Pending(), "IN_QUEUE"), (Running(), "IN_PROGRESS")):
        await hand.set(run_id(job), state)
        answer = await image.post(f"retry/{job}")
        assert answer.status_code == 400
        assert answer.json()["error"] == f"job {job} is {word}; only a job that is FAILED or TIMED_OUT is retried"
    drawn = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, job, ConceptsResult(success=True, concepts=[drawn]))
    assert (await image.post(f"retry/{job}")).status_code == 400
    assert "output" in await image.status(job)
    cancelled = await image.started(FOX)
    await image.post(f"cancel/{cancelled}")
    assert (await image.post(f"retry/{cancelled}")).status_code == 400


@pytest.mark.parametrize(
    "state", [None, Crashed(message="gone"), Failed(name="TimedOut", message="ran for more than 1800 s")]
)
async def test_a_failed_job_is_run_again(image: Client, hand: Hand, state: Any) -> None:
    """It waits under the same id, what it left is gone, and it may succeed this time."""
    job = await image.started(FOX)
    await begun(hand, job)
    await finished(hand, job, ConceptsResult(success=False, error="no luck"), state)
    assert (await image.post(f"retry/{job}")).json() == {"id": job, "status": "IN_QUEUE"}
    assert await image.status(job) == {"id": job, "status": "IN_QUEUE"}
    assert await hand.store.list_named(f"runs/{run_id(job)}") == []
    drawn = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, job, ConceptsResult(success=True, concepts=[drawn]))
    assert (await image.status(job))["status"] == "COMPLETED"
    assert "output" in (await image.get(f"stream/{job}")).json()["stream"][0]


async def test_a_refused_input_fails_again(model: Client) -> None:
    """To retry it is to hear the same."""
    job = await model.started({"operation": "x"})
    before = await model.status(job)
    assert (await model.post(f"retry/{job}")).json() == {"id": job, "status": "IN_QUEUE"}
    after = await model.status(job)
    assert (after["status"], after["error"]) == ("FAILED", before["error"])


async def test_a_key_starts_one_job(image: Client) -> None:
    """The same key and job is the same job; another job under the key is refused."""
    key = {"Idempotency-Key": "order 7".replace(" ", "-")}
    first = (await image.post("run", json={"input": FOX}, headers=key)).json()
    assert (await image.post("run", json={"input": FOX}, headers=key)).json() == first
    other = await image.post("run", json={"input": FOX | {"n": 1}}, headers=key)
    assert other.status_code == 422
    assert (await image.started(FOX)) != first["id"]
