"""JSON-from-Image: a photo is described by a flow, and a scene is sent on to Dual Gen."""

import asyncio
import base64
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from prefect.client.schemas.filters import FlowRunFilter
from prefect.states import Cancelled, Crashed, Failed

from api.contracts.json_from_image import create_json_from_image_app
from api.contracts.json_from_image_scenes import JsonFromImage
from api.middleware import install_middleware
from api.runs import WAITING, of_types
from blocks.images.settings import ImageSettings
from flows.contracts.images import AnalyzeResult
from tasks.domain.scenes.scene import Scene
from tests.images_api.conftest import Client, Shim, finished, refused, wrong
from tests.images_api.documents import SCENE, picture
from tests.loopback import Answer, LoopbackServer
from tests.prefect_server import Hand, free_port
from tests.waiting import eventually

PNG = picture()
FILE = {"image": ("photo.png", PNG, "image/png")}
FOUND = AnalyzeResult(success=True, scene=Scene.model_validate(SCENE), source="offline", model_id="offline")


@pytest.fixture
async def scenes(shim: Shim) -> Client:
    """A client of JSON-from-Image."""
    return await shim.json_from_image()


async def waiting_run(hand: Hand) -> str:
    """Return the run that waits, once there is one."""
    waits = FlowRunFilter(state=of_types(WAITING))

    async def waiting() -> str | None:
        runs = await hand.client.read_flow_runs(flow_run_filter=waits)
        return str(runs[0].id) if runs else None

    run = await eventually(waiting, "a run is to wait")
    assert run
    return run


async def described(
    scenes: Client, hand: Hand, result: AnalyzeResult, **request: Any
) -> tuple[httpx.Response, dict[str, Any]]:
    """Send a photo, let its flow leave `result`; return the answer and what the flow was asked."""
    asking = asyncio.create_task(scenes.post("/api/analyze", **(request or {"files": FILE})))
    run = await waiting_run(hand)
    await hand.start(run)
    await finished(hand, run, result)
    return await asking, await hand.parameters(run)


async def test_a_form_becomes_a_bare_scene(scenes: Client, hand: Hand) -> None:
    """No envelope; the photo is stored; a form with nothing but a photo is enough."""
    answer, asked = await described(scenes, hand, FOUND)
    assert answer.status_code == 200, answer.text
    assert answer.json() == Scene.model_validate(SCENE).model_dump(mode="json")
    assert await hand.store.read(asked["picture"]["uri"]) == PNG
    assert (asked["steering"], asked["model"]) == ("", None)


async def test_steering_and_model_are_passed_on(scenes: Client, hand: Hand) -> None:
    """By a form and by JSON alike, whatever the JSON calls the photo."""
    ways = {"steering": "stress the light", "model": "offline"}
    encoded = {"image_base64": base64.b64encode(PNG).decode(), "mime": "image/webp"}
    for request in ({"files": FILE, "data": ways}, {"json": encoded | ways}):
        answer, asked = await described(scenes, hand, FOUND, **request)
        assert answer.status_code == 200, answer.text
        assert (asked["steering"], asked["model"]) == ("stress the light", "offline")
        assert asked["picture"]["media_type"] == "image/png"


@pytest.mark.parametrize(
    ("result", "status", "code"),
    [
        ({"error_kind": "unreadable"}, 422, "LM_STUDIO_ERROR"),
        ({"error_kind": "timeout"}, 504, "TIMEOUT"),
        ({"error_kind": "unreachable"}, 502, "SERVICE_UNAVAILABLE"),
        ({"error_kind": "refused", "upstream_status": 429}, 429, "LM_STUDIO_ERROR"),
        ({"error_kind": "refused", "upstream_status": 200}, 502, "LM_STUDIO_ERROR"),
        ({"error_kind": "refused"}, 502, "LM_STUDIO_ERROR"),
    ],
)
async def test_each_failure_has_its_code(
    scenes: Client, hand: Hand, result: dict[str, Any], status: int, code: str
) -> None:
    """What was wrong with the model is told, with its own words."""
    answer, _ = await described(scenes, hand, AnalyzeResult(success=False, error="what it says", **result))
    assert refused(answer, status, code)["message"] == "what it says"


async def test_a_damaged_photo_is_the_callers_fault(scenes: Client, hand: Hand) -> None:
    """What only the flow notices is still named as a field of the request."""
    answer, _ = await described(scenes, hand, AnalyzeResult(success=False, error="picture: cut off"))
    assert wrong(answer) == {"image": "cut off"}


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        (Cancelled(), 409, "SERVICE_UNAVAILABLE"),
        (Crashed(message="killed 9"), 503, "SERVICE_UNAVAILABLE"),
        (Failed(name="TimedOut"), 504, "TIMEOUT"),
        (Failed(message="a secret path"), 500, "INTERNAL_ERROR"),
    ],
)
async def test_a_run_that_left_nothing(scenes: Client, hand: Hand, state: Any, status: int, code: str) -> None:
    """Nothing of what happened inside is shown."""
    asking = asyncio.create_task(scenes.post("/api/analyze", files=FILE))
    await hand.set(await waiting_run(hand), state)
    error = refused(await asking, status, code)
    assert "secret" not in error["message"]
    assert "killed" not in error["message"]


async def test_nobody_works_on_what_nobody_waits_for(shim: Shim, hand: Hand) -> None:
    """When the time is over the run is cancelled; when the client hangs up, too."""
    settings = ImageSettings(vision_timeout_s=1)
    app = create_json_from_image_app(JsonFromImage(settings, shim.api, shim.store, grace_s=0))
    install_middleware(app, shim.api)
    async with httpx.AsyncClient(base_url=await shim.served.start(app), timeout=60) as scenes:
        refused(await scenes.post("/api/analyze", files=FILE), 504, "TIMEOUT")
    patient = await shim.json_from_image()
    with pytest.raises(httpx.ReadTimeout):
        await patient.post("/api/analyze", files=FILE, timeout=2)

    async def nothing_waits() -> bool:
        return not await hand.client.read_flow_runs(flow_run_filter=FlowRunFilter(state=of_types(WAITING)))

    await eventually(nothing_waits, "the runs are to be cancelled")


@pytest.mark.parametrize("request_", [{}, {"json": {}}, {"data": {"steering": "x"}}, {"json": {"image_base64": ""}}])
async def test_a_photo_is_needed(scenes: Client, request_: dict[str, Any]) -> None:
    """And its absence is an error of the caller's, of whatever media type the request is."""
    assert wrong(await scenes.post("/api/analyze", **request_)) == {"image": "is required"}


async def test_photos_are_checked_as_dual_gens_are(scenes: Client) -> None:
    """Ten megabytes, four formats, in both ways."""
    large = PNG + b"\0" * 10 * 1024 * 1024
    for data, code in ((large, "IMAGE_TOO_LARGE"), (picture("BMP"), "INVALID_IMAGE_FORMAT")):
        encoded = base64.b64encode(data).decode()
        for answer in (
            await scenes.post("/api/analyze", files={"image": data}),
            await scenes.post("/api/analyze", json={"image_base64": encoded}),
        ):
            assert set(wrong(answer, code)) == {"image"}


@pytest.mark.parametrize(
    ("ways", "field"),
    [({"steering": "x" * 4001}, "steering"), ({"model": "m" * 257}, "model"), ({"model": "llama"}, "model")],
)
async def test_wrong_ways_are_named(scenes: Client, ways: dict[str, str], field: str) -> None:
    """Before any work is done."""
    assert set(wrong(await scenes.post("/api/analyze", files=FILE, data=ways))) == {field}


@pytest.fixture
def generator() -> Iterator[LoopbackServer]:
    """Stands for Dual Gen, and takes jobs."""
    taken = {"success": True, "job_id": "1", "status": "queued", "queue_position": 1, "correlation_id": "x"}
    with LoopbackServer(lambda call: Answer(data=json.dumps(taken).encode())) as server:
        yield server


async def test_a_scene_is_sent_on(shim: Shim, generator: LoopbackServer) -> None:
    """Dual Gen gets it as a prompt, without the analysis, under the caller's correlation id."""
    scenes = await shim.json_from_image(dual_gen_url=generator.url)
    scene = SCENE | {"analysis": {"by": "measurement"}}
    answer = await scenes.post("/api/send", json=scene, headers={"X-Correlation-ID": "my-trace"})
    assert (answer.status_code, answer.json()["job_id"]) == (200, "1")
    (call,) = generator.calls
    assert (call.method, call.path, call.headers["x-correlation-id"]) == ("POST", "/api/generate", "my-trace")
    assert {name: call.body[name] for name in ("random", "count")} == {"random": False, "count": 1}
    assert call.body["prompt"] == json.dumps(SCENE, indent=2, ensure_ascii=False)


async def test_a_scene_reaches_a_real_dual_gen(shim: Shim, hand: Hand) -> None:
    """And its refusals reach the caller, with their status, under one correlation id."""
    dual = await shim.dual_gen(max_queue_size=1)
    scenes = await shim.json_from_image(dual_gen_url=str(dual.base_url))
    taken = await scenes.post("/api/send", json=SCENE, headers={"X-Correlation-ID": "order-7"})
    run = await hand.client.read_flow_run(taken.json()["job_id"])
    assert run.labels["atelier.correlation"] == "order-7"
    assert json.loads(run.parameters["request"]["prompt"]) == SCENE
    full = await scenes.post("/api/send", json=SCENE)
    refused(full, 503, "SERVICE_UNAVAILABLE")


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"x"])
async def test_what_is_no_scene_is_not_sent(scenes: Client, body: bytes) -> None:
    """It has to be an object with something in it."""
    assert set(wrong(await scenes.post("/api/send", content=body))) == {"body"}


async def test_without_dual_gen_nothing_is_sent(shim: Shim) -> None:
    """The other side is to blame."""
    scenes = await shim.json_from_image(dual_gen_url=f"http://127.0.0.1:{free_port()}")
    refused(await scenes.post("/api/send", json=SCENE), 502, "SERVICE_UNAVAILABLE")


async def test_without_prefect_it_is_degraded(shim: Shim) -> None:
    """A photo cannot be described then, and the service says so beforehand."""
    shim.api = shim.api.model_copy(update={"prefect_api_url": f"http://127.0.0.1:{free_port()}/api"})
    scenes = await shim.json_from_image()
    assert (await scenes.read("/health"))["status"] == "degraded"


async def test_models(shim: Shim) -> None:
    """Without a server there is what needs none; a server that is away is an error, with whom it would have been."""
    alone = await shim.json_from_image()
    assert (await alone.read("/api/models"))["default_model"] == "offline"
    gone = {"lm_studio_url": f"http://127.0.0.1:{free_port()}", "vision_model": "llava"}
    scenes = await shim.json_from_image(**gone)
    error = refused(await scenes.get("/api/models"), 502, "LM_STUDIO_ERROR")
    assert error["details"] == {"default_model": "llava"}
    assert (await scenes.read("/health"))["status"] == "degraded"


async def test_health(shim: Shim) -> None:
    """Both keys of the model's server, and who looks at photos."""
    with LoopbackServer(lambda call: Answer(data=b'{"data": []}')) as server:
        scenes = await shim.json_from_image(lm_studio_url=server.url, lm_studio_model="llama")
        health = await scenes.read("/health")
    assert health.pop("timestamp")
    assert health == {
        "status": "healthy",
        "service": "json_from_image",
        "lm_studio": "connected",
        "llm": "connected",
        "model": "llama",
    }


async def test_page_and_schema(scenes: Client) -> None:
    """A browser is sent to the page; the scene's schema is published."""
    assert (await scenes.get("/")).headers["location"] == "/ui/scenes/"
    assert await scenes.read("/schema.json") == Scene.model_json_schema()
    described = await scenes.read("/openapi.json")
    assert {"422", "504"} <= set(described["paths"]["/api/analyze"]["post"]["responses"])


async def test_an_analysis_is_no_job_of_dual_gen(shim: Shim, hand: Hand) -> None:
    """Its run is another deployment's."""
    scenes, dual = await shim.json_from_image(), await shim.dual_gen()
    asking = asyncio.create_task(scenes.post("/api/analyze", files=FILE))
    run = await waiting_run(hand)
    refused(await dual.get(f"/api/v1/status/{run}"), 404, "JOB_NOT_FOUND")
    await hand.cancel(run)
    await asking
