"""What the ring contract hands out of a session."""

import json

import httpx
import pytest

from blocks.artifacts import ArtifactStore
from tests.api.rings import GLB, PNG, SCRIPT, a_ring


@pytest.fixture
async def session_id(store: ArtifactStore) -> str:
    """A session as the flow leaves it."""
    ring = await a_ring(store)
    assert ring.glb is not None
    assert ring.script is not None
    artifacts = {
        "glb": ring.glb.model_dump(),
        "script": ring.script.model_dump(),
        "reference": None,
        "previews": {name: picture.model_dump() for name, picture in ring.previews.items()},
    }
    record = {"session_id": ring.session_id, "prompt": "a band", "artifacts": artifacts}
    await store.write_named(f"sessions/{ring.session_id}/session.json", json.dumps(record).encode())
    return ring.session_id


async def test_the_record_is_given_as_it_is(ring: httpx.AsyncClient, session_id: str) -> None:
    """GET /sessions/{id} is the session's record."""
    record = (await ring.get(f"/sessions/{session_id}")).json()
    assert (record["session_id"], record["prompt"]) == (session_id, "a band")


@pytest.mark.parametrize(
    ("path", "content", "media_type"),
    [
        ("model.glb", GLB, "model/gltf-binary"),
        ("model.glb?t=1767225600000", GLB, "model/gltf-binary"),
        ("previews/hero", PNG, "image/png"),
        ("ring_script.py", SCRIPT, "text/plain; charset=utf-8"),
    ],
)
async def test_stored_bytes_are_streamed(
    ring: httpx.AsyncClient, session_id: str, path: str, content: bytes, media_type: str
) -> None:
    """Each artifact comes as its bytes with its own media type; a client that has it gets 304."""
    answer = await ring.get(f"/sessions/{session_id}/{path}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, content, media_type)
    again = await ring.get(f"/sessions/{session_id}/{path}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "nobody",
        "nobody/model.glb",
        "%2e%2e",
        "%2e%2e/model.glb",
        "..%2f..%2fetc%2fpasswd",
        "{}/reference",
        "{}/previews/x",
    ],
)
async def test_what_is_not_there_is_404(ring: httpx.AsyncClient, session_id: str, path: str) -> None:
    """Unknown sessions, missing artifacts and names that climb answer 404."""
    assert (await ring.get(f"/sessions/{path.format(session_id)}")).status_code == 404
