"""The native API as a service: pipelines, health, keys, errors, origins, documentation."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from api.main import app
from deployments.catalog import PIPELINES
from flows.contracts import RingRequest, RingResult
from tasks.domain.concepts.styles import concept_styles
from tests.native.conftest import BAND, assert_problem
from tests.prefect_server import Hand, free_port

PAGE = "https://designer.lovableproject.com"
KEYS = "first-key, second-key"


async def test_styles_are_listed_with_pictures_that_are_there(native: httpx.AsyncClient) -> None:
    """GET /styles names each style once, and each preview is a picture that the page's samples have."""
    listed = (await native.get("/styles")).json()
    assert [style["id"] for style in listed] == list(concept_styles())
    for style in listed:
        assert (await native.get(style["preview"])).headers["content-type"].startswith("image/")


async def test_a_pipeline_tells_its_schemas(native: httpx.AsyncClient, hand: Hand) -> None:
    """GET /pipelines names what there is; each says what it takes and leaves, in the words of its models."""
    listed = (await native.get("/pipelines")).json()["pipelines"]
    assert {entry["name"] for entry in listed} == set(PIPELINES)
    by_name = {entry["name"]: (await native.get(entry["url"])).json() for entry in listed}
    for name, pipeline in PIPELINES.items():
        assert by_name[name]["request_schema"] == pipeline.request_model.model_json_schema()
        assert by_name[name]["submit"] == f"/runs/{name}"
    ring = by_name["ring"]
    assert ring["request_schema"] == RingRequest.model_json_schema()
    assert ring["result_schema"] == RingResult.model_json_schema(mode="serialization")
    assert (ring["submit"], ring["waiting"]) == ("/runs/ring", 0)
    assert_problem(await native.get("/pipelines/necklace"), 404, "pipeline_not_found")


async def test_ready_names_what_is_missing(native: httpx.AsyncClient, hand: Hand) -> None:
    """Without a worker the service is not ready, and says that it is the worker."""
    answer = await native.get("/ready")
    assert answer.status_code == 503
    deployments = {f"deployment {name}": True for name in PIPELINES}
    workers = {f"worker of {name}": False for name in PIPELINES}
    checks = {"prefect": True, "store": True, **deployments, **workers}
    assert answer.json() == {"ready": False, "checks": checks}


async def test_without_prefect_it_lives_and_is_not_ready(alone: httpx.AsyncClient) -> None:
    """/health needs nothing; /ready tells that Prefect is missing, and that the store is not."""
    assert (await alone.get("/health")).json() == {"status": "ok", "service": "atelier"}
    answer = await alone.get("/ready")
    assert answer.status_code == 503
    assert (answer.json()["checks"]["prefect"], answer.json()["checks"]["store"]) == (False, True)


async def test_keys(serve: Callable[..., Any]) -> None:
    """With keys set, each of them opens the API, in either header; health and readiness stay open."""
    client = await serve(f"http://127.0.0.1:{free_port()}/api", key=KEYS, prefect_timeout_s=1)
    for headers in (
        {},
        {"X-API-Key": "third-key"},
        {"Authorization": "Bearer first"},
        {"X-API-Key": "first-key,second-key"},
    ):
        refused = await client.get("/pipelines", headers=headers)
        assert_problem(refused, 401, "unauthorized")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert (await client.post("/runs/ring", json={}, headers=headers)).status_code == 401
    for headers in ({"X-API-Key": "first-key"}, {"Authorization": "Bearer second-key"}):
        assert (await client.get("/pipelines", headers=headers)).status_code == 200
    assert (await client.get("/health")).status_code == 200
    assert (await client.get("/ready")).status_code == 503


async def test_every_error_is_a_problem(serve: Callable[..., Any]) -> None:
    """Unknown paths, wrong methods and bodies that are too large have the same form."""
    client = await serve(f"http://127.0.0.1:{free_port()}/api", max_body_bytes=1024)
    assert_problem(await client.get("/nothing"), 404, "not_found")
    assert_problem(await client.delete("/runs"), 405, "method_not_allowed")
    body = {"request": BAND | {"prompt": "x" * 2000}}
    assert_problem(await client.post("/runs/ring", json=body), 413, "request_entity_too_large")


async def test_the_ring_contract_keeps_its_errors(alone: httpx.AsyncClient) -> None:
    """Under /ring an error is {"detail": …}, as its clients expect."""
    answer = await alone.post("/ring/jobs", json={"max_retries": 99})
    assert answer.status_code == 422
    assert isinstance(answer.json()["detail"], str)
    assert answer.headers["content-type"] == "application/json"


async def test_browsers_are_let_in_by_their_origin(alone: httpx.AsyncClient) -> None:
    """Known origins may call and read the headers that clients need; others get no permission, and nobody gets *."""
    for origin in ("http://localhost:5173", PAGE):
        answer = await alone.get("/health", headers={"Origin": origin})
        assert answer.headers["access-control-allow-origin"] == origin
        exposed = answer.headers["access-control-expose-headers"]
        assert {"Location", "Retry-After", "ETag", "Link", "Preference-Applied"} <= set(exposed.split(", "))
    for origin in ("https://evil.example", "https://lovableproject.com.evil.example", "http://localhost.evil.example"):
        answer = await alone.get("/health", headers={"Origin": origin})
        assert "access-control-allow-origin" not in answer.headers
    wanted = {
        "Origin": PAGE,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "idempotency-key,prefer,content-type",
    }
    assert (await alone.options("/runs/ring", headers=wanted)).status_code == 200


async def test_the_documentation_is_served_from_here(alone: httpx.AsyncClient) -> None:
    """/docs is Swagger, and every file that it loads is on this host."""
    page = (await alone.get("/docs")).text
    assert "/openapi.json" in page
    for path in ("/ring/ui/vendor/swagger-ui-bundle.js", "/ring/ui/vendor/swagger-ui.css", "/ring/ui/icon.svg"):
        assert path in page
        assert (await alone.get(path)).status_code == 200


def operations() -> Iterator[Any]:
    """Every documented operation."""
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            yield pytest.param(operation, id=f"{method} {path}")


@pytest.mark.parametrize("operation", list(operations()))
def test_every_operation_has_examples(operation: dict[str, Any]) -> None:
    """Whoever reads the documentation sees an example of each body, parameter and answer, and of an error."""
    assert operation.get("description")
    for parameter in operation.get("parameters", []):
        assert parameter["schema"].get("examples") or "examples" in parameter or "example" in parameter, parameter
    if "requestBody" in operation:
        (content,) = operation["requestBody"]["content"].values()
        assert content.get("examples") or content["schema"].get("examples"), "no example of the body"
    answers = operation["responses"]
    assert any("example" in content for content in answers["default"]["content"].values())
    good = [answer for status, answer in answers.items() if status.startswith("2") and status != "204"]
    assert good
    for answer in good:
        assert any("example" in content for content in answer["content"].values()), answer


def test_the_example_of_a_body_is_taken() -> None:
    """What the documentation shows can be sent."""
    body = app.openapi()["paths"]["/runs/{pipeline}"]["post"]["requestBody"]["content"]["application/json"]
    example = (body.get("examples") or body["schema"]["examples"])[0]
    assert RingRequest.model_validate(example["request"]).prompt
    assert set(BAND) <= set(RingRequest.model_fields)
