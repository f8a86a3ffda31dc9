"""The probe, the nightly proof and the schedules on a real stack."""

import json
from typing import Any

import httpx
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterParentFlowRunId
from prefect.settings import PREFECT_API_URL, temporary_settings

from deployments.catalog import HOUSEKEEPING, NIGHTLY_RING_PROOF, SERVICE_PROBE
from deployments.settings import StackSettings
from deployments.setup import set_up
from flows.contracts import SERVICES_DOCUMENT, RingProofReport, ServicesReport
from tasks.service_probe import SERVICES
from tests.upkeep.conftest import House
from tests.upkeep.outside import Outside

SMALL, LARGE = "plain silver band, 3 mm, size 7", "full eternity band with round diamonds, a cushion halo and milgrain"


async def test_the_probe_tells_who_is_up_and_completes_when_one_is_down(house: House, outside: Outside) -> None:
    """Every service has a state, kept where /health reads it; a provider that hangs is down, and nobody is paid."""
    outside.broken.clear()
    rows = {row["service"]: row for row in json.loads(await house.report(SERVICE_PROBE, "services"))}
    assert {name: row["state"] for name, row in rows.items()} == dict.fromkeys(SERVICES, "up"), rows
    known = {"artifact store", "blender", "claude", "gemini", "prefect", "sam3", "a100", "trellis"}
    assert known | {"lm studio", "image endpoints"} < set(SERVICES)
    outside.broken["/v1beta/models?pageSize=1"] = 0
    await house.report(SERVICE_PROBE, "services")
    kept = ServicesReport.model_validate_json(await house.store.read_named(SERVICES_DOCUMENT))
    assert {name: health.state for name, health in kept.services.items() if health.state != "up"} == {"gemini": "down"}
    assert kept.services["gemini"].since == kept.checked_at > kept.services["claude"].since
    assert outside.paid == []
    assert not [name for name in await house.store.list_named("health") if name != SERVICES_DOCUMENT]


async def test_a_night_makes_real_rings_and_survives_one_that_fails(house: House) -> None:
    """Each prompt is a subflow, not looked up in the cache; one that fails is a row that says why, and the next night
    tells that it is fixed, as well as what broke."""
    with_limit(house, output_mb=1)  # the large ring's GLB does not fit
    await house.report(NIGHTLY_RING_PROOF, "ring-proof", request={"prompts": [SMALL, LARGE]})
    first = RingProofReport.model_validate_json(await house.store.read_named("nightly/ring-proof.json"))
    assert [row.valid for row in first.rows] == [True, False]
    assert first.rows[1].failings[0].startswith("no ring after 1 attempt")
    with_limit(house, output_mb=64)
    run = await house.run(NIGHTLY_RING_PROOF, request={"prompts": [SMALL, LARGE]})
    children = await house.client.read_flow_runs(
        flow_run_filter=FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[run.id]))
    )
    assert [child.state_name for child in children] == ["Completed"] * 2
    assert [await house.built_anew(child.id) for child in children] == [True, True]
    second = RingProofReport.model_validate_json(await house.store.read_named("nightly/ring-proof.json"))
    assert (second.fixed, second.new_failures) == ([LARGE], [])


def with_limit(house: House, **limits: int) -> None:
    """Edit the Blender block, as a person does in Prefect's pages."""
    api = house.stack.parts.prefect_api_url
    block = httpx.get(f"{api}/block_types/slug/atelier-blender/block_documents/name/atelier", timeout=60).json()
    edited = {"data": block["data"] | limits, "merge_existing_data": False}
    httpx.patch(f"{api}/block_documents/{block['id']}", json=edited, timeout=60).raise_for_status()


async def schedules(house: House, deployment: str) -> list[Any]:
    found = await house.client.read_deployment_by_name(deployment)
    return [(s.slug, s.active, getattr(s.schedule, "cron", "")) for s in found.schedules]


async def test_a_second_set_up_keeps_one_schedule_each_and_a_persons_pause(house: House) -> None:
    """Test stacks are set up with paused schedules. Otherwise a new deployment's is active, and when somebody pauses
    it, a second set-up neither doubles it nor wakes it up. Prefect's scheduler makes runs of what is active."""
    assert await schedules(house, HOUSEKEEPING) == [("hourly", False, "17 * * * *")]
    assert await schedules(house, SERVICE_PROBE) == [("every-5-minutes", False, "*/5 * * * *")]
    nightly = await house.client.read_deployment_by_name(NIGHTLY_RING_PROOF)
    await house.client.delete_deployment(nightly.id)
    settings = StackSettings(ports="auto", schedules="on")
    with temporary_settings({PREFECT_API_URL: house.stack.parts.prefect_api_url}):
        await set_up(settings)
        assert await schedules(house, NIGHTLY_RING_PROOF) == [("nightly", True, "0 3 * * *")]
        nightly = await house.client.read_deployment_by_name(NIGHTLY_RING_PROOF)
        makes_runs = f"{house.stack.parts.prefect_api_url}/deployments/{nightly.id}/schedule"
        assert httpx.post(makes_runs, json={}, timeout=60).status_code == 200  # what the scheduler does by itself
        await house.client.update_deployment_schedule(nightly.id, nightly.schedules[0].id, active=False)
        await set_up(settings)
    assert await schedules(house, NIGHTLY_RING_PROOF) == [("nightly", False, "0 3 * * *")]
    assert await schedules(house, HOUSEKEEPING) == [("hourly", False, "17 * * * *")]
