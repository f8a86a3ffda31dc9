"""What the ring service tells about itself, whom it lets in, and how it behaves when Prefect is away."""

import gzip
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from api.contracts.ring import create_native_app
from api.main import create_app
from api.settings import AgenticSettings, ApiSettings, RingSettings
from blocks.artifacts import ArtifactStore
from tests.api.conftest import Hand, Served, free_port, shim, submit
from tests.api.rings import GLB, a_ring

KEY = "a service key"
HEALTH_KEYS = {
    *("status", "service", "queue_size", "active_jobs", "blender_exists", "master_prompt_loaded"),
    *("claude_available", "gemini_available", "max_concurrent_jobs", "prefect", "services"),
}


async def test_the_banner_says_where_to_go(ring: httpx.AsyncClient) -> None:
    """GET / names the service, its version and its pages, each of which exists."""
    banner = (await ring.get("/")).json()
    assert set(banner) == {"service", "version", "docs", "health", "test_ui"}
    assert banner["service"] == "ring-generator-service"
    for page in ("docs", "health", "test_ui"):
        assert (await ring.get(banner[page], follow_redirects=True)).status_code == 200


async def test_health_has_every_key_and_counts_jobs(served: Served, api_settings: ApiSettings, hand: Hand) -> None:
    """queue_size counts what waits, active_jobs that and what runs; a provider is available when its key is set."""
    keys = {"anthropic_api_key": None, "gemini_api_key": RingSettings(GEMINI_API_KEY="a key").gemini_api_key}
    async with await shim(served, api_settings, hand.store, **keys) as ring:
        await submit(ring)
        await hand.start(await submit(ring))
        health = (await ring.get("/health")).json()
    assert set(health) == HEALTH_KEYS
    assert (health["status"], health["service"], health["prefect"]) == ("ok", "ring-generator-service", "connected")
    assert (health["queue_size"], health["active_jobs"]) == (1, 2)
    assert (health["claude_available"], health["gemini_available"]) == (False, True)


async def test_ready_says_what_is_missing(ring: httpx.AsyncClient) -> None:
    """Without a worker the service lives but is not ready: 503, and the checks say why."""
    answer = await ring.get("/ready")
    assert answer.status_code == 503
    assert (answer.json()["ready"], answer.json()["checks"]["prefect"], answer.json()["checks"]["worker"]) == (
        False,
        True,
        False,
    )


async def test_the_schema_describes_request_and_result(ring: httpx.AsyncClient) -> None:
    """The tool's schema names every field that the contract takes and gives."""
    schema = (await ring.get("/tool/schema")).json()
    assert schema["name"] == "ring-generate"
    taken = {"prompt", "image_b64", "image_mime", "llm_name", "max_retries", "max_cost_usd", "request_id", "metadata"}
    assert taken < set(schema["input_schema"]["properties"])
    assert {"success", "session_id", "glb_path", "needs_validation"} < set(schema["output_schema"]["properties"])


@pytest.fixture
async def locked(served: Served, api_settings: ApiSettings, hand: Hand) -> AsyncIterator[httpx.AsyncClient]:
    """The contract with a service key set."""
    async with await shim(served, api_settings, hand.store, api_key=RingSettings(api_key=KEY).api_key) as client:
        yield client


@pytest.mark.parametrize("key", [None, "", "wrong", KEY + "x", "ключ"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/run"),
        ("POST", "/jobs"),
        ("GET", "/jobs/x"),
        ("GET", "/jobs/x/result"),
        ("DELETE", "/jobs/x"),
        ("GET", "/sessions/x"),
        ("GET", "/sessions/x/model.glb"),
        ("GET", "/sessions/x/previews/hero"),
    ],
)
async def test_the_key_guards_work_and_its_fruits(
    locked: httpx.AsyncClient, method: str, path: str, key: str | None
) -> None:
    """With a key set, runs, jobs and sessions answer 401 with a string to everybody without it."""
    headers = {} if key is None else {"X-API-Key": key.encode()}
    answer = await locked.request(method, path, json={"prompt": "a band"}, headers=headers)
    assert answer.status_code == 401
    assert isinstance(answer.json()["detail"], str)


async def test_the_key_opens(locked: httpx.AsyncClient) -> None:
    """The right key lets in; what tells nothing about anyone's work needs none."""
    answer = await locked.post("/jobs", json={"prompt": "a band"}, headers={"X-API-Key": KEY})
    assert answer.status_code == 200
    for path in ("/", "/health", "/tool/schema", "/ui/index.html"):
        assert (await locked.get(path)).status_code == 200


async def test_a_signed_link_needs_no_key(locked: httpx.AsyncClient, hand: Hand) -> None:
    """The result's GLB link works without the key, and only as it was signed."""
    headers = {"X-API-Key": KEY}
    job = (await locked.post("/jobs", json={"prompt": "a band"}, headers=headers)).json()["job_id"]
    await hand.finish(job, await a_ring(hand.store))
    url = (await locked.get(f"/jobs/{job}/result", headers=headers)).json()["result"]["glb_url"]
    answer = await locked.get(url)
    assert (answer.content, answer.headers["content-type"]) == (GLB, "model/gltf-binary")
    assert (await locked.get(url[:-1] + ("0" if url[-1] != "0" else "1"))).status_code == 403
    assert (await locked.get(url.replace("expires=", "expires=1"))).status_code == 403


async def test_a_large_body_is_413(ring: httpx.AsyncClient) -> None:
    """A body over the limit is refused by its declared length, and while it arrives when it declares none."""
    declared = await ring.post("/jobs", content=b"x" * (16 * 1024 * 1024 + 1))

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"x" * 1024 * 1024

    streamed = await ring.post("/jobs", content=chunks())
    for answer in (declared, streamed):
        assert answer.status_code == 413
        assert isinstance(answer.json()["detail"], str)


async def test_every_answer_has_a_correlation_id(ring: httpx.AsyncClient) -> None:
    """A decent id is echoed, anything else is replaced."""
    assert (await ring.get("/", headers={"X-Correlation-ID": "my-trace.1"})).headers["X-Correlation-ID"] == "my-trace.1"
    replaced = (await ring.get("/jobs/x", headers={"X-Correlation-ID": "a b<c>"})).headers["X-Correlation-ID"]
    assert len(replaced) == 12


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("http://localhost:3000", True),
        ("http://127.0.0.1", True),
        ("https://a.lovableproject.com", True),
        ("https://x.lovable.app", True),
        ("https://evil.example", False),
        ("https://lovableproject.com.evil.example", False),
        ("https://evillovable.app", False),
    ],
)
async def test_browsers_of_known_origins_may_call(ring: httpx.AsyncClient, origin: str, allowed: bool) -> None:
    """CORS answers the origins of the contract by name, never with a star, and without credentials."""
    answer = await ring.get("/health", headers={"Origin": origin})
    assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)
    assert "access-control-allow-credentials" not in answer.headers


async def test_long_answers_are_compressed(ring: httpx.AsyncClient) -> None:
    """A client that takes gzip gets it."""
    async with ring.stream("GET", "/tool/schema", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        raw = b"".join([chunk async for chunk in answer.aiter_raw()])
    assert json.loads(gzip.decompress(raw))["name"] == "ring-generate"


async def test_the_mounted_contract_speaks_of_its_prefix(served: Served, api_settings: ApiSettings, hand: Hand) -> None:
    """Under /ring every URL in a body begins with /ring and works."""
    url = await served.start(create_app(RingSettings(), AgenticSettings(), api_settings, hand.store))
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        assert (await client.get("/")).json()["ring"] == "/ring/"
        assert (await client.get("/ring/test")).headers["location"] == "/ring/ui/index.html"
        accepted = (await client.post("/ring/jobs", json={"prompt": "a band"})).json()
        assert accepted["status_url"] == f"/ring/jobs/{accepted['job_id']}"
        await hand.finish(accepted["job_id"], await a_ring(hand.store))
        result = (await client.get(accepted["result_url"])).json()["result"]
        assert result["previews"] == {"hero": "/ring/sessions/s_0123456789_1/previews/hero"}
        assert (await client.get(result["glb_url"])).content == GLB
        assert (await client.get("/ring/jobs/x")).status_code == 404
        assert "/ring/ui/vendor/" in (await client.get("/ring/docs")).text


async def test_without_prefect_nothing_is_made_up(served: Served, store: ArtifactStore) -> None:
    """While Prefect is away health says so and stays 200; reads and submissions are 503 with Retry-After."""
    away = ApiSettings(PREFECT_API_URL=f"http://127.0.0.1:{free_port()}/api", prefect_timeout_s=1)
    url = await served.start(create_native_app(RingSettings(), away, store))
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        health = await client.get("/health")
        assert (health.status_code, health.json()["prefect"]) == (200, "disconnected")
        assert (await client.get("/ready")).status_code == 503
        for answer in (
            await client.get("/jobs/x"),
            await client.get("/jobs/x/result"),
            await client.delete("/jobs/x"),
            await client.post("/jobs", json={"prompt": "a band"}),
        ):
            assert answer.status_code == 503
            assert isinstance(answer.json()["detail"], str)
            assert int(answer.headers["Retry-After"]) > 0
