"""What the ring contract makes of requests: ids, pictures, defaults and refusals, in front of a real Prefect server."""

import asyncio
import base64

import httpx
import pytest
from prefect.states import Running

from api.settings import ApiSettings
from blocks.artifacts import Artifact
from tests.api.conftest import Hand, Served, shim, submit
from tests.api.rings import a_ring, no_ring
from tests.api.test_ring_models import picture


async def test_a_request_id_names_the_job_and_the_session(ring: httpx.AsyncClient, hand: Hand) -> None:
    """request_id becomes the job id and the session id; the same request again returns the same job."""
    job = await submit(ring, request_id="my-ring.1")
    assert job == "my-ring.1"
    assert await submit(ring, request_id="my-ring.1") == job
    assert (await hand.parameters(job))["session_id"] == job
    assert (await ring.get(f"/jobs/{job}")).json()["id"] == job


async def test_a_request_id_stands_for_one_request(ring: httpx.AsyncClient, hand: Hand) -> None:
    """Another request under a taken id is 409: one that a job has, that is a job's own id, or that names a session."""
    await submit(ring, request_id="taken")
    clashes = ["taken", await submit(ring), "an-old-session"]
    await hand.store.write_named("sessions/an-old-session/session.json", b"{}")
    for request_id in clashes:
        answer = await ring.post("/jobs", json={"prompt": "another band", "request_id": request_id})
        assert answer.status_code == 409, request_id
        assert request_id in answer.json()["detail"]


async def test_one_request_id_sent_at_once_is_one_job(ring: httpx.AsyncClient, hand: Hand) -> None:
    """Of different requests that race for one id, one wins and the others are told so."""
    answers = await asyncio.gather(
        *(ring.post("/jobs", json={"prompt": f"band {number}", "request_id": "raced"}) for number in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_picture_is_stored_and_only_its_reference_travels(ring: httpx.AsyncClient, hand: Hand) -> None:
    """An inline picture goes to the store first; the run's parameters stay small and hold no base64."""
    data = picture("PNG") + bytes(300_000)
    job = await submit(ring, prompt=None, image_b64=base64.b64encode(data).decode(), image_mime="image/jpeg")
    parameters = await hand.parameters(job)
    reference = Artifact.model_validate(parameters["reference"])
    assert reference.media_type == "image/png"
    assert await hand.store.read(reference) == data
    assert len(str(parameters)) < 2_000
    assert (await ring.get(f"/jobs/{job}")).json()["request_summary"]["has_image"] is True


async def test_the_flow_gets_the_request_with_the_defaults_filled_in(ring: httpx.AsyncClient, hand: Hand) -> None:
    """Omitted fields become the service's defaults; without a model named the flow chooses."""
    parameters = await hand.parameters(await submit(ring, metadata={"order": 7}))
    assert parameters["session_id"].startswith("s_")
    del parameters["session_id"]
    assert parameters == {
        "prompt": "a plain band",
        "reference": None,
        "model": "auto",
        "max_builds": 3,
        "max_cost_usd": 5.0,
        "previews": "none",
        "metadata": {"order": 7},
    }


async def test_a_template_for_prefect_is_refused(ring: httpx.AsyncClient) -> None:
    """`__prefect_kind` in the metadata would be expanded by the Prefect server, so it is refused by name."""
    metadata = {"a": [{"__prefect_kind": "jinja", "template": "{{ secrets }}"}]}
    answer = await ring.post("/jobs", json={"prompt": "a band", "metadata": metadata})
    assert answer.status_code == 422
    assert "__prefect_kind" in answer.json()["detail"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_json_object_is_422(ring: httpx.AsyncClient, body: bytes) -> None:
    """A body that is no JSON object answers 422 with a string, never 500."""
    answer = await ring.post("/jobs", content=body)
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)


async def test_invalid_input_has_a_string_and_a_list(ring: httpx.AsyncClient) -> None:
    """`detail` is one string that names field and limit; `errors` is the list for programs."""
    answer = await ring.post("/jobs", json={"prompt": "a band", "max_retries": 0})
    assert answer.status_code == 422
    assert "max_retries" in answer.json()["detail"]
    assert answer.json()["errors"][0]["loc"] == ["max_retries"]


async def test_a_full_queue_is_503(served: Served, api_settings: ApiSettings, hand: Hand) -> None:
    """One job more than may wait is refused with the fixed text and Retry-After; a running job frees its place."""
    async with await shim(served, api_settings, hand.store, max_queue_size=2) as ring:
        first = await submit(ring)
        await submit(ring)
        full = await ring.post("/jobs", json={"prompt": "a band"})
        assert (full.status_code, full.json()) == (503, {"detail": "Job queue is full, retry later"})
        assert int(full.headers["Retry-After"]) > 0
        assert (await ring.post("/run", json={"prompt": "a band"})).status_code == 503
        await hand.start(first)
        await submit(ring)


async def test_a_finished_job_expires_when_read(served: Served, api_settings: ApiSettings, hand: Hand) -> None:
    """A job is readable until its time is over, then 404; its request id is not silently used again."""
    async with await shim(served, api_settings, hand.store, finished_job_ttl_seconds=2.0) as ring:
        job = await submit(ring, request_id="short-lived")
        await asyncio.sleep(2.1)
        assert (await ring.get(f"/jobs/{job}")).status_code == 200
        await hand.finish(job, await a_ring(hand.store))
        assert (await ring.get(f"/jobs/{job}")).status_code == 200
        await asyncio.sleep(2.1)
        assert (await ring.get(f"/jobs/{job}")).status_code == 404
        assert (await ring.get(f"/jobs/{job}/result")).status_code == 404
        assert (await ring.post("/jobs", json={"prompt": "a plain band", "request_id": job})).status_code == 409


async def test_only_the_newest_records_are_kept(served: Served, api_settings: ApiSettings, hand: Hand) -> None:
    """Of finished jobs the newest `max_job_records` are readable."""
    async with await shim(served, api_settings, hand.store, max_job_records=2) as ring:
        jobs = [await submit(ring) for _ in range(3)]
        for job in jobs:
            await hand.set(job, Running())
            await hand.finish(job, no_ring())
        answers = [(await ring.get(f"/jobs/{job}")).status_code for job in jobs]
        assert answers == [404, 200, 200]


@pytest.mark.parametrize(
    ("llm_name", "variable"),
    [
        ("claude", "ANTHROPIC_API_KEY"),
        ("claude-sonnet", "ANTHROPIC_API_KEY"),
        ("claude-opus", "ANTHROPIC_API_KEY"),
        ("gemini", "GEMINI_API_KEY"),
    ],
)
async def test_a_named_provider_needs_its_key(
    served: Served, api_settings: ApiSettings, hand: Hand, llm_name: str, variable: str
) -> None:
    """A provider asked for by name without its key fails at once and names the variable; no run is made."""
    async with await shim(served, api_settings, hand.store, anthropic_api_key=None, gemini_api_key=None) as ring:
        for path in ("/jobs", "/run"):
            answer = await ring.post(path, json={"prompt": "a band", "llm_name": llm_name})
            assert answer.status_code == 503
            assert variable in answer.json()["detail"]
        await submit(ring, llm_name="offline")
        await submit(ring)
