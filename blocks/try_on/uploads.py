"""Blobs that clients and services of the replaced system keep under names of their own; they are only read."""

import re
from typing import NamedTuple

from blocks.artifacts import ArtifactStore
from blocks.try_on.settings import TryOnSettings, try_on_settings
from tasks.domain.errors import InvalidInput

MAX_BYTES = 64 * 1024 * 1024
OURS = ("hashed", "named")  # folders of the artifact store, should both use one container

_URI = re.compile(r"azure://([a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9])/([^\x00-\x1f\x7f\\?#%]{1,1024})")


class Blob(NamedTuple):
    """Where a blob lies."""

    container: str
    key: str


def named_blob(uri: str, *, field: str, settings: TryOnSettings | None = None) -> Blob:
    """Return the blob of the uploads container that `uri` names.

    Raises InvalidInput naming `field` for every other scheme, container and folder.
    """
    container = (settings or try_on_settings()).uploads_container
    match = _URI.fullmatch(uri)
    if match is None or match[1] != container:
        raise InvalidInput(field, f"must be azure://{container}/<name>")
    parts = match[2].split("/")
    if any(part in ("", ".", "..") for part in parts) or parts[0] in OURS:
        raise InvalidInput(field, "names no blob that may be read")
    return Blob(container, match[2])


async def read_upload(uri: str, *, store: ArtifactStore, field: str = "imageUri", max_bytes: int = MAX_BYTES) -> bytes:
    """Return the bytes of the blob that `uri` names, from the backend of `store`.

    Raises InvalidInput naming `field` for a foreign URI or a larger blob, ArtifactNotFound when there is none.
    """
    blob = named_blob(uri, field=field)
    return await store.read_foreign(blob.container, blob.key, max_bytes=max_bytes, field=field)
