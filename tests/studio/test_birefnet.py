"""BiRefNet, and what its jobs have in common with SAM3's: their life, their ends, and how long they are remembered."""

import asyncio
from typing import Any

import numpy as np
import pytest

from blocks.artifacts import ArtifactStore
from tasks.domain.errors import InvalidInput, UpstreamError
from tests.studio.benches import Failing, Gated, with_matting
from tests.studio.conftest import Client, Serve, finished
from tests.studio.drawn import HEIGHT, WIDTH, file, opened, ring_mask, ring_photo

JOBS = "/birefnet/jobs"


@pytest.mark.parametrize("dialect", ["seed", "deployed"])
async def test_a_background_is_removed(studio: Client, store: ArtifactStore, photo_uri: str, dialect: str) -> None:
    """The photo comes back as RGBA PNG, named in both spellings: opaque on the ring, transparent around it."""
    body: dict[str, Any] = {"image_uri": photo_uri}
    if dialect == "deployed":
        body = {"data": {"image": {"uri": photo_uri}}}
    job = await finished(studio, "birefnet", body)
    assert (job["status"], job["engine"], job["error"]) == ("completed", "classical", None)
    assert job["result"]["image"]["uri"] == job["result_uri"]
    image = opened(await store.read(job["result_uri"]))
    assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (WIDTH, HEIGHT))
    alpha = np.asarray(image)[..., 3]
    assert alpha[ring_mask()].mean() > 200
    assert alpha[:30].mean() < 5


async def test_what_was_transparent_stays_so(serve: Serve, store: ArtifactStore) -> None:
    """The new alpha never shows what the photo's own hides."""
    client = await serve(with_matting(opened_gate()))
    pixels = np.dstack([ring_photo(30, 40), np.full((40, 30), 255, np.uint8)])
    pixels[:10, :, 3] = 0
    job = await finished(client, "birefnet", {"image_uri": (await store.write(file(pixels))).uri})
    alpha = np.asarray(opened(await store.read(job["result_uri"])))[..., 3]
    assert (alpha[:10].max(), alpha[10:].min()) == (0, 255)


async def test_a_job_is_processing_until_it_is_done(serve: Serve, photo_uri: str) -> None:
    """Every key is there from the beginning, null until there is something to say."""
    gated = Gated()
    client = await serve(with_matting(gated))
    submitted = (await client.post(JOBS, json={"image_uri": photo_uri})).json()
    status = (await client.get(f"{JOBS}/{submitted['job_id']}")).json()
    assert status == {
        "job_id": submitted["job_id"],
        "status": "processing",
        "result_uri": None,
        "result": None,
        "error": None,
        "retryable": None,
        "engine": "gated",
    }
    gated.gate.set()
    await until_status(client, submitted["job_id"], "completed")


@pytest.mark.parametrize(
    ("error", "told", "retryable"),
    [
        (InvalidInput("image_uri", "too dark"), "image_uri: too dark", False),
        (UpstreamError("the engine", "out of memory", retryable=True), "the engine: out of memory", True),
        (ZeroDivisionError("a secret of the house"), "internal error, reported as job", True),
    ],
    ids=["the caller's", "passing", "unforeseen"],
)
async def test_a_failed_job_says_why(
    serve: Serve, photo_uri: str, error: Exception, told: str, retryable: bool
) -> None:
    """A job that fails is failed, with a reason and whether to try again; a bug's words stay in the log."""
    client = await serve(with_matting(Failing(error)))
    job = await finished(client, "birefnet", {"image_uri": photo_uri})
    assert (job["status"], job["retryable"], job["result_uri"]) == ("failed", retryable, None)
    assert job["error"].startswith(told)
    assert "secret" not in job["error"]


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_unknown_job_is_404(studio: Client, method: str) -> None:
    """Nobody's job is not found, and the answer names it."""
    answer = await studio.request(method, f"{JOBS}/no-such-job")
    assert answer.status_code == 404
    assert "no-such-job" in answer.json()["detail"]


async def test_a_finished_job_can_be_forgotten(studio: Client, photo_uri: str) -> None:
    """DELETE forgets the job; its result stays in the store."""
    job = await finished(studio, "birefnet", {"image_uri": photo_uri})
    forgotten = await studio.delete(f"{JOBS}/{job['job_id']}")
    assert forgotten.json() == {"job_id": job["job_id"], "status": "completed"}
    assert (await studio.get(f"{JOBS}/{job['job_id']}")).status_code == 404


async def test_a_waiting_job_that_is_deleted_never_begins(serve: Serve, photo_uri: str) -> None:
    """Its place in line is free again at once, and no engine sees its picture."""
    gated = Gated()
    client = await serve(with_matting(gated), threads=1, max_waiting=1)
    running = (await client.post(JOBS, json={"image_uri": photo_uri})).json()["job_id"]
    await asyncio.to_thread(gated.begun.acquire)
    waiting = (await client.post(JOBS, json={"image_uri": photo_uri})).json()["job_id"]
    assert (await client.post(JOBS, json={"image_uri": photo_uri})).status_code == 503
    assert (await client.delete(f"{JOBS}/{waiting}")).json()["status"] == "cancelled"
    last = await client.post(JOBS, json={"image_uri": photo_uri})
    assert last.status_code == 200
    gated.gate.set()
    await until_status(client, running, "completed")
    await until_status(client, last.json()["job_id"], "completed")
    assert gated.count == 2


async def test_finished_jobs_are_forgotten_in_time(serve: Serve, photo_uri: str) -> None:
    """After their time, or when newer ones need their place, finished jobs are 404."""
    brief = await serve(with_matting(opened_gate()), job_ttl_s=0.05)
    job = await finished(brief, "birefnet", {"image_uri": photo_uri})
    await asyncio.sleep(0.1)
    assert (await brief.get(f"{JOBS}/{job['job_id']}")).status_code == 404
    few = await serve(with_matting(opened_gate()), max_jobs=2)
    jobs = [(await finished(few, "birefnet", {"image_uri": photo_uri}))["job_id"] for _ in range(3)]
    statuses = [(await few.get(f"{JOBS}/{each}")).status_code for each in jobs]
    assert statuses == [404, 200, 200]


def opened_gate() -> Gated:
    """An engine that is quick and takes everything for the subject."""
    gated = Gated()
    gated.gate.set()
    return gated


async def until_status(client: Client, job_id: str, status: str) -> None:
    while (await client.get(f"{JOBS}/{job_id}")).json()["status"] != status:
        await asyncio.sleep(0.02)
