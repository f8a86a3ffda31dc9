"""What Dual Gen is besides its jobs: errors, correlation ids, keys, pages, health, endpoints, models."""

import logging
import re
from collections.abc import Iterator

import pytest

from api.contracts.image_envelope import STATUSES
from tests.images_api.conftest import Client, Shim, refused, wrong
from tests.loopback import Answer, Call, LoopbackServer
from tests.prefect_server import Hand, free_port

MODELS = b'{"object": "list", "data": [{"id": "llama", "owned_by": "x"}, {"id": 7}, "odd"]}'


@pytest.fixture
def answering() -> Iterator[LoopbackServer]:
    """A server that lists models, and answers whatever else it is asked."""
    with LoopbackServer(lambda call: Answer(data=MODELS)) as server:
        yield server


@pytest.fixture
def stuck() -> Iterator[LoopbackServer]:
    """A server that takes its time."""

    def answer(call: Call) -> Answer:
        server.wait(30)
        return Answer()

    with LoopbackServer(answer) as server:
        yield server


def entry(name: str, url: str) -> dict[str, object]:
    """Return an endpoint at `url` as config.json lists it."""
    host, port = url.removeprefix("http://").split(":")
    return {"ip": host, "port": int(port), "name": name}


async def test_endpoints_and_who_writes(shim: Shim, answering: LoopbackServer, stuck: LoopbackServer) -> None:
    """An array as the first clients want it, an object for who asks for the writer; all are asked at once."""
    nobody = f"http://127.0.0.1:{free_port()}"
    places = [entry("on", answering.url), entry("slow", stuck.url), entry("off", nobody)]
    dual = await shim.dual_gen(
        endpoints=places, probe_timeout_s=2, lm_studio_url=answering.url, lm_studio_model="llama"
    )
    listed = await dual.read("/api/v1/endpoints")
    assert [(each["name"], each["status"]) for each in listed] == [
        ("on", "online"),
        ("slow", "timeout"),
        ("off", "offline"),
    ]
    assert listed[0] == places[0] | {"status": "online"}
    both = await dual.read("/api/endpoints", include="llm")
    assert both["endpoints"] == listed
    assert both["llm"] == {"url": f"{answering.url}/v1", "model": "llama", "status": "online", "source": "llm"}
    assert set(wrong(await dual.get("/api/endpoints?include=all"))) == {"include"}


async def test_one_look_serves_everybody(shim: Shim, answering: LoopbackServer) -> None:
    """However many pages ask, an endpoint is looked at once in a while."""
    dual = await shim.dual_gen(endpoints=[entry("on", answering.url)])
    for _ in range(20):
        await dual.read("/api/v1/endpoints")
    assert answering.count("GET", "/health") == 1


async def test_masked_endpoints(shim: Shim, answering: LoopbackServer) -> None:
    """Names, and not where they are."""
    dual = await shim.dual_gen(endpoints=[entry("on", answering.url)], mask_endpoints=True, lm_studio_url=answering.url)
    both = await dual.read("/api/v1/endpoints", include="llm")
    assert both["endpoints"] == [{"name": "on", "ip": None, "port": None, "status": "online"}]
    assert both["llm"]["url"] == ""


async def test_without_a_server_of_models(dual: Client) -> None:
    """The offline writer is there, and is named as such."""
    assert await dual.read("/api/v1/models") == {
        "data": [{"id": "offline", "object": "model", "owned_by": "atelier"}],
        "default_model": "offline",
    }
    writer = (await dual.read("/api/v1/endpoints", include="llm"))["llm"]
    assert writer == {"url": "", "model": "offline", "status": "unknown", "source": "offline"}


async def test_models(shim: Shim, answering: LoopbackServer) -> None:
    """The server's list, what is no model left out, and the writer that needs no server."""
    dual = await shim.dual_gen(lm_studio_url=answering.url, lm_studio_model="llama")
    models = await dual.read("/api/v1/models")
    assert ([model["id"] for model in models["data"]], models["default_model"]) == (["llama", "offline"], "llama")
    assert "error" not in models


async def test_models_of_a_server_that_is_away(shim: Shim) -> None:
    """Still an answer: an empty list, and why."""
    dual = await shim.dual_gen(lm_studio_url=f"http://127.0.0.1:{free_port()}", lm_studio_model="llama")
    models = await dual.read("/api/v1/models")
    assert (models["data"], models["default_model"]) == ([], "llama")
    assert "cannot be reached" in models["error"]


async def test_health(dual: Client, hand: Hand) -> None:
    """How many wait, and what runs."""
    job, _ = await dual.queued(), await dual.queued()
    await hand.start(job)
    health = await dual.read("/health")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", health.pop("timestamp"))
    assert health == {"status": "healthy", "service": "dual_gen", "queue_size": 1, "current_job": job}


async def test_without_prefect(shim: Shim) -> None:
    """Jobs are neither taken nor told of, which is an error of ours; the service says that it is degraded."""
    shim.api = shim.api.model_copy(update={"prefect_api_url": f"http://127.0.0.1:{free_port()}/api"})
    dual = await shim.dual_gen()
    assert (await dual.read("/health"))["status"] == "degraded"
    answer = await dual.post("/api/v1/generate", json={"prompt": "x"})
    refused(answer, 503, "SERVICE_UNAVAILABLE")
    assert answer.headers["retry-after"]
    for route in ("queue", "jobs", "status/392b62a3-7d87-442c-a8ec-d00083d28e40"):
        refused(await dual.get(f"/api/v1/{route}"), 503, "SERVICE_UNAVAILABLE")


async def test_correlation_ids(dual: Client) -> None:
    """The caller's id is kept; without one, or with one that is none, there is a new one of twelve characters."""
    kept = await dual.get("/health", headers={"X-Correlation-ID": "my-trace-123"})
    assert kept.headers["x-correlation-id"] == "my-trace-123"
    for headers in ({}, {"X-Correlation-ID": "a b"}, {"X-Correlation-ID": "x" * 200}):
        answer = await dual.get("/api/v1/status/1", headers=headers)
        error_id = answer.json()["correlation_id"]
        assert re.fullmatch("[0-9a-f]{12}", error_id)
        assert answer.headers["x-correlation-id"] == error_id


async def test_a_run_belongs_to_its_request(dual: Client, hand: Hand) -> None:
    """The id goes on into the run's labels, from which its log lines have it."""
    answer = await dual.post("/api/v1/generate", json={"prompt": "x"}, headers={"X-Correlation-ID": "order-7"})
    run = await hand.client.read_flow_run(answer.json()["job_id"])
    assert run.labels["atelier.correlation"] == "order-7"


async def test_errors_of_the_server_itself_are_in_the_envelope(dual: Client) -> None:
    """A route that is not there, a method that is not taken."""
    for route in ("/nothing", "/api/v2/queue", "/api/v1/queue/"):
        refused(await dual.get(route), 404, "VALIDATION_ERROR")
    wrong_method = await dual.put("/api/v1/queue")
    refused(wrong_method, 405, "VALIDATION_ERROR")
    assert wrong_method.headers["allow"]


def test_eight_codes() -> None:
    """The contract's, each with its status."""
    assert STATUSES == {
        "VALIDATION_ERROR": 400,
        "IMAGE_TOO_LARGE": 400,
        "INVALID_IMAGE_FORMAT": 400,
        "JOB_NOT_FOUND": 404,
        "LM_STUDIO_ERROR": 502,
        "TIMEOUT": 504,
        "SERVICE_UNAVAILABLE": 502,
        "INTERNAL_ERROR": 500,
    }


async def test_deprecated_routes_are_logged(dual: Client, caplog: pytest.LogCaptureFixture) -> None:
    """Errors of legacy routes are marked too; those with a version are not logged."""
    with caplog.at_level(logging.WARNING, "atelier.images"):
        assert (await dual.get("/api/status/1")).headers["x-api-deprecated"] == "true"
        await dual.get("/api/v1/status/1")
    assert [record.getMessage() for record in caplog.records if "deprecated" in record.getMessage()] == [
        "deprecated route GET /api/status/1; its successor is under /api/v1"
    ]


async def test_the_log_level_is_that_of_the_settings(shim: Shim) -> None:
    """As config.json says."""
    await shim.dual_gen(logging_level="DEBUG")
    assert logging.getLogger("atelier.images").level == logging.DEBUG
    await shim.dual_gen()
    assert logging.getLogger("atelier.images").level == logging.INFO


async def test_a_key_is_asked_for(shim: Shim) -> None:
    """By everything but health and pages."""
    dual = await shim.dual_gen(api_key="s3cret")
    for route in ("/api/v1/queue", "/api/queue", "/images/a.png", "/api/v1/gallery", "/api/v1/models"):
        refused(await dual.get(route), 401, "VALIDATION_ERROR")
    refused(await dual.post("/api/v1/generate", json={"prompt": "x"}), 401, "VALIDATION_ERROR")
    assert (await dual.get("/api/v1/queue", headers={"X-API-Key": "s3cret"})).status_code == 200
    assert (await dual.get("/health")).status_code == 200
    assert (await dual.get("/")).status_code == 302


async def test_pages(dual: Client) -> None:
    """Browsers are sent to the page and to the gallery; the documentation comes from this host."""
    assert (await dual.get("/")).headers["location"] == "/ui/images/"
    assert (await dual.get("/gallery")).headers["location"] == "/ui/gallery/"
    assert (await dual.get("/docs")).status_code == 200


async def test_every_answer_is_described(dual: Client) -> None:
    """Success and error bodies are in OpenAPI; the legacy twins are there, and called deprecated."""
    described = await dual.read("/openapi.json")
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            responses = operation["responses"]
            success = responses["200"]["content"]
            assert path.startswith("/images/") or success["application/json"]["schema"], (path, method)
            refusal = responses["400"]["content"]["application/json"]["schema"]
            assert refusal == {"$ref": "#/components/schemas/Envelope"}
            legacy = path.startswith("/api/") and not path.startswith("/api/v1/")
            assert operation.get("deprecated", False) is legacy
    versioned = {path.removeprefix("/api/v1") for path in described["paths"] if path.startswith("/api/v1/")}
    legacy_paths = {path.removeprefix("/api") for path in described["paths"] if path.startswith("/api/")}
    assert versioned <= legacy_paths
