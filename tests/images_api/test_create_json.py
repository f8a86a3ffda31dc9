"""Create-JSON: what its page needs, and its ways to Dual Gen and to a language model."""

from collections.abc import Iterator
from typing import Any

import pytest

from tasks.domain.scenes.scene import Scene
from tests.images_api.conftest import Client, Shim, refused, wrong
from tests.loopback import Answer, Call, LoopbackServer
from tests.prefect_server import Hand, free_port


@pytest.fixture
def model() -> Iterator[LoopbackServer]:
    """A language model's server."""

    def answer(call: Call) -> Answer:
        if call.path == "/v1/chat/completions":
            return Answer(418, b'{"error": "tea"}')
        return Answer(data=b'{"data": [{"id": "llama"}]}')

    with LoopbackServer(answer) as server:
        yield server


async def test_what_the_page_needs(shim: Shim, model: LoopbackServer) -> None:
    """Where to send, who writes, the scene's schema, and the page itself."""
    editor = await shim.create_json(lm_studio_url=model.url, lm_studio_model="llama", llm_num_ctx=8192)
    assert await editor.read("/config.json") == {
        "endpoint": str(editor.base_url).rstrip("/"),
        "generatePath": "/api/generate",
        "lmModel": "llama",
        "numCtx": 8192,
    }
    assert await editor.read("/schema.json") == Scene.model_json_schema()
    assert (await editor.get("/")).headers["location"] == "/ui/editor/"
    assert "numCtx" not in await (await shim.create_json()).read("/config.json")


async def both(shim: Shim, **settings: Any) -> tuple[Client, Client]:
    """Serve Dual Gen, and Create-JSON before it."""
    dual = await shim.dual_gen(**settings)
    return dual, await shim.create_json(dual_gen_url=str(dual.base_url), **settings)


async def test_dual_gen_is_behind_it(shim: Shim, hand: Hand) -> None:
    """Every method, the query, the status, the deprecation: all as if Dual Gen were asked; one correlation id."""
    dual, editor = await both(shim)
    answer = await editor.post("/api/generate", json={"prompt": "x"}, headers={"X-Correlation-ID": "order-7"})
    assert (answer.status_code, answer.json()["correlation_id"]) == (200, "order-7")
    assert (answer.headers["x-correlation-id"], answer.headers["x-api-deprecated"]) == ("order-7", "true")
    job = answer.json()["job_id"]
    assert (await hand.client.read_flow_run(job)).labels["atelier.correlation"] == "order-7"
    assert await editor.read(f"/api/v1/status/{job}") == await dual.job(job)
    assert set(wrong(await editor.get("/api/v1/gallery?limit=0"))) == {"limit"}
    assert (await editor.delete(f"/api/v1/queue/{job}")).json() == {"success": True, "job_id": job}
    refused(await editor.get("/api/nothing"), 404, "VALIDATION_ERROR")


async def test_a_form_goes_through_as_it_is(shim: Shim, hand: Hand) -> None:
    """With its boundary."""
    _, editor = await both(shim)
    answer = await editor.post("/api/v1/generate", data={"prompt": "x", "count": "3"}, files={"other": b"1"})
    assert answer.status_code == 200, answer.text
    assert (await hand.parameters(answer.json()["job_id"]))["count"] == 3


async def test_a_key_is_asked_for_and_passed_on(shim: Shim) -> None:
    """The same one is Dual Gen's."""
    _, editor = await both(shim, api_key="s3cret")
    refused(await editor.get("/api/v1/queue"), 401, "VALIDATION_ERROR")
    assert (await editor.get("/api/v1/queue", headers={"X-API-Key": "s3cret"})).status_code == 200


@pytest.mark.parametrize("path", ["..%2fhealth", "%2e%2e/health", "v1/%2e%2e/%2e%2e/health", "a//b"])
async def test_no_path_leads_out_of_the_routes(shim: Shim, path: str) -> None:
    """What is let through begins with /api/ at the other end, too."""
    with LoopbackServer(lambda call: Answer()) as server:
        editor = await shim.create_json(dual_gen_url=server.url)
        await editor.get(f"/api/{path}")
        assert all(call.path.startswith("/api/") and ".." not in call.path for call in server.calls)


async def test_a_language_model_is_behind_it(shim: Shim, model: LoopbackServer) -> None:
    """Two paths, with the server's own key; its errors are passed through; the caller's headers are not."""
    editor = await shim.create_json(lm_studio_url=model.url, llm_api_key="of-the-model")
    assert await editor.read("/lm/v1/models") == {"data": [{"id": "llama"}]}
    answer = await editor.post("/lm/v1/chat/completions", json={"messages": []}, headers={"Cookie": "a=b"})
    assert (answer.status_code, answer.json()) == (418, {"error": "tea"})
    listed, chat = model.calls
    assert (listed.path, chat.path, chat.body) == ("/v1/models", "/v1/chat/completions", {"messages": []})
    assert chat.headers["authorization"] == "Bearer of-the-model"
    assert "cookie" not in chat.headers
    assert chat.headers["x-correlation-id"] == answer.headers["x-correlation-id"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "v1/chat/completions"), ("POST", "v1/models"), ("POST", "api/pull"), ("GET", "")]
)
async def test_nothing_else_is_let_through(shim: Shim, model: LoopbackServer, method: str, path: str) -> None:
    """The model's server has more routes than are anybody's business."""
    editor = await shim.create_json(lm_studio_url=model.url)
    refused(await editor.request(method, f"/lm/{path}"), 404, "VALIDATION_ERROR")
    assert model.calls == []


async def test_servers_that_are_away(shim: Shim) -> None:
    """Each is named; so is the absence of one."""
    nobody = f"http://127.0.0.1:{free_port()}"
    editor = await shim.create_json(dual_gen_url=nobody, lm_studio_url=nobody)
    for route in ("/api/v1/queue", "/lm/v1/models"):
        assert "cannot be reached" in refused(await editor.get(route), 502, "SERVICE_UNAVAILABLE")["message"]
    health = await editor.read("/health")
    assert (health["status"], health["upstream"], health["upstream_url"]) == ("degraded", "disconnected", nobody)
    alone = await shim.create_json()
    assert "not configured" in refused(await alone.get("/lm/v1/models"), 502, "SERVICE_UNAVAILABLE")["message"]


async def test_a_slow_model(shim: Shim) -> None:
    """Is given up."""

    def answer(call: Call) -> Answer:
        server.wait(30)
        return Answer()

    with LoopbackServer(answer) as server:
        editor = await shim.create_json(lm_studio_url=server.url, vision_timeout_s=0.3)
        refused(await editor.get("/lm/v1/models"), 504, "TIMEOUT")


async def test_health(shim: Shim) -> None:
    """With Dual Gen behind it."""
    dual, editor = await both(shim)
    health = await editor.read("/health")
    assert health.pop("timestamp")
    assert health == {
        "status": "healthy",
        "service": "create_json",
        "upstream": "connected",
        "upstream_url": str(dual.base_url).rstrip("/"),
    }
