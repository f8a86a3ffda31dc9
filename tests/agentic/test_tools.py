"""What a tool says of a result: the ring in the ring contract's words, with links that need no key."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from api.contracts.agentic_tools import RingTool
from api.contracts.ring_jobs import RingJobs
from api.settings import ApiSettings, RingSettings
from blocks.artifacts import ArtifactStore
from tests.api.rings import PNG, a_ring, no_ring

BASE = "https://agents.example/agentic"
RUN = "0b5c1f0e-7a0c-4d39-9d3a-111111111111"


@pytest.fixture
def own_store(tmp_path: Path) -> ArtifactStore:
    """A store of the test's own."""
    return ArtifactStore(backend="local", home=tmp_path)


@pytest.fixture
def tool(own_store: ArtifactStore) -> RingTool:
    """The tool, without anything behind it."""
    return RingTool(RingJobs(RingSettings(), ApiSettings(PREFECT_API_URL="http://127.0.0.1:1/api"), own_store))


async def test_a_ring_comes_with_links_that_work_from_elsewhere(tool: RingTool, own_store: ArtifactStore) -> None:
    """GLB and pictures are absolute links under the contract's own address, signed for what they name."""
    ring = await a_ring(own_store)
    item = await tool.item(ring.model_dump(mode="json"), RUN, BASE, "string")
    assert ring.glb is not None
    assert (item["glb_path"], item["glb_uri"]) == (ring.glb.uri, ring.glb.uri)
    assert item["session_id"] == ring.session_id
    assert item["code"] == (await own_store.read(ring.script)).decode()
    for link, digest in ((item["glb_url"], ring.glb.sha256), (item["previews"]["hero"], ring.previews["hero"].sha256)):
        assert link.startswith(f"{BASE}/artifacts/{digest}?")
        asked = {key: values[0] for key, values in parse_qs(urlsplit(link).query).items()}
        assert own_store.verify_signature(digest, expires=int(asked["expires"]), signature=asked["signature"])
    assert await own_store.read(ring.previews["hero"]) == PNG


async def test_a_failure_is_said_without_links(tool: RingTool) -> None:
    """A ring that was not made has its error and its costs, and null where the GLB would be."""
    item = await tool.item(no_ring("no geometry").model_dump(mode="json"), RUN, BASE, "reference")
    assert (item["success"], item["error"], item["glb_path"], item["glb_url"]) == (False, "no geometry", None, "")


async def test_every_ring_of_a_workflow_has_a_session_of_its_own(tool: RingTool) -> None:
    """A request id in the payload would let two nodes overwrite each other's session; it is not taken."""
    sessions = [(await tool.request({"prompt": "x", "request_id": "mine"}))["session_id"] for _ in range(2)]
    assert "mine" not in sessions
    assert sessions[0] != sessions[1]
