"""What the try-on service tells about itself, whom it lets in, and how it behaves when others are away."""

import httpx
import pytest
from fastapi import FastAPI

from api.contracts.tryon import create_native_app
from api.main import create_app
from api.settings import AgenticSettings, ApiSettings, RingSettings, TryOnApiSettings
from blocks.artifacts import ArtifactStore
from blocks.try_on.settings import TryOnSettings
from tests.tryon_api.conftest import Client, Hand, Served, Shim, free_port
from tests.tryon_api.pictures import photo_body

KEY = "a service key"


class Upstream:
    """A service that is there, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.app = FastAPI()
        self.app.add_api_route("/{path:path}", self.answer)

    async def answer(self, path: str) -> dict[str, str]:
        """Note the path; say that all is well."""
        self.asked.append(path)
        return {"status": "online"}


async def test_health_has_its_keys(tryon: Client) -> None:
    """`temporal` stays, and reports Prefect; without probes every service is unknown."""
    answer = await tryon.get("/health")
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "status": "healthy",
            "temporal": "connected",
            "prefect": "connected",
            "services": dict.fromkeys(("a100", "imageManipulator", "birefnet", "sam3"), "unknown"),
        },
    )


async def test_health_tells_of_the_services(shim: Shim, served: Served) -> None:
    """A service that answers is online, a silent one offline, one without an address unknown; none makes us ill."""
    upstream = Upstream()
    url = await served.start(upstream.app)
    upstreams = TryOnSettings(a100_url=url, sam3_url=url, birefnet_url=f"http://127.0.0.1:{free_port()}")
    tryon = await shim.client(upstreams, probe_services="on")
    health = (await tryon.get("/health")).json()
    assert health["services"] == {
        "a100": "online",
        "imageManipulator": "unknown",
        "birefnet": "offline",
        "sam3": "online",
    }
    assert health["status"] == "healthy"
    for _ in range(3):
        await tryon.get("/health")
    assert sorted(upstream.asked) == ["", "health"]  # one look serves all who ask for a while


GUARDED = [
    ("POST", "/workflow/start"),
    ("POST", "/workflow/preprocess"),
    ("POST", "/workflow/generate"),
    ("GET", "/workflow/x"),
    ("POST", "/workflow/x/cancel"),
    ("POST", "/overlay"),
    ("POST", "/images/fetch"),
]


async def test_the_key_guards_work_and_pictures(shim: Shim) -> None:
    """With a key set, everything about anyone's work answers 401 with a string to everybody without it."""
    tryon = await shim.client(api_key=TryOnApiSettings(api_key=KEY).api_key)
    for method, path in GUARDED:
        for headers in ({}, {"X-API-Key": "wrong"}, {"X-API-Key": KEY + "x"}):
            answer = await tryon.request(method, path, json={}, headers=headers)
            assert answer.status_code == 401, path
            assert isinstance(answer.json()["detail"], str)


async def test_the_key_opens(shim: Shim) -> None:
    """The right key lets in; health and documentation need none."""
    tryon = await shim.client(api_key=TryOnApiSettings(api_key=KEY).api_key)
    answer = await tryon.post("/workflow/start", json=photo_body(), headers={"X-API-Key": KEY})
    assert answer.status_code == 202
    for path in ("/health", "/docs", "/openapi.json"):
        assert (await tryon.get(path)).status_code == 200


async def test_root_leads_to_the_page(tryon: Client) -> None:
    """GET / sends a browser to the page; the API's description names the bodies' fields."""
    answer = await tryon.get("/")
    assert (answer.status_code, answer.headers["location"]) == (302, "/ui/tryon/")
    paths = (await tryon.get("/openapi.json")).json()["paths"]
    body = paths["/workflow/start"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"originalImageBase64", "maskPoints", "brushStrokes"} <= set(body["properties"])


async def test_browsers_of_known_origins_may_call(tryon: Client) -> None:
    """CORS answers the origins of the contract by name, without credentials, and no others."""
    for origin in ("http://localhost:3000", "https://a.lovableproject.com"):
        answer = await tryon.get("/health", headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        assert "access-control-allow-credentials" not in answer.headers
    other = await tryon.get("/health", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


async def test_the_mounted_contract_speaks_of_its_prefix(
    served: Served, api_settings: ApiSettings, store: ArtifactStore, hand: Hand
) -> None:
    """Under /tryon everything works, with the contract's own body limit; the others keep theirs."""
    tryon = TryOnApiSettings(probe_services="off")
    app = create_app(RingSettings(), AgenticSettings(), api_settings, store, tryon, TryOnSettings())
    async with httpx.AsyncClient(base_url=await served.start(app), timeout=60) as client:
        assert (await client.get("/")).json()["tryon"] == "/tryon/"
        assert (await client.get("/tryon/")).headers["location"] == "/tryon/ui/tryon/"
        assert (await client.get("/tryon/health")).json()["status"] == "healthy"
        started = (await client.post("/tryon/workflow/start", json=photo_body())).json()
        assert (await client.get(f"/tryon/workflow/{started['workflowId']}")).json()["status"] == "RUNNING"
        large = {"originalImageBase64": "A" * (17 * 1024 * 1024), "maskPoints": []}
        assert (await client.post("/tryon/workflow/start", json=large)).status_code == 422
        assert (await client.post("/ring/jobs", json=large)).status_code == 413


async def test_without_prefect_nothing_is_made_up(served: Served, store: ArtifactStore) -> None:
    """While Prefect is away health is degraded and 200; reads, starts and cancels are 503 with Retry-After."""
    away = ApiSettings(PREFECT_API_URL=f"http://127.0.0.1:{free_port()}/api", prefect_timeout_s=0.3)
    app = create_native_app(TryOnApiSettings(probe_services="off"), TryOnSettings(), away, store)
    workflow = "/workflow/jewelry-gen-8b1f6a52-0d6c-4a4e-9f5f-0a4c5d1f2b11"
    async with httpx.AsyncClient(base_url=await served.start(app), timeout=30) as client:
        health = await client.get("/health")
        assert (health.status_code, health.json()["status"]) == (200, "degraded")
        assert (health.json()["temporal"], health.json()["prefect"]) == ("disconnected", "disconnected")
        for answer in (
            await client.get(workflow),
            await client.post(f"{workflow}/cancel"),
            await client.post("/workflow/start", json=photo_body()),
        ):
            assert answer.status_code == 503
            assert isinstance(answer.json()["detail"], str)
            assert int(answer.headers["Retry-After"]) > 0


def test_the_defaults_are_the_contracts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Port 8001, no key, 20 MB; TRYON_API_PORT comes before API_PORT."""
    for name in ("TRYON_API_PORT", "API_PORT", "TRYON_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    settings = TryOnApiSettings()
    assert (settings.port, settings.api_key, settings.max_image_bytes, settings.max_queue_size) == (
        8001,
        None,
        20 * 1024 * 1024,
        64,
    )
    monkeypatch.setenv("API_PORT", "8005")
    assert TryOnApiSettings().port == 8005
    monkeypatch.setenv("TRYON_API_PORT", "8006")
    assert TryOnApiSettings().port == 8006
