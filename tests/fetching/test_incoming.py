"""Files named by URL: what is ours is read from the store without a call, everything else goes through the fetcher."""

import pytest

from blocks.artifacts import ArtifactStore
from blocks.incoming import taken_in
from tasks.domain.errors import InvalidInput

GLB = b"glTF" + bytes(60)
LIMITS = {"field": "model_url", "max_bytes": 1000, "timeout_s": 5}


async def test_our_own_links_need_no_call(store: ArtifactStore) -> None:
    """A signed link, under any host and prefix, and an azure:// URI both give the stored artifact; nobody listens."""
    kept = await store.write(GLB)
    path = store.signed_url(kept, expires_in_s=60)
    for url in (kept.uri, f"http://127.0.0.1:9{path}", f"https://atelier.example/api{path}"):
        assert await taken_in(url, store=store, **LIMITS) == kept


async def test_an_expired_link_is_told_as_such(store: ArtifactStore) -> None:
    """A link of ours whose time is over is refused for that reason."""
    path = store.signed_url(await store.write(GLB), expires_in_s=-1)
    with pytest.raises(InvalidInput, match="model_url: the link has expired"):
        await taken_in(f"http://127.0.0.1:9{path}", store=store, **LIMITS)


@pytest.mark.parametrize("change", ["signature=0", "expires=9999999999", "expires=x"])
async def test_a_forged_link_is_a_foreign_one(store: ArtifactStore, change: str) -> None:
    """A link whose parts were changed is no link of ours: the guarded fetcher decides, and refuses loopback."""
    path = store.signed_url(await store.write(GLB), expires_in_s=60)
    name = change.split("=")[0]
    forged = "&".join(change if part.startswith(name) else part for part in path.replace("?", "&").split("&"))
    with pytest.raises(InvalidInput, match="model_url"):
        await taken_in(f"http://127.0.0.1:9{forged.replace('&', '?', 1)}", store=store, **LIMITS)


async def test_what_is_gone_or_too_large_is_refused(store: ArtifactStore) -> None:
    """The limit holds for our own bytes too; a removed artifact is named as gone, another's container as unknown."""
    kept = await store.write(GLB)
    with pytest.raises(InvalidInput, match="model_url: 64 bytes; at most 63"):
        await taken_in(kept.uri, store=store, field="model_url", max_bytes=63, timeout_s=5)
    await store.remove(kept)
    with pytest.raises(InvalidInput, match="model_url: nothing is stored there any more"):
        await taken_in(kept.uri, store=store, **LIMITS)
    with pytest.raises(InvalidInput, match="azure://"):
        await taken_in("azure://others/hashed/" + "0" * 64, store=store, **LIMITS)


async def test_a_public_looking_name_of_this_machine_is_refused(store: ArtifactStore) -> None:
    """Every other URL meets the guarded fetcher."""
    with pytest.raises(InvalidInput, match="model_url"):
        await taken_in("http://localhost:9/model.glb", store=store, **LIMITS)
