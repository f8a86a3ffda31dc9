"""The ring contract's jobs over HTTP, in front of a real Prefect server."""

import asyncio
from datetime import datetime, timedelta

import httpx
import pytest
from prefect.states import AwaitingRetry, Crashed

from tests.api.conftest import Hand, submit
from tests.api.rings import GLB, SCRIPT, a_ring, no_ring

RESULT_KEYS = {
    *("success", "session_id", "glb_path", "code", "modules", "spatial_report", "retry_log", "cost_summary"),
    *("needs_validation", "llm_used", "blender_elapsed", "glb_size"),
}
ADDED_KEYS = {
    *("error", "glb_uri", "glb_url", "model_id", "proof", "assumptions", "not_honoured", "warnings", "previews"),
    *("timings_s", "prefect_run_url"),
}


async def result_of(ring: httpx.AsyncClient, job: str) -> dict[str, object]:
    return (await ring.get(f"/jobs/{job}/result")).json()


async def test_a_job_is_accepted_with_four_fields(ring: httpx.AsyncClient, hand: Hand) -> None:
    """POST /jobs answers 200 with the id, the word and the two URLs, also to an envelope."""
    for body in ({"prompt": "a band"}, {"data": {"prompt": "a band"}}):
        answer = await ring.post("/jobs", json=body)
        job = answer.json()["job_id"]
        assert answer.status_code == 200
        assert answer.json() == {
            "job_id": job,
            "status": "queued",
            "status_url": f"/jobs/{job}",
            "result_url": f"/jobs/{job}/result",
        }


async def test_a_job_goes_through_its_shapes(ring: httpx.AsyncClient, hand: Hand) -> None:
    """Queued, running and succeeded answers of /jobs/{id}/result have exactly the contract's keys."""
    job = await submit(ring)
    assert await result_of(ring, job) == {"status": "queued", "progress": 0}
    await hand.take(job)
    assert await result_of(ring, job) == {"status": "queued", "progress": 0}
    await hand.start(job, progress=40, step="build", detail="Blender build 2 of 3")
    assert await result_of(ring, job) == {"status": "running", "progress": 40, "detail": "Blender build 2 of 3"}
    await hand.finish(job, await a_ring(hand.store))
    done = await result_of(ring, job)
    assert set(done) == {"status", "result"}
    assert done["status"] == "succeeded"
    assert set(done["result"]) == RESULT_KEYS | ADDED_KEYS


async def test_a_result_says_what_the_flow_left(ring: httpx.AsyncClient, hand: Hand) -> None:
    """The contract's fields carry the flow's result: the reference, the code, the sizes, the cost."""
    job = await submit(ring)
    left = await a_ring(hand.store)
    await hand.finish(job, left)
    result = (await result_of(ring, job))["result"]
    assert left.glb is not None
    assert result["glb_path"] == {
        "uri": left.glb.uri,
        "sha256": left.glb.sha256,
        "type": "model/gltf-binary",
        "bytes": len(GLB),
    }
    assert (result["code"], result["glb_size"], result["glb_uri"]) == (SCRIPT.decode(), len(GLB), left.glb.uri)
    assert (result["blender_elapsed"], result["llm_used"], result["needs_validation"]) == (1.5, "claude", True)
    assert result["cost_summary"]["total_usd"] == 0.425
    assert result["previews"] == {"hero": f"/sessions/{left.session_id}/previews/hero"}
    as_string = (await ring.get(f"/jobs/{job}/result?glb_path=string")).json()["result"]
    assert as_string["glb_path"] == left.glb.uri


async def test_a_failed_job_says_why_and_keeps_its_result(ring: httpx.AsyncClient, hand: Hand) -> None:
    """A business failure is `failed` with the cause and the result: session, cost and log are not lost."""
    job = await submit(ring)
    await hand.finish(job, no_ring("no geometry after 3 attempts"))
    failed = await result_of(ring, job)
    assert set(failed) == {"status", "error", "result"}
    assert (failed["status"], failed["error"]) == ("failed", "no geometry after 3 attempts")
    assert (failed["result"]["success"], failed["result"]["glb_path"]) == (False, None)
    record = (await ring.get(f"/jobs/{job}")).json()
    assert record["error"] == {"message": "no geometry after 3 attempts", "status_code": 500}
    assert (record["progress"], record["detail"]) == (100, "no geometry after 3 attempts")


async def test_a_crash_is_a_failure_without_a_result(ring: httpx.AsyncClient, hand: Hand) -> None:
    """A run that died before it could write is `failed`, with Prefect's message and a null result."""
    job = await submit(ring)
    await hand.set(job, Crashed(message="the worker lost power"))
    assert await result_of(ring, job) == {"status": "failed", "error": "the worker lost power", "result": None}


async def test_a_success_without_a_result_is_a_failure(ring: httpx.AsyncClient, hand: Hand) -> None:
    """`succeeded` never comes without its result; a result that says no makes the job failed, whatever the state."""
    job = await submit(ring)
    await hand.finish(job, (await a_ring(hand.store)).model_copy(update={"success": False, "error": "no"}))
    assert (await result_of(ring, job))["status"] == "failed"


async def test_a_run_that_waits_for_its_retry_is_running(ring: httpx.AsyncClient, hand: Hand) -> None:
    """A scheduled retry has begun, so it is running and cannot be cancelled."""
    job = await submit(ring)
    await hand.set(job, AwaitingRetry())
    assert (await result_of(ring, job))["status"] == "running"
    assert (await ring.delete(f"/jobs/{job}")).status_code == 409


async def test_the_record_tells_times_and_summary(ring: httpx.AsyncClient, hand: Hand) -> None:
    """GET /jobs/{id} has the record's keys, UTC times with their zone, and the first 100 characters of the prompt."""
    job = await submit(ring, prompt="x" * 150, llm_name="gemini")
    record = (await ring.get(f"/jobs/{job}")).json()
    assert record["id"] == job
    assert record["request_summary"] == {"prompt": "x" * 100, "llm_name": "gemini", "has_image": False}
    assert (record["started_at"], record["finished_at"], record["result"], record["error"]) == (None,) * 4
    await hand.start(job)
    await hand.finish(job, await a_ring(hand.store))
    record = (await ring.get(f"/jobs/{job}")).json()
    for key in ("created_at", "started_at", "finished_at"):
        assert datetime.fromisoformat(record[key]).utcoffset() == timedelta(0)
    assert set(record["result"]) == RESULT_KEYS | ADDED_KEYS


async def test_only_what_waits_is_cancelled(ring: httpx.AsyncClient, hand: Hand) -> None:
    """DELETE: queued 200 cancelled, then the same again, running 409, finished 200 with its word, unknown 404."""
    waiting = await submit(ring)
    cancelled = {"success": True, "job_id": waiting, "status": "cancelled"}
    for _ in range(2):
        answer = await ring.delete(f"/jobs/{waiting}")
        assert (answer.status_code, answer.json()) == (200, cancelled)
    assert await result_of(ring, waiting) == {"status": "cancelled"}

    working = await submit(ring)
    await hand.start(working)
    refused = await ring.delete(f"/jobs/{working}")
    assert refused.status_code == 409
    assert isinstance(refused.json()["detail"], str)
    assert (await result_of(ring, working))["status"] == "running"

    await hand.finish(working, await a_ring(hand.store))
    assert (await ring.delete(f"/jobs/{working}")).json()["status"] == "succeeded"
    assert (await ring.delete("/jobs/unknown")).status_code == 404


async def test_a_cancel_waits_for_the_worker(ring: httpx.AsyncClient, hand: Hand) -> None:
    """A run that a worker has just taken is called cancelled once the worker confirms."""
    job = await submit(ring)
    await hand.take(job)
    cancelling = asyncio.create_task(ring.delete(f"/jobs/{job}"))
    await asyncio.sleep(0.7)
    assert not cancelling.done()
    await hand.cancel(job)
    assert (await cancelling).json()["status"] == "cancelled"


@pytest.mark.parametrize("path", ["/jobs/{}", "/jobs/{}/result"])
@pytest.mark.parametrize("job", ["nobody", "8b1f6a52-0d6c-4a4e-9f5f-0a4c5d1f2b11", "%2e%2e", "..%2f..%2fetc"])
async def test_an_unknown_job_is_404(ring: httpx.AsyncClient, path: str, job: str) -> None:
    """Reading a job that nobody submitted answers 404 with a string."""
    answer = await ring.get(path.format(job))
    assert answer.status_code == 404
    assert isinstance(answer.json()["detail"], str)


async def test_other_flows_are_not_ring_jobs(ring: httpx.AsyncClient, hand: Hand) -> None:
    """A run of another deployment is seen through its own contract only."""
    deployment = await hand.client.read_deployment_by_name("another-flow/default")
    other = await hand.client.create_flow_run_from_deployment(deployment.id)
    assert (await ring.get(f"/jobs/{other.id}")).status_code == 404
    assert (await ring.delete(f"/jobs/{other.id}")).status_code == 404
