"""The agentic contract over HTTP: who may call, what is refused with which words, and the sequence of the manual."""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from prefect.states import Scheduled
from pydantic import SecretStr

from api.contracts.agentic import create_native_app
from api.settings import AgenticSettings, ApiSettings, RingSettings
from blocks.artifacts import ArtifactStore
from deployments.catalog import GPU, RING, RUN_DAG
from tasks.domain.errors import InvalidInput
from tasks.domain.rings.proof import prove
from tests.agentic.workflows import BAND, Runner
from tests.api.conftest import Served
from tests.api.test_ring_models import picture
from tests.stack import RunningStack
from tests.waiting import eventually

RUN = "/run/ring_generate_only"
JWT = "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln"


async def test_the_manuals_sequence_makes_a_ring(
    agentic: httpx.AsyncClient, stack: RunningStack, runner: Runner
) -> None:
    """Start, follow, fetch: the ring comes in the ring contract's words, its GLB by a link and by its session."""
    body = {"payload": {"prompt": BAND, "llm_name": "offline", "image_b64": base64.b64encode(picture("PNG")).decode()}}
    answer = await agentic.post(RUN, json=body | {"return_nodes": ["ring-generate"]})
    assert answer.status_code == 200, answer.text
    started = answer.json()
    workflow = started["workflow_id"]
    assert started == {
        "workflow_id": workflow,
        "status_url": f"/status/{workflow}",
        "result_url": f"/result/{workflow}",
        "projected_cost": 50,
    }
    run = await runner.client.read_flow_run(workflow.removeprefix("wf-"))
    (node,) = run.parameters["request"]["nodes"]
    assert await runner.store.read(node["request"]["reference"]["uri"]) == picture("PNG")
    assert run.labels["atelier.user"] == "testuser1"
    first = (await agentic.get(started["status_url"])).json()["progress"]
    assert (first["state"] in ("running", "completed"), first["total_nodes"]) == (True, 1)

    (item,) = (await agentic.get(started["result_url"])).json()["ring-generate"]
    assert (item["success"], item["needs_validation"], item["llm_used"]) == (True, True, "offline")
    assert item["glb_path"] == item["glb_uri"]
    async with httpx.AsyncClient(timeout=60) as anyone:
        linked = await anyone.get(item["glb_url"])
        by_session = await anyone.get(f"{stack.ring_url}/sessions/{item['session_id']}/model.glb")
    assert linked.content == by_session.content
    finger = prove(linked.content).finger
    assert finger is not None
    assert finger.us == 7
    status = (await agentic.get(started["status_url"])).json()
    progress = {"state": "completed", "total_nodes": 1, "completed_nodes": 1, "visited": ["ring-generate"]}
    assert (status["progress"], status["error"]) == (progress, None)
    assert status["results"]["ring-generate"][0]["session_id"] == item["session_id"]

    url = f"{stack.api_url}/agentic/result/{workflow}?glb_path=reference"
    mounted = (await agentic.get(url)).json()["ring-generate"][0]
    assert mounted["glb_path"]["uri"] == item["glb_uri"]
    assert mounted["glb_url"].startswith(f"{stack.api_url}/agentic/artifacts/")
    assert (await agentic.get(mounted["glb_url"])).content == linked.content


REFUSED = {
    "no user": ({"X-On-Behalf-Of": ""}, {}, 400, "X-On-Behalf-Of: a user is needed"),
    "a user with a space": ({"X-On-Behalf-Of": "a b"}, {}, 400, "X-On-Behalf-Of: a user is needed"),
    "a placeholder token": ({"Authorization": "Bearer <your token>"}, {}, 401, "Invalid token format"),
    "a token that nobody can check": ({"Authorization": JWT}, {}, 401, "Bearer tokens are not taken here"),
    "no prompt": ({}, {"payload": {}}, 422, "prompt or image_b64: at least one is needed"),
    "an unknown model": ({}, {"payload": {"prompt": "x", "llm_name": "gpt"}}, 422, "llm_name"),
    "a bad number": ({}, {"payload": {"prompt": "x", "max_retries": 99}}, 422, "max_retries"),
    "no picture": ({}, {"payload": {"image_b64": "!!!"}}, 422, "image_b64: is not base64"),
    "a template": ({}, {"payload": {"prompt": "x", "metadata": {"__prefect_kind": "jinja"}}}, 422, "__prefect_kind"),
    "an unknown node": ({}, {"payload": {"prompt": "x"}, "return_nodes": ["melt"]}, 422, "return_nodes: melt"),
    "a payload that is no object": ({}, {"payload": "a ring"}, 422, "payload"),
    "a model without its key": ({}, {"payload": {"prompt": "x", "llm_name": "claude"}}, 503, "ANTHROPIC_API_KEY"),
}


@pytest.mark.parametrize(("headers", "body", "status", "words"), REFUSED.values(), ids=REFUSED.keys())
async def test_a_bad_call_is_refused_in_words(
    agentic: httpx.AsyncClient, headers: dict[str, str], body: dict[str, object], status: int, words: str
) -> None:
    """Each mistake has its status and a `detail` that is a sentence."""
    answer = await agentic.post(RUN, json=body, headers=headers)
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.text


async def test_what_is_not_there_is_not_found(agentic: httpx.AsyncClient, runner: Runner) -> None:
    """Unknown workflows and ids are 404, and so is the run of another deployment, even by its right number."""
    assert (await agentic.post("/run/melt", json={"payload": {"prompt": "x"}})).status_code == 404
    deployment = await runner.client.read_deployment_by_name(RING)
    other = await runner.client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"request": {"prompt": BAND, "model": "offline"}},
        state=Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1)),
    )
    for workflow in (f"wf-{uuid4()}", f"wf-{other.id}", str(other.id), "wf-", "wf-..", "nonsense"):
        for view in ("status", "result"):
            answer = await agentic.get(f"/{view}/{workflow}")
            assert answer.status_code == 404, (view, workflow, answer.text)


async def test_the_service_key_is_asked_of_every_call(served: Served, api: ApiSettings, store: ArtifactStore) -> None:
    """With AGENTIC_API_KEY set, a wrong or missing key is 401 on every route but the open ones."""
    settings = AgenticSettings(api_key=SecretStr("tap_live_1"))
    url = await served.start(create_native_app(settings, RingSettings(), api, store))
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        calls = [("POST", RUN), ("GET", f"/status/wf-{uuid4()}"), ("GET", f"/result/wf-{uuid4()}")]
        for method, path in calls:
            for headers in ({}, {"X-API-Key": "tap_live_2"}):
                assert (await client.request(method, path, headers=headers)).status_code == 401, path
        found = await client.get(calls[1][1], headers={"X-API-Key": "tap_live_1"})
        assert found.status_code == 404
        assert (await client.get("/health")).status_code == 200


async def test_a_tool_that_nobody_serves_is_said_before_anything_starts(
    served: Served, api: ApiSettings, store: ArtifactStore, runner: Runner, tmp_path: Path
) -> None:
    """No worker on the tool's pool: 503 in the sentence that the manual names, and no run is made."""
    flow = await runner.client.create_flow_from_name("lonely")
    await runner.client.create_deployment(flow_id=flow, name="default", work_pool_name=GPU)
    (tmp_path / "dags.yaml").write_text("tools: { ring-generate: { deployment: lonely/default } }\nworkflows: {}\n")
    settings = AgenticSettings(dags=tmp_path / "dags.yaml")
    url = await served.start(create_native_app(settings, RingSettings(), api, store))
    async with httpx.AsyncClient(base_url=url, timeout=60, headers={"X-On-Behalf-Of": "u"}) as client:
        answer = await client.post("/run/lonely/default", json={"payload": {"prompt": BAND}})
        assert answer.status_code == 503
        assert answer.json()["detail"] == "Required tools are unavailable or unhealthy"
        assert int(answer.headers["Retry-After"]) > 0
        assert (await client.get("/health")).json()["workers"] == {"lonely/default": False, RUN_DAG: True}


def test_a_tool_that_is_not_made_here_is_refused_at_the_start(
    api: ApiSettings, store: ArtifactStore, tmp_path: Path
) -> None:
    """A file that names a tool which the API cannot speak for stops it, with the tools that it can."""
    (tmp_path / "dags.yaml").write_text("tools: { ring-melt: { deployment: a/b } }\nworkflows: {}\n")
    with pytest.raises(InvalidInput, match="ring-melt: known are ring-generate"):
        create_native_app(AgenticSettings(dags=tmp_path / "dags.yaml"), RingSettings(), api, store)


async def test_a_page_of_another_origin_may_call(agentic: httpx.AsyncClient) -> None:
    """A browser's preflight from any port of this machine is answered with the headers that callers send."""
    asked = {"Origin": "http://localhost:5173", "Access-Control-Request-Method": "POST"}
    wanted = "content-type,x-api-key,x-on-behalf-of,authorization"
    answer = await agentic.options(RUN, headers=asked | {"Access-Control-Request-Headers": wanted})
    assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert set(wanted.split(",")) <= set(answer.headers["access-control-allow-headers"].lower().split(", "))


async def test_a_single_tool_runs_by_its_deployments_name(agentic: httpx.AsyncClient) -> None:
    """The workflow may be a deployment; all of its one node's results come back without being asked for."""
    started = (await agentic.post(f"/run/{RING}", json={"payload": {"prompt": BAND, "llm_name": "offline"}})).json()

    async def ended() -> bool:
        return (await agentic.get(started["status_url"])).json()["progress"]["state"] != "running"

    assert await eventually(ended, "the workflow is to end")
    assert set((await agentic.get(started["result_url"])).json()) == {"ring-generate"}
