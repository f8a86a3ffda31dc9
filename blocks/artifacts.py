"""The artifact store: bytes under their own digest, on a local directory, in memory or on Azure Blob."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import AzureStore, LocalStore, MemoryStore, ObjectStore
from prefect.blocks.core import Block
from pydantic import BaseModel, ConfigDict, Field

from blocks import signed_links
from blocks.azure_account import AzureAccount
from blocks.settings import Settings, settings
from tasks.domain.errors import AtelierError, InvalidInput, UpstreamError
from tasks.domain.pictures import sniff
from tasks.domain.retention import Stored

if TYPE_CHECKING:
    from obstore import ObjectMeta

MAX_BYTES = 256 * 1024 * 1024  # a GLB of 300,000 triangles is 20 MB; this only stops accidents
CHUNK_BYTES = 1024 * 1024
SPOOL_BYTES = 8 * 1024 * 1024  # a stream stays in memory up to here, then goes to a temporary file
HEAD_BYTES = 4096
REFRESH_AFTER_S = 3600  # content that is stored again later than this is new again to housekeeping

_URI = re.compile(r"azure://(?P<container>[a-z0-9-]{3,63})/hashed/(?P<sha256>[0-9a-f]{64})")
_NAME = re.compile(r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._-]+)*")


class Artifact(BaseModel):
    """A reference to stored bytes. References travel through Prefect; bytes never do."""

    model_config = ConfigDict(frozen=True)

    uri: str = Field(description="azure://container/hashed/<sha256>, on every backend")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    media_type: str = Field(description="Sniffed from the bytes, e.g. model/gltf-binary")
    size: int = Field(ge=0, description="Bytes")


class ArtifactNotFound(AtelierError, FileNotFoundError):
    """Nothing is stored under that digest or name."""


class ArtifactDamaged(AtelierError):
    """The stored bytes no longer have the digest that they are stored under."""


class ArtifactStore(Block):
    """Keeps what flows make: content under its SHA-256, and small documents under a name.

    Needs no Prefect server. Every failure of the storage itself is an UpstreamError("artifact store", …).
    """

    _block_type_name = "Artifact Store"
    _block_type_slug = "artifact-store"
    _description = "Content-addressed storage for rings, pictures and session records."

    backend: Literal["local", "memory", "azure"] = Field("local", description="Where the bytes lie")
    container: str = Field("agentic-artifacts", description="The first part of every azure:// URI")
    home: Path = Field(
        default_factory=lambda: settings().home, description="Holds the local store and the key that signs links"
    )
    azure: AzureAccount | None = Field(None, description="The storage account of the azure backend")

    @classmethod
    def from_settings(cls, given: Settings | None = None) -> "ArtifactStore":
        """Open the store that the settings describe; on Azure raises MissingKey without credentials."""
        given = given or settings()
        azure = AzureAccount.from_settings(given) if given.store == "azure" else None
        return cls(backend=given.store, container=given.container, home=given.home, azure=azure)

    async def write(
        self,
        data: bytes | AsyncIterable[bytes],
        *,
        media_type: str | None = None,
        max_bytes: int | None = None,
        field: str = "data",
    ) -> Artifact:
        """Store `data` under its digest, unless it is there already, and return the reference.

        Raises InvalidInput naming `field` as soon as more than `max_bytes` (default `MAX_BYTES`) have come.
        """
        limit = MAX_BYTES if max_bytes is None else max_bytes
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
            sha256, head, size = await _spool(data, cast(BinaryIO, spool), limit, field)
            artifact = Artifact(
                uri=f"azure://{self.container}/hashed/{sha256}",
                sha256=sha256,
                media_type=media_type or sniff(head, complete=size <= len(head)),
                size=size,
            )
            if not await self._holds(sha256, size):
                await self._put(f"hashed/{sha256}", cast(BinaryIO, spool))
        return artifact

    async def read(self, artifact: Artifact | str, *, max_bytes: int = MAX_BYTES, field: str = "artifact") -> bytes:
        """Return the whole content; raises ArtifactNotFound, ArtifactDamaged, or InvalidInput when too large."""
        chunks = [chunk async for chunk in self.stream(artifact, max_bytes=max_bytes, field=field)]
        return b"".join(chunks)

    async def stream(
        self, artifact: Artifact | str, *, max_bytes: int = MAX_BYTES, field: str = "artifact"
    ) -> AsyncIterator[bytes]:
        """Yield the content in chunks of at most 1 MiB; the digest is checked after the last one."""
        sha256 = self.digest(artifact)
        digest = hashlib.sha256()
        with _upstream(sha256):
            found = await obstore.get_async(self._objects, f"hashed/{sha256}")
            _check_size(found.meta["size"], max_bytes, field)
            async for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                digest.update(chunk)
                for start in range(0, len(chunk), CHUNK_BYTES):  # memory and small files come in one piece
                    yield bytes(chunk[start : start + CHUNK_BYTES])
        if digest.hexdigest() != sha256:
            raise ArtifactDamaged(f"the bytes stored as {sha256} have the digest {digest.hexdigest()}")

    async def size(self, artifact: Artifact | str) -> int:
        """Return how many bytes the content has; raises ArtifactNotFound."""
        sha256 = self.digest(artifact)
        with _upstream(sha256):
            return (await obstore.head_async(self._objects, f"hashed/{sha256}"))["size"]

    async def read_range(self, artifact: Artifact | str, start: int, stop: int) -> bytes:
        """Return bytes `start` up to `stop` of the content, which must have them; their digest is not checked."""
        if stop <= start:
            return b""
        sha256 = self.digest(artifact)
        with _upstream(sha256):
            return bytes(await obstore.get_range_async(self._objects, f"hashed/{sha256}", start=start, end=stop))

    async def stream_range(self, artifact: Artifact | str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Yield what `read_range` returns, in chunks of at most 1 MiB."""
        for first in range(start, stop, CHUNK_BYTES):
            yield await self.read_range(artifact, first, min(first + CHUNK_BYTES, stop))

    async def exists(self, artifact: Artifact | str) -> bool:
        """Tell whether the content is stored."""
        return await self._head(self.digest(artifact)) is not None

    async def remove(self, artifact: Artifact | str) -> None:
        """Forget the content, for everyone who refers to it; it may be gone already."""
        await self._forget(f"hashed/{self.digest(artifact)}")

    async def write_named(self, name: str, data: bytes) -> None:
        """Store document `name`, replacing an earlier one whole."""
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
            spool.write(data)
            await self._put(_named_key(name), cast(BinaryIO, spool))

    async def create_named(self, name: str, data: bytes) -> bool:
        """Store document `name` unless there is one; tell whether it was stored. Of several at once, one is."""
        with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
            spool.write(data)
            try:
                await self._put(_named_key(name), cast(BinaryIO, spool), mode="create")
            except AlreadyExistsError:
                return False
        return True

    async def read_named(self, name: str) -> bytes:
        """Return document `name`; raises ArtifactNotFound."""
        with _upstream(name):
            found = await obstore.get_async(self._objects, _named_key(name))
            return bytes(await found.bytes_async())

    async def list_named(self, prefix: str = "") -> list[str]:
        """Return the names of the documents in folder `prefix`, at any depth, sorted."""
        key = _named_key(prefix) if prefix else "named"
        with _upstream(prefix):
            found = await obstore.list(self._objects, prefix=key).collect_async()
        return sorted(entry["path"].removeprefix("named/") for entry in found)

    async def remove_named(self, name: str) -> None:
        """Forget document `name`; it may be gone already."""
        await self._forget(_named_key(name))

    async def stored(self, folder: Literal["hashed", "named"], prefix: str = "") -> list[Stored]:
        """Return everything stored: content under its digest, or documents under their names, of folder `prefix`."""
        with _upstream(folder):
            found = await obstore.list(self._objects, prefix=f"{folder}/{prefix}".rstrip("/")).collect_async()
        return [Stored(e["path"].removeprefix(f"{folder}/"), e["last_modified"], e["size"]) for e in found]

    async def read_foreign(self, container: str, key: str, *, max_bytes: int = MAX_BYTES, field: str = "uri") -> bytes:
        """Return blob `key` of another container on the same backend, which some other system keeps.

        Raises ArtifactNotFound, or InvalidInput naming `field` when it is larger than `max_bytes`.
        """
        other = self.model_copy(update={"container": container})
        with _upstream(f"{container}/{key}"):
            found = await obstore.get_async(other._objects, key)
            _check_size(found.meta["size"], max_bytes, field)
            return bytes(await found.bytes_async())

    def signed_url(self, artifact: Artifact | str, *, expires_in_s: float) -> str:
        """Return a link that anyone may read for `expires_in_s` seconds: a SAS on Azure, else a path on our API."""
        sha256 = self.digest(artifact)
        if self.backend == "azure":
            store = cast(AzureStore, self._objects)
            with _upstream(sha256):
                return obstore.sign(store, "GET", f"hashed/{sha256}", timedelta(seconds=expires_in_s))
        return signed_links.signed_path(self.home, sha256, expires_in_s=expires_in_s)

    def verify_signature(self, sha256: str, *, expires: int, signature: str) -> bool:
        """Tell whether a link that `signed_url` returned for the local or memory store is genuine and still valid."""
        return signed_links.is_valid(self.home, sha256, expires=expires, signature=signature)

    def digest(self, artifact: Artifact | str) -> str:
        """Return the SHA-256 that an artifact or its URI names; raises InvalidInput for anyone else's URI."""
        uri = artifact.uri if isinstance(artifact, Artifact) else artifact
        match = _URI.fullmatch(uri)
        if match is None or match["container"] != self.container:
            raise InvalidInput("uri", f"must be azure://{self.container}/hashed/<sha256>")
        return match["sha256"]

    @property
    def _objects(self) -> ObjectStore:
        _refuse_after_fork()
        if self.backend == "azure":
            return self._account().container(self.container)
        if self.backend == "memory":
            return _memory(self.container)
        return _directory(self.home / "store" / self.container)

    def _account(self) -> AzureAccount:
        if self.azure is None:
            raise InvalidInput("azure", "the azure backend needs a storage account")
        return self.azure

    async def _holds(self, sha256: str, size: int) -> bool:
        """Compare sizes too, so that what a crash cut off is written again; so is what housekeeping may be after."""
        found = await self._head(sha256)
        if found is None or found["size"] != size:
            return False
        return (datetime.now(UTC) - found["last_modified"]).total_seconds() < REFRESH_AFTER_S

    async def _head(self, sha256: str) -> "ObjectMeta | None":
        try:
            with _upstream(sha256):
                return await obstore.head_async(self._objects, f"hashed/{sha256}")
        except ArtifactNotFound:
            return None

    async def _put(self, key: str, file: BinaryIO, mode: Literal["overwrite", "create"] = "overwrite") -> None:
        """Write `file`; an Azure container that turns out to be missing is created, once.

        Raises AlreadyExistsError where it is to be created and is there.
        """
        try:
            with _upstream(key):
                file.seek(0)
                await obstore.put_async(self._objects, key, file, mode=mode)
        except ArtifactNotFound:
            if self.backend != "azure":
                raise
            await asyncio.to_thread(self._account().create_container, self.container)
            with _upstream(key):
                file.seek(0)
                await obstore.put_async(self._objects, key, file, mode=mode)

    async def _forget(self, key: str) -> None:
        try:
            with _upstream(key):
                await obstore.delete_async(self._objects, key)
        except ArtifactNotFound:
            return


@lru_cache(maxsize=1)
def _first_process() -> int:
    return os.getpid()


def _refuse_after_fork() -> None:
    """Say what is wrong: obstore's threads do not survive a fork, and without this the child would wait for ever."""
    if _first_process() != os.getpid():
        raise AtelierError("the artifact store was used before this process was forked; use it in the child only")


@lru_cache
def _memory(container: str) -> MemoryStore:
    """One store per container and process, so that every block sees the same bytes."""
    return MemoryStore()


@lru_cache
def _directory(path: Path) -> LocalStore:
    return LocalStore(path, mkdir=True)


@contextmanager
def _upstream(what: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ArtifactNotFound(f"nothing is stored as {what}") from error
    except AlreadyExistsError:
        raise  # only where that is asked for
    except BaseError as error:
        raise UpstreamError("artifact store", str(error).splitlines()[0], retryable=True) from error


def _named_key(name: str) -> str:
    if len(name) > 512 or not _NAME.fullmatch(name):
        raise InvalidInput("name", "must be at most 512 of A-Z a-z 0-9 . _ - in parts joined by /, none of them dots")
    return f"named/{name}"


def _check_size(size: int, limit: int, field: str) -> None:
    if size > limit:
        raise InvalidInput(field, f"{size} bytes; at most {limit} are taken")


async def _spool(data: bytes | AsyncIterable[bytes], file: BinaryIO, limit: int, field: str) -> tuple[str, bytes, int]:
    """Copy `data` to `file`; return its SHA-256, its head (all of it when given as bytes) and its size in bytes."""
    if isinstance(data, bytes):
        _check_size(len(data), limit, field)
        file.write(data)
        return hashlib.sha256(data).hexdigest(), data, len(data)
    digest, head, size = hashlib.sha256(), b"", 0
    async for chunk in data:
        size += len(chunk)
        if size > limit:
            raise InvalidInput(field, f"more than the {limit} bytes that are taken")
        digest.update(chunk)
        head = head if len(head) >= HEAD_BYTES else head + chunk
        file.write(chunk)
    return digest.hexdigest(), head, size
