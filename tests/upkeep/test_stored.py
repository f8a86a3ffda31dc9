"""What the store and Prefect's cache tell housekeeping."""

import os
import time
from pathlib import Path

from prefect.filesystems import LocalFileSystem
from prefect.results import ResultStore
from prefect.serializers import CompressedPickleSerializer, JSONSerializer, PickleSerializer, Serializer

from blocks.artifacts import REFRESH_AFTER_S, Artifact, ArtifactStore
from blocks.result_cache import ResultCache


async def test_the_store_lists_what_it_holds(tmp_path: Path) -> None:
    """Bytes come by digest, documents by name, each with its size and the time it was written."""
    store = ArtifactStore(backend="local", home=tmp_path)
    artifact = await store.write(b"12345")
    await store.write_named("runs/1/result.json", b"{}")
    assert [(blob.name, blob.size) for blob in await store.stored("hashed")] == [(artifact.sha256, 5)]
    assert [(document.name, document.size) for document in await store.stored("named")] == [("runs/1/result.json", 2)]
    assert abs((await store.stored("hashed"))[0].written.timestamp() - time.time()) < 600


async def test_content_stored_again_is_young_again(tmp_path: Path) -> None:
    """Writing what has been there for long renews its time, so that no sweep takes it from the run that just wrote."""
    store = ArtifactStore(backend="local", home=tmp_path)
    artifact = await store.write(b"bytes")
    path = tmp_path / "store" / store.container / "hashed" / artifact.sha256
    then = time.time() - 2 * REFRESH_AFTER_S
    os.utime(path, (then, then))
    assert await store.write(b"bytes") == artifact
    assert path.stat().st_mtime > then + REFRESH_AFTER_S
    assert path.read_bytes() == b"bytes"


def a_result(folder: Path, key: str, serializer: Serializer) -> None:
    """Cache a result as Prefect does for a task."""
    artifact = Artifact(uri=f"azure://x-y/hashed/{key[0] * 64}", sha256=key[0] * 64, media_type="a/b", size=1)
    ResultStore(result_storage=LocalFileSystem(basepath=str(folder)), serializer=serializer).write(
        {"hero": artifact}, key=key
    )


def test_cached_results_tell_what_they_name_without_being_unpickled(tmp_path: Path) -> None:
    """Pickled and JSON results name their artifacts, compressed ones cannot be seen into, other files are foreign."""
    a_result(tmp_path, "a-pickled", PickleSerializer())
    a_result(tmp_path, "b-json", JSONSerializer())
    a_result(tmp_path, "c-compressed", CompressedPickleSerializer())
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "strange").write_bytes(b"\xff\x00")
    (tmp_path / "strange.json").write_text('{"result": 1}')
    cache = ResultCache(tmp_path)
    results, foreign = cache.read()
    named = {result.file.name: result.artifacts for result in results}
    assert named == {"a-pickled": {"a" * 64}, "b-json": {"b" * 64}, "c-compressed": None}
    assert {file.name for file in foreign} == {"folder/strange", "strange.json"}
    cache.remove("a-pickled")
    cache.remove("a-pickled")
    assert {result.file.name for result in cache.read()[0]} == {"b-json", "c-compressed"}
