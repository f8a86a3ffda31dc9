"""Many open pages cost what one does: calls of Prefect are counted where they go out."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response

from tests.images_api.conftest import Client, Shim, written
from tests.images_api.documents import under_way
from tests.prefect_server import Hand

PAGES = 50


@dataclass
class Counting:
    """Stands before Prefect, and counts who asks it what."""

    prefect: str
    calls: Counter[str] = field(default_factory=Counter)

    def app(self) -> FastAPI:
        """Return what passes each call on."""
        passing = FastAPI()

        @passing.api_route("/api/{path:path}", methods=["GET", "POST", "PATCH", "DELETE"])
        async def passed(path: str, request: Request) -> Response:
            self.calls[f"{request.method} {path}"] += 1
            async with httpx.AsyncClient(timeout=60) as client:
                said = await client.request(
                    request.method,
                    f"{self.prefect}/{path}?{request.url.query}",
                    content=await request.body(),
                    headers=_passed_on(request),
                )
            return Response(said.content, said.status_code, media_type=said.headers.get("content-type"))

        return passing


def _passed_on(request: Request) -> dict[str, str]:
    own = {"host", "content-length", "connection", "accept-encoding"}
    return {name: value for name, value in request.headers.items() if name not in own}


@pytest.fixture
async def counted(shim: Shim, prefect_url: str) -> tuple[Client, Counting]:
    """A Dual Gen whose calls of Prefect are counted, with the cache of a process that serves."""
    counting = Counting(prefect_url)
    url = f"{await shim.served.start(counting.app())}/api"
    shim.api = shim.api.model_copy(update={"prefect_api_url": url, "run_cache_s": 1.0})
    return await shim.dual_gen(), counting


async def test_fifty_pages_cost_what_one_does(counted: tuple[Client, Counting], hand: Hand) -> None:
    """A round of fifty polls of everything that pages poll makes a handful of calls, not hundreds."""
    dual, counting = counted
    job = await dual.queued()
    await hand.start(job)
    await written(hand, job, under_way())
    routes = [f"/api/v1/status/{job}", "/api/v1/queue", "/api/v1/endpoints?include=llm", "/health"]
    await asyncio.gather(*(dual.get(route) for route in routes))  # what is looked up once is
    counting.calls.clear()
    answers = await asyncio.gather(*(dual.get(route) for route in routes for _ in range(PAGES)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers if "queue" in str(answer.url)}) <= 2
    seconds = max(1.0, max(answer.elapsed.total_seconds() for answer in answers))
    assert sum(counting.calls.values()) <= 8 * (seconds + 1), counting.calls
