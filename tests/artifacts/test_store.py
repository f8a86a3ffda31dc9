"""What every backend of the artifact store promises."""

import asyncio
import hashlib
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prefect.blocks.core import Block

from blocks.artifacts import CHUNK_BYTES, Artifact, ArtifactDamaged, ArtifactNotFound, ArtifactStore
from blocks.azure_account import AzureAccount
from blocks.settings import CHECKOUT
from tasks.domain.errors import InvalidInput, UpstreamError

GLB = b"glTF\x02\x00\x00\x00" + bytes(range(256)) * 64


async def pieces(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for start in range(0, len(data), size):
        yield data[start : start + size]


async def test_content_comes_back_under_its_own_digest(store: ArtifactStore):
    """write() names bytes by their SHA-256 and read() returns exactly those bytes."""
    artifact = await store.write(GLB)
    sha256 = hashlib.sha256(GLB).hexdigest()
    assert artifact == Artifact(
        uri=f"azure://{store.container}/hashed/{sha256}",
        sha256=sha256,
        media_type="model/gltf-binary",
        size=len(GLB),
    )
    assert await store.read(artifact) == GLB
    assert await store.read(artifact.uri) == GLB


async def test_a_stream_is_stored_like_the_bytes_it_carries(store: ArtifactStore):
    """A stream of chunks and the joined bytes give one artifact, media type included."""
    assert await store.write(pieces(GLB)) == await store.write(GLB)


async def test_large_content_streams_out_in_chunks(store: ArtifactStore):
    """stream() yields 20 MB in chunks of at most 1 MiB that add up to the content."""
    data = bytes(20_000_000)
    artifact = await store.write(pieces(data, 1_000_000))
    chunks = [chunk async for chunk in store.stream(artifact)]
    assert b"".join(chunks) == data
    assert max(len(chunk) for chunk in chunks) <= CHUNK_BYTES


async def test_empty_content_is_content(store: ArtifactStore):
    """Zero bytes are stored and read like any others."""
    artifact = await store.write(b"")
    assert artifact.size == 0
    assert await store.read(artifact) == b""


async def test_many_writers_of_one_content_agree(store: ArtifactStore):
    """Concurrent writes of the same bytes, into a container that may not exist yet, all return one artifact."""
    written = await asyncio.gather(*(store.write(GLB) for _ in range(8)))
    assert set(written) == {written[0]}


async def test_a_cap_is_enforced_on_bytes_and_streams_and_reads(store: ArtifactStore):
    """More bytes than allowed raise InvalidInput naming the caller's field and the limit, and store nothing."""
    for data in (GLB, pieces(GLB)):
        with pytest.raises(InvalidInput, match=r"image_b64: .*100"):
            await store.write(data, max_bytes=100, field="image_b64")
    assert not await store.exists(f"azure://{store.container}/hashed/{hashlib.sha256(GLB).hexdigest()}")
    artifact = await store.write(GLB)
    with pytest.raises(InvalidInput, match=r"reference: .*100"):
        await store.read(artifact, max_bytes=100, field="reference")


async def test_a_given_media_type_is_kept(store: ArtifactStore):
    """The caller knows better than the sniffer: a script is text/x-python."""
    assert (await store.write(b"import bpy\n", media_type="text/x-python")).media_type == "text/x-python"


async def test_removed_content_is_gone_and_removing_twice_is_no_error(store: ArtifactStore):
    """remove() is idempotent, and reading afterwards raises ArtifactNotFound, which is a FileNotFoundError."""
    artifact = await store.write(GLB)
    await store.remove(artifact)
    await store.remove(artifact)
    assert not await store.exists(artifact)
    with pytest.raises(ArtifactNotFound) as caught:
        await store.read(artifact)
    assert isinstance(caught.value, FileNotFoundError)


@pytest.mark.parametrize(
    "uri",
    [
        "file:///etc/passwd",
        "azure://someone-else/hashed/" + "0" * 64,
        "azure://{container}/hashed/../../secret",
        "azure://{container}/hashed/" + "0" * 63,
        "azure://{container}/named/" + "0" * 64,
        "azure://{container}/hashed/" + "0" * 64 + "\n",
        "https://example.org/hashed/" + "0" * 64,
    ],
)
async def test_only_own_content_addresses_are_followed(store: ArtifactStore, uri: str):
    """A URI of another scheme, container, folder or shape is the caller's mistake, never a look-up."""
    with pytest.raises(InvalidInput, match="uri"):
        await store.read(uri.format(container=store.container))


async def test_named_documents_are_replaced_whole_and_listed_by_folder(store: ArtifactStore):
    """write_named() overwrites; list_named() returns full names, sorted, of one folder only."""
    await store.write_named("sessions/s_1/session.json", b"a longer first version")
    await store.write_named("sessions/s_1/session.json", b"second")
    await store.write_named("sessions/s_10/session.json", b"x")
    await store.write_named("calls/s_1/1.json", b"x")
    assert await store.read_named("sessions/s_1/session.json") == b"second"
    assert await store.list_named("sessions/s_1") == ["sessions/s_1/session.json"]
    assert await store.list_named("sessions") == ["sessions/s_1/session.json", "sessions/s_10/session.json"]
    assert len(await store.list_named()) == 3


async def test_of_all_who_create_a_document_at_once_one_does(store: ArtifactStore):
    """create_named() tells each whether the document is its own; what is there is not touched."""
    drafts = [f"draft {number}".encode() for number in range(8)]
    created = await asyncio.gather(*(store.create_named("gallery/ring.json", draft) for draft in drafts))
    assert sorted(created) == [False] * 7 + [True]
    assert await store.read_named("gallery/ring.json") == drafts[created.index(True)]
    assert not await store.create_named("gallery/ring.json", b"late")


async def test_a_missing_document_is_not_found_and_a_missing_folder_is_empty(store: ArtifactStore):
    """Nothing written yet: read_named() raises ArtifactNotFound and remove_named() does nothing."""
    await store.write_named("sessions/other/session.json", b"x")
    with pytest.raises(ArtifactNotFound, match="sessions/none"):
        await store.read_named("sessions/none/session.json")
    assert await store.list_named("sessions/none") == []
    await store.remove_named("sessions/none/session.json")


@pytest.mark.parametrize("name", ["", ".", "..", "a/../b", "/a", "a/", "a//b", "é", "a b", "a\\b", "a%2e", "a" * 513])
async def test_names_that_could_leave_their_folder_are_refused(store: ArtifactStore, name: str):
    """A document's name is plain ASCII parts joined by slashes, on every backend."""
    with pytest.raises(InvalidInput, match="name"):
        await store.write_named(name, b"x")


async def test_damaged_content_is_never_returned(store: ArtifactStore):
    """Bytes that changed under their digest raise ArtifactDamaged; writing the content again mends a cut-off one."""
    artifact = await store.write(GLB)
    await store._objects.put_async(f"hashed/{artifact.sha256}", GLB[:-1])
    with pytest.raises(ArtifactDamaged, match=artifact.sha256):
        await store.read(artifact)
    await store.write(GLB)
    assert await store.read(artifact) == GLB


async def test_dead_storage_is_an_upstream_error_that_may_be_retried(tmp_path):
    """An unreachable account fails within seconds as UpstreamError('artifact store'), retryable."""
    account = AzureAccount(name="nobody", key="a2V5", endpoint="http://127.0.0.1:9/nobody")
    store = ArtifactStore(backend="azure", container="none", home=tmp_path, azure=account)
    with pytest.raises(UpstreamError, match="artifact store") as caught:
        await store.write(GLB)
    assert caught.value.retryable


def test_a_fork_after_use_is_an_error_and_not_a_hang(tmp_path: Path):
    """The storage library's threads die in a fork; the child is told so at once."""
    program = f"""
import asyncio, os, sys
from blocks.artifacts import ArtifactStore
store = ArtifactStore(backend="local", home={str(tmp_path)!r})
artifact = asyncio.run(store.write(b"x"))
if os.fork() == 0:
    asyncio.run(store.read(artifact))
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, cwd=CHECKOUT
    )
    assert "used before this process was forked" in done.stderr


def test_the_store_is_a_prefect_block_with_a_name_and_a_description():
    """Prefect's UI shows the store as a block type of its own."""
    assert issubclass(ArtifactStore, Block)
    assert ArtifactStore.get_block_type_slug() == "artifact-store"
    assert ArtifactStore.get_description()
