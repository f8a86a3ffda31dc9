"""A slot of an image endpoint's global concurrency limit, held while the endpoint draws.

Prefect lends a slot for a time, and the lease is renewed while it is held. A process that is killed leaves its lease
behind, which nobody could use until its time is up; so each lease is written down, and the run that is taken up again
gives it back first.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from uuid import UUID

import httpx
from prefect import get_client, get_run_logger
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import ConcurrencyLeaseHolder
from prefect.client.schemas.responses import ConcurrencyLimitWithLeaseResponse

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from tasks.current_run import current_run

LEASE_S = 60.0  # the shortest that Prefect takes
RENEW_S = 20.0
POLL_S = 0.5  # Prefect's own wait may take half a minute
TAKEN = 423


@asynccontextmanager
async def endpoint_slot(limit: str, slip: str) -> AsyncIterator[None]:
    """Hold a slot of `limit` inside the block; its lease is written down as `slip`, a name that the run has once.

    A limit that does not exist holds nobody up.
    """
    async with get_client() as client:
        lease = await _taken(client, limit)
        await ArtifactStore.from_settings().write_named(_document(slip), json.dumps(str(lease)).encode())
        renewing = asyncio.create_task(_renew(client, lease))
        try:
            yield
        finally:
            renewing.cancel()
            await _give_back(client, lease)


async def give_back_left_behind(slips: Iterable[str]) -> None:
    """Give back what an earlier process of this run held when it was killed."""
    store = ArtifactStore.from_settings()
    async with get_client() as client:
        for slip in slips:
            try:
                lease = UUID(json.loads(await store.read_named(_document(slip))))
            except ArtifactNotFound:
                continue
            await _give_back(client, lease)


async def _taken(client: PrefectClient, limit: str) -> UUID:
    holder = ConcurrencyLeaseHolder(type="flow_run", id=current_run().id)
    while True:
        try:
            answer = await client.increment_concurrency_slots_with_lease([limit], 1, "concurrency", LEASE_S, holder)
            return ConcurrencyLimitWithLeaseResponse.model_validate(answer.json()).lease_id
        except httpx.HTTPStatusError as error:
            if error.response.status_code != TAKEN and not error.response.is_server_error:
                raise
        await asyncio.sleep(POLL_S)


async def _renew(client: PrefectClient, lease: UUID) -> None:
    """Renew for as long as the slot is held; a server that is away is asked again."""
    while True:
        await asyncio.sleep(RENEW_S)
        try:
            await client.renew_concurrency_lease(lease, LEASE_S)
        except httpx.HTTPError as error:
            get_run_logger().warning("the slot of an image endpoint was not renewed: %s", error)


async def _give_back(client: PrefectClient, lease: UUID) -> None:
    """Give the slot back; what has been given back already, or has run out, is no slot of ours, and stays as it is."""
    try:
        await client.release_concurrency_slots_with_lease(lease)
    except httpx.HTTPError as error:
        get_run_logger().warning("the slot of an image endpoint is free only when its lease runs out: %s", error)


def _document(slip: str) -> str:
    return f"runs/{current_run().id}/slots/{slip}.json"
