"""RunPod's own client, pointed at our endpoints: what it does against theirs it does against ours."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import runpod
from pydantic import SecretStr
from runpod.endpoint.runner import Endpoint, Job
from runpod.http_client import AsyncClientSession

from flows.contracts import ConceptsResult
from tests.prefect_server import Hand
from tests.runpod.conftest import FOX, IMAGE, Shim, begun, finished, waiting_run

KEY = "rpa_of_the_test"


@dataclass
class Theirs:
    """Their client of one endpoint, which blocks, so that each call is made in a thread."""

    endpoint: Endpoint

    async def run(self) -> Job:
        return await asyncio.to_thread(self.endpoint.run, FOX)

    async def drawn(self, hand: Hand, job: Job) -> None:
        """Let the job succeed."""
        picture = await hand.store.write(b"\x89PNG\r\n\x1a\n")
        await finished(hand, job.job_id, ConceptsResult(success=True, concepts=[picture, picture]))


@pytest.fixture
async def address(shim: Shim) -> AsyncIterator[str]:
    """Where their client finds us: it reads this from its module, or from RUNPOD_ENDPOINT_BASE_URL."""
    before = runpod.endpoint_url_base
    runpod.endpoint_url_base = f"{await shim.url(api_key=SecretStr(KEY))}/v2"
    yield runpod.endpoint_url_base
    runpod.endpoint_url_base = before


@pytest.fixture
def theirs(address: str) -> Iterator[Theirs]:
    """Their client, with the key."""
    endpoint = Endpoint(IMAGE, api_key=KEY)
    yield Theirs(endpoint)
    endpoint.rp_client.rp_session.close()


async def test_run_status_and_output(theirs: Theirs, hand: Hand) -> None:
    """A job is started, followed from word to word, and its output read."""
    job = await theirs.run()
    assert await asyncio.to_thread(job.status) == "IN_QUEUE"
    await begun(hand, job.job_id)
    assert await asyncio.to_thread(job.status) == "IN_PROGRESS"
    await theirs.drawn(hand, job)
    assert len((await asyncio.to_thread(job.output, timeout=10))["concept_urls"]) == 2
    assert await asyncio.to_thread(job.status) == "COMPLETED"


async def test_run_sync(theirs: Theirs, hand: Hand) -> None:
    """It returns the output of the job that it waited for; of one that was refused there is none."""
    waiting = asyncio.create_task(asyncio.to_thread(theirs.endpoint.run_sync, {"input": FOX}))

    run = await waiting_run(hand)
    picture = await hand.store.write(b"\x89PNG\r\n\x1a\n")
    await finished(hand, run, ConceptsResult(success=True, concepts=[picture, picture]))
    assert len((await waiting)["concept_urls"]) == 2
    assert await asyncio.to_thread(theirs.endpoint.run_sync, {"operation": "x"}) is None


async def test_stream_ends(theirs: Theirs, hand: Hand) -> None:
    """Their loop goes on until a final job has nothing more to say: it yields the output once, then stops."""
    job = await theirs.run()
    await theirs.drawn(hand, job)
    chunks = await asyncio.to_thread(lambda: list(job.stream()))
    assert [list(chunk) for chunk in chunks] == [["concept_urls"]]


async def test_cancel(theirs: Theirs) -> None:
    """A cancelled job is final to them."""
    job = await theirs.run()
    assert await asyncio.to_thread(job.cancel) == {"id": job.job_id, "status": "CANCELLED"}
    assert await asyncio.to_thread(job.status) == "CANCELLED"
    assert await asyncio.to_thread(job.output, timeout=5) is None


async def test_health_and_purge(theirs: Theirs) -> None:
    """The endpoint is counted, and its queue emptied."""
    await theirs.run()
    assert (await asyncio.to_thread(theirs.endpoint.health))["jobs"]["inQueue"] == 1
    assert await asyncio.to_thread(theirs.endpoint.purge_queue) == {"removed": 1, "status": "completed"}
    assert (await asyncio.to_thread(theirs.endpoint.health))["jobs"]["inQueue"] == 0


async def test_a_wrong_key(address: str) -> None:
    """They know our 401 as theirs."""
    stranger = Endpoint(IMAGE, api_key="wrong")
    with pytest.raises(RuntimeError, match="401 Unauthorized"):
        await asyncio.to_thread(stranger.health)
    stranger.rp_client.rp_session.close()


async def test_their_other_client(address: str, hand: Hand) -> None:
    """The client for asyncio goes the same way."""
    async with AsyncClientSession() as session:
        endpoint = runpod.AsyncioEndpoint(IMAGE, session, api_key=KEY)
        job = await endpoint.run(FOX)
        assert await job.status() == "IN_QUEUE"
        assert (await endpoint.health())["jobs"]["inQueue"] == 1
        assert await job.cancel() == {"id": job.job_id, "status": "CANCELLED"}
        assert await job.status() == "CANCELLED"
        assert (await endpoint.purge_queue())["removed"] == 0
