"""Housekeeping on a real stack: old things go together, what anything still names stays, and nothing breaks after."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.exceptions import ObjectNotFound
from prefect.states import Completed, Scheduled

from deployments.catalog import HOUSEKEEPING, RING
from flows.contracts import RingResult
from tests.upkeep.conftest import House

OLD = "plain platinum wedding band, 4 mm, size 10"
OLD_DAYS = 40


async def tidied(house: House, **request: object) -> str:
    """Run housekeeping; return its report."""
    return str(await house.report(HOUSEKEEPING, "housekeeping", request=request))


async def all_there_is(house: House) -> set[str]:
    """The names of everything kept: documents but its own, bytes, cached results."""
    documents = {document.name for document in await house.store.stored("named")} - {"housekeeping/condemned.json"}
    return documents | await house.blobs() | {path.name for path in house.results.rglob("*") if path.is_file()}


async def guests_run(house: House) -> UUID:
    """A finished run of somebody else's flow on the same server."""
    flow = await house.client.create_flow_from_name("somebody-elses")
    deployment = await house.client.create_deployment(flow_id=flow, name="default")
    run = await house.client.create_flow_run_from_deployment(deployment)
    await house.client.set_flow_run_state(run.id, Completed(), force=True)
    return run.id


async def waiting_run(house: House, picture: bytes) -> tuple[UUID, str]:
    """A ring that will be made next week, after a stored picture."""
    reference = await house.store.write(picture)
    deployment = await house.client.read_deployment_by_name(RING)
    run = await house.client.create_flow_run_from_deployment(
        deployment.id,
        parameters={"request": {"reference": reference.model_dump(), "model": "offline"}},
        state=Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=7)),
    )
    return run.id, reference.sha256


def named_by(result: RingResult) -> set[str]:
    assert result.glb
    assert result.script
    return {result.glb.sha256, result.script.sha256}


async def test_what_is_old_goes_together_and_what_is_named_stays(house: House) -> None:
    """Runs, documents, session, cached results and bytes of an old ring go, the bytes after their grace; what a
    younger session, a waiting run or a guest has stays; and the old ring, wanted again, is built anew."""
    old_run, old = await house.ring(OLD)
    shared = await house.store.write(b"glTF that two sessions name")
    guest, (waiting, picture) = await guests_run(house), await waiting_run(house, b"\x89PNG of a ring")
    await house.store.write_named("strangers/notes.txt", b"whose is this?")
    (house.results / "not-a-result").write_bytes(b"\x00\x01")
    house.age(OLD_DAYS)
    await house.store.write_named("sessions/s_young/session.json", shared.model_dump_json().encode())
    before = await all_there_is(house)

    said = await tidied(house, dry_run=True)
    assert "would remove" in said
    assert await all_there_is(house) == before

    await tidied(house)
    with pytest.raises(ObjectNotFound):
        await house.client.read_flow_run(old_run.id)
    assert await house.store.list_named(f"runs/{old_run.id}") == []
    assert await house.store.list_named(f"sessions/{old.session_id}") == []
    assert [path.name for path in house.results.rglob("*") if path.is_file()] == ["not-a-result"]
    assert named_by(old) <= await house.blobs()  # condemned, in their grace

    said = await tidied(house, grace_hours=0)
    left = await house.blobs()
    assert named_by(old).isdisjoint(left)
    assert {shared.sha256, picture} <= left
    assert "strangers/notes.txt" in said
    assert "not-a-result" in said
    assert await house.store.read_named("strangers/notes.txt") == b"whose is this?"
    assert {(await house.client.read_flow_run(run)).id for run in (guest, waiting)} == {guest, waiting}

    run, again = await house.ring(OLD)
    assert await house.built_anew(run.id)
    assert again.glb
    assert (await house.store.read(again.glb))[:4] == b"glTF"
