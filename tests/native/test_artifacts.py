"""Artifacts over HTTP: whole, in parts, unchanged, and only by a signed link."""

import httpx
import pytest

from blocks.artifacts import ArtifactStore
from tests.native.conftest import assert_problem

DATA = b"glTF\x02\x00\x00\x00" + bytes(range(256)) * 40
SIZE = len(DATA)


@pytest.fixture
async def link(store: ArtifactStore) -> str:
    """A signed link to stored bytes."""
    return store.signed_url(await store.write(DATA), expires_in_s=600)


async def test_the_whole(alone: httpx.AsyncClient, link: str) -> None:
    """A plain GET gives all bytes, their type, length and digest; HEAD gives the same without the bytes."""
    for answer in (await alone.get(link), await alone.head(link)):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "model/gltf-binary"
        assert (answer.headers["content-length"], answer.headers["accept-ranges"]) == (str(SIZE), "bytes")
        assert answer.headers["etag"].strip('"') in link
    assert (await alone.get(link)).content == DATA
    assert (await alone.head(link)).content == b""


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=5000-", slice(5000, SIZE)),
        ("bytes=-7", slice(SIZE - 7, SIZE)),
        (f"bytes={SIZE - 3}-{SIZE + 900}", slice(SIZE - 3, SIZE)),
        (f"bytes=-{SIZE + 900}", slice(0, SIZE)),
    ],
)
async def test_a_part(alone: httpx.AsyncClient, link: str, asked: str, part: slice) -> None:
    """A range is answered 206 with exactly its bytes and where they lie."""
    answer = await alone.get(link, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == DATA[part]
    assert answer.headers["content-range"] == f"bytes {part.start}-{part.stop - 1}/{SIZE}"


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=99999999-", "bytes=-0", "bytes=-", "bytes=9-3"])
async def test_a_part_that_is_none(alone: httpx.AsyncClient, link: str, asked: str) -> None:
    """A range outside of the content is 416 with its size."""
    answer = await alone.get(link, headers={"Range": asked})
    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=a-b"])
async def test_what_is_no_single_range_gets_everything(alone: httpx.AsyncClient, link: str, asked: str) -> None:
    """Several ranges, other units and nonsense are answered with the whole, which HTTP allows."""
    answer = await alone.get(link, headers={"Range": asked})
    assert (answer.status_code, answer.content) == (200, DATA)


async def test_conditions(alone: httpx.AsyncClient, link: str) -> None:
    """If-None-Match spares the bytes; If-Range gives the part of what the client has, or else the whole."""
    etag = (await alone.get(link)).headers["etag"]
    assert (await alone.get(link, headers={"If-None-Match": etag})).status_code == 304
    for condition, status in ((etag, 206), ('"another"', 200)):
        headers = {"Range": "bytes=0-9", "If-Range": condition}
        assert (await alone.get(link, headers=headers)).status_code == status


async def test_only_a_genuine_link_opens(alone: httpx.AsyncClient, store: ArtifactStore, link: str) -> None:
    """Forged, expired and missing signatures are refused, and so is a digest that nothing has."""
    forged = link[:-1] + ("1" if link.endswith("0") else "0")
    assert_problem(await alone.get(forged), 403, "forbidden")
    assert_problem(await alone.get(link.split("?")[0]), 422, "invalid_input")
    old = store.signed_url(await store.write(DATA), expires_in_s=-1)
    assert_problem(await alone.get(old), 403, "forbidden")
    nothing = store.signed_url(f"azure://{store.container}/hashed/{'0' * 64}", expires_in_s=600)
    assert_problem(await alone.get(nothing), 404, "artifact_not_found")
