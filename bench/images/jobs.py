"""Jobs on a stack whose endpoints take a known time: overhead per round, a full queue, and fifty pages that poll."""

import asyncio
import io
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from bench.engine.house import size
from bench.engine.runs import STUCK_S, NotMeasured, percentile
from bench.figures import Figures, figure, seconds_of
from bench.images.endpoints import Endpoint, endpoints
from deployments.catalog import CPU
from deployments.settings import StackSettings
from deployments.stack import Stack

ROUNDS, TURNS, TAKES_S = 5, 3, 0.5
QUEUED = 20
PAGES, POLLING_S, PAGE_POLL_S = 50, 20.0, 1.0
POLL_S, TIMEOUT_S = 0.1, 120
NAMES = ["north", "south"]
CALLS = "atelier_prefect_calls_total"


async def figures() -> Figures:
    """Return the figures, all on one stack."""
    with endpoints(NAMES, TAKES_S) as served, tempfile.TemporaryDirectory() as home:
        config = {"endpoints": [endpoint.entry for endpoint in served], "max_queue_size": 2 * QUEUED}
        path = Path(home) / "config.json"
        path.write_text(json.dumps(config))
        with Stack(Path(home), StackSettings(ports="auto"), pools=[CPU], environment={"IMAGE_CONFIG": str(path)}) as up:
            async with (
                httpx.AsyncClient(base_url=up.parts.image_urls[0], timeout=TIMEOUT_S) as dual_gen,
                httpx.AsyncClient(base_url=up.parts.api_url, timeout=TIMEOUT_S) as combined,
            ):
                await finished(dual_gen, await sent(dual_gen, 1))  # the first job of a stack imports everything
                return {
                    **await _overhead(dual_gen, served),
                    **await _queue(dual_gen),
                    **await _polling(dual_gen, combined),
                }


async def sent(dual_gen: httpx.AsyncClient, rounds: int) -> str:
    """Send a job of `rounds`; return its id."""
    answer = await dual_gen.post("/api/v1/generate", json={"prompt": "a signet ring on slate", "count": rounds})
    return str(answer.raise_for_status().json()["job_id"])


async def finished(dual_gen: httpx.AsyncClient, job: str) -> dict[str, Any]:
    """Poll a job to its end; return its document. Raises NotMeasured when it is not complete."""
    deadline_s = time.monotonic() + STUCK_S
    while time.monotonic() < deadline_s:
        document: dict[str, Any] = (await dual_gen.get(f"/api/v1/status/{job}")).raise_for_status().json()
        if document["status"] == "complete":
            return document
        if document["status"] in ("error", "cancelled"):
            raise NotMeasured(f"job {job}: {document['status']}: {document['error']}")
        await asyncio.sleep(POLL_S)
    raise NotMeasured(f"job {job} has not ended after {STUCK_S} s")


async def _overhead(dual_gen: httpx.AsyncClient, served: list[Endpoint]) -> Figures:
    """Take turns with the same requests sent by hand, round by round, as a script without a queue would."""
    ours, peers = [], []
    for _ in range(turns := size(TURNS)):
        ours.append(await seconds_of(lambda: _job(dual_gen)))
        peers.append(await seconds_of(lambda: _by_hand(served)))
    job_s, hand_s = sorted(ours)[turns // 2], sorted(peers)[turns // 2]
    return {
        f"job of {ROUNDS} rounds / the same requests by hand": figure(job_s, hand_s, "s", turns),
        "round / the endpoints' own time": figure(job_s / ROUNDS, TAKES_S, "s", turns),
        "overhead per round, the start of the job included": figure(job_s / ROUNDS - TAKES_S, None, "s", turns),
    }


async def _job(dual_gen: httpx.AsyncClient) -> None:
    await finished(dual_gen, await sent(dual_gen, ROUNDS))


async def _by_hand(served: list[Endpoint]) -> None:
    """Draw each round on all endpoints at once, and fetch and decode the pictures."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
        for _ in range(ROUNDS):
            await asyncio.gather(*(_one(client, endpoint) for endpoint in served))


async def _one(client: httpx.AsyncClient, endpoint: Endpoint) -> None:
    made = (await client.post(f"{endpoint.url}/generate", json={"prompt": "a signet ring on slate"})).json()
    picture = await client.get(f"{endpoint.url}/images/{made['images'][0]['filename']}")
    await asyncio.to_thread(Image.open(io.BytesIO(picture.content)).load)


async def _queue(dual_gen: httpx.AsyncClient) -> Figures:
    """Send many jobs of one round at once, and let them all through."""
    jobs: list[str] = []

    async def send() -> None:
        jobs.append(await sent(dual_gen, 1))

    began_s = time.perf_counter()
    taken_s = await asyncio.gather(*(seconds_of(send) for _ in range(QUEUED)))
    await asyncio.gather(*(finished(dual_gen, job) for job in jobs))
    each_s = (time.perf_counter() - began_s) / QUEUED
    return {
        f"{QUEUED} jobs sent at once, the slowest answer": figure(max(taken_s) * 1000, None, "ms", QUEUED),
        f"{QUEUED} queued jobs, each / the endpoints' own time": figure(each_s, TAKES_S, "s", QUEUED),
    }


async def _polling(dual_gen: httpx.AsyncClient, combined: httpx.AsyncClient) -> Figures:
    """Let open pages ask for a job's status, the queue, the endpoints and the gallery once a second each."""
    job = await sent(dual_gen, int(POLLING_S / TAKES_S))  # it runs as long as the pages are open
    paths = (f"/api/v1/status/{job}", "/api/v1/queue", "/api/v1/endpoints", "/api/v1/gallery?limit=100")
    calls_before, began_s = await _prefect_calls(combined), time.perf_counter()
    async with AsyncExitStack() as clients:
        pages = [
            await clients.enter_async_context(httpx.AsyncClient(base_url=dual_gen.base_url, timeout=TIMEOUT_S))
            for _ in range(PAGES)
        ]
        taken_s = await asyncio.gather(*(_page(page, paths) for page in pages))
    calls = (await _prefect_calls(combined) - calls_before) / (time.perf_counter() - began_s)
    await finished(dual_gen, job)
    by_path = {path: [taken for page in taken_s for taken in page[path]] for path in paths}
    names = dict(zip(paths, ("status", "queue", "endpoints", "gallery"), strict=True))
    return {
        **{
            f"{names[path]} asked by {PAGES} pages p99": figure(percentile(taken, 99) * 1000, None, "ms", len(taken))
            for path, taken in by_path.items()
        },
        f"calls of Prefect's API with {PAGES} pages open": figure(calls, None, "calls/s", 1),
    }


async def _page(page: httpx.AsyncClient, paths: tuple[str, ...]) -> dict[str, list[float]]:
    """Ask for every path at once, once a second, as an open page does; return the seconds of each answer."""
    taken_s: dict[str, list[float]] = {path: [] for path in paths}

    def asked(path: str) -> Callable[[], Awaitable[object]]:
        return lambda: page.get(path)

    ends = time.monotonic() + POLLING_S
    while time.monotonic() < ends:
        due = time.monotonic() + PAGE_POLL_S
        answers = await asyncio.gather(*(seconds_of(asked(path)) for path in paths))
        for path, seconds in zip(paths, answers, strict=True):
            taken_s[path].append(seconds)
        await asyncio.sleep(max(due - time.monotonic(), 0))
    return taken_s


async def _prefect_calls(combined: httpx.AsyncClient) -> float:
    """Return how often the API has called Prefect so far, as its own /metrics tells."""
    text = (await combined.get("/metrics")).raise_for_status().text
    return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(CALLS))
