"""Files that a client names by URL: our own links and URIs are read from the store, all others are fetched."""

import re
import time
from urllib.parse import parse_qs, urlsplit

from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from blocks.fetching import Fetcher
from blocks.signed_links import is_genuine
from tasks.domain.errors import InvalidInput

_OWN_LINK = re.compile(r"(?:/[\w.-]+)*/artifacts/(?P<sha256>[0-9a-f]{64})")


async def taken_in(
    url: str, *, field: str, max_bytes: int, timeout_s: float, store: ArtifactStore | None = None
) -> Artifact:
    """Return what `url` names, stored: an azure:// URI of ours, a link that we signed, or any public http(s) URL.

    A link of ours needs no call: its host may be one that the guarded fetcher would rightly refuse.

    Raises:
        InvalidInput: a forbidden or expired address, nothing there, or more than `max_bytes`.
        UpstreamError: the other side failed.
    """
    store = store or ArtifactStore.from_settings()
    ours = url if url.startswith("azure://") else _signed_by_us(url, store, field)
    if ours is None:
        fetched = await Fetcher().fetch(url, field=field, max_bytes=max_bytes, timeout_s=timeout_s)
        return await store.write(fetched.data, max_bytes=max_bytes, field=field)
    try:
        return await store.write(await store.read(ours, max_bytes=max_bytes, field=field), field=field)
    except ArtifactNotFound as error:
        raise InvalidInput(field, "nothing is stored there any more") from error


def _signed_by_us(url: str, store: ArtifactStore, field: str) -> str | None:
    """Return the URI that a link of ours stands for, None for any other address; raises InvalidInput when expired."""
    parts = urlsplit(url)
    link, query = _OWN_LINK.fullmatch(parts.path), parse_qs(parts.query)
    expires, signature = query.get("expires", [""])[0], query.get("signature", [""])[0]
    if link is None or not re.fullmatch(r"[0-9]{1,12}", expires):
        return None
    if not is_genuine(store.home, link["sha256"], expires=int(expires), signature=signature):
        return None
    if int(expires) <= time.time():
        raise InvalidInput(field, "the link has expired")
    return f"azure://{store.container}/hashed/{link['sha256']}"
