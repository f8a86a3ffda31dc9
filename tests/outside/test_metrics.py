"""/metrics: what it counts, that its labels are bounded, and who may read it."""

from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, HTTPException
from prefect.states import Crashed
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from api.main import create_app
from api.measuring import Measured
from api.settings import AgenticSettings, ApiSettings, RingSettings
from blocks.artifacts import ArtifactStore
from tests.outside.conftest import Ends
from tests.stack import RunningStack
from tests.waiting import eventually

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scraped(client: httpx.AsyncClient, **headers: str) -> Samples:
    """Return every sample by its name and labels."""
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(each.name, frozenset(each.labels.items())): each.value for family in families for each in family.samples}


def value(samples: Samples, name: str, **labels: str) -> float | None:
    return samples.get((name, frozenset(labels.items())))


async def test_the_house_shows_its_runs_queues_and_workers(stack: RunningStack, ends: Ends) -> None:
    """Workers by pool, runs by state and the queue are what Prefect says; a run that ends is seen soon."""
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=60) as api:
        before = await scraped(api)
        assert value(before, "atelier_prefect_up") == 1
        assert [value(before, "atelier_workers_online", pool=pool) for pool in ("cpu", "blender", "gpu")] == [1, 1, 0]
        assert value(before, "atelier_queue_depth", pipeline="ring") is not None
        crashed = value(before, "atelier_runs", pipeline="ring", state="crashed")
        await ends.ended(Crashed(), url="", tags=())

        async def counted():
            return value(await scraped(api), "atelier_runs", pipeline="ring", state="crashed") == crashed + 1

        assert await eventually(counted, "the crashed run is not counted")


async def test_labels_are_what_a_route_is_and_not_what_a_caller_writes(stack: RunningStack) -> None:
    """Run ids, strange paths and strange methods make no new series."""
    strange = uuid4().hex
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=60) as api:
        for path in (f"/runs/{uuid4()}", f"/ring/jobs/{strange}", f"/{strange}", f"/ring/{strange}"):
            await api.get(path)
        await api.request(strange.upper(), "/health")
        answer = await api.get("/metrics")
        samples = await scraped(api)
    assert strange not in answer.text.lower()
    routes = {dict(labels).get("route") for name, labels in samples if name == "atelier_http_requests_total"}
    assert {"/runs/{run}", "/ring/jobs/{job}", "unmatched"} <= routes


@pytest.fixture
async def locked(tmp_path):
    """The combined app with a key, in front of a Prefect that does not answer."""
    settings = ApiSettings(PREFECT_API_URL="http://127.0.0.1:9/api", key="k1,k2", prefect_timeout_s=0.5)
    app = create_app(RingSettings(), AgenticSettings(), settings, ArtifactStore(backend="local", home=tmp_path))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://api") as api:
        yield api


async def test_figures_are_for_holders_of_the_key(locked: httpx.AsyncClient) -> None:
    """With a key set, /metrics asks for it like the native API."""
    assert (await locked.get("/metrics")).status_code == 401
    assert (await locked.get("/metrics", headers={"X-API-Key": "k3"})).status_code == 401
    assert (await locked.get("/metrics", headers={"Authorization": "Bearer k2"})).status_code == 200


async def test_a_prefect_that_is_away_is_a_figure(locked: httpx.AsyncClient) -> None:
    """The scrape succeeds, says so, and shows no stale counts."""
    samples = await scraped(locked, **{"X-API-Key": "k1"})
    assert value(samples, "atelier_prefect_up") == 0
    assert not any(name == "atelier_runs" for name, _ in samples)


async def test_every_answer_is_measured_once_under_its_template() -> None:
    """Also in a mounted app, when the handler fails, and when no route fits."""
    app, inner = FastAPI(), FastAPI()

    @inner.get("/things/{name}")
    async def thing(name: str) -> str:
        if name == "none":
            raise HTTPException(404)
        if name == "broken":
            raise RuntimeError(name)
        return name

    app.mount("/inner", inner)
    measured = f"test {uuid4()}"
    app.add_middleware(Measured, name=measured)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        for path in (
            "/inner/things/a",
            "/inner/things/b",
            "/inner/things/none",
            "/inner/things/broken",
            "/x",
            "/inner/y",
        ):
            await client.get(path)

    def count(route: str, status: int) -> float | None:
        labels = {"app": measured, "method": "GET", "route": route, "status": str(status)}
        return REGISTRY.get_sample_value("atelier_http_requests_total", labels)

    template = "/inner/things/{name}"
    assert [count(template, status) for status in (200, 404, 500)] == [2, 1, 1]
    assert count("unmatched", 404) == 2
    seconds = {"app": measured, "method": "GET", "route": template}
    assert REGISTRY.get_sample_value("atelier_http_answer_seconds_count", seconds) == 4
