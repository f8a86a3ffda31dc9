"""Signed links: SAS on Azure, HMAC elsewhere."""

import asyncio
import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from blocks import signed_links
from blocks.artifacts import ArtifactStore
from blocks.azure_account import AzureAccount

SHA256 = "ab" * 32


def link_of(store: ArtifactStore, expires_in_s: float = 60) -> dict[str, str]:
    query = parse_qs(
        urlsplit(store.signed_url(f"azure://{store.container}/hashed/{SHA256}", expires_in_s=expires_in_s)).query
    )
    return {name: values[0] for name, values in query.items()}


@pytest.fixture
def local(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(backend="local", home=tmp_path)


async def test_a_sas_link_reads_and_only_reads(azurite: AzureAccount, tmp_path: Path):
    """On Azure anyone with the link reads the bytes over HTTP; without it, or to write, they get 403."""
    store = ArtifactStore(backend="azure", container="links", home=tmp_path, azure=azurite)
    url = store.signed_url(await store.write(b"glTF rest"), expires_in_s=60)
    async with httpx.AsyncClient() as client:
        assert (await client.get(url)).content == b"glTF rest"
        assert (await client.get(url.split("?")[0])).status_code in (403, 404)
        put = await client.put(url, content=b"x", headers={"x-ms-blob-type": "BlockBlob"})
        assert put.status_code == 403


def test_a_local_link_is_valid_until_it_expires(local: ArtifactStore):
    """A genuine link verifies now and no longer after its time."""
    link = link_of(local)
    assert local.verify_signature(SHA256, expires=int(link["expires"]), signature=link["signature"])
    expired = link_of(local, expires_in_s=-1)
    assert not local.verify_signature(SHA256, expires=int(expired["expires"]), signature=expired["signature"])


def test_a_local_link_cannot_be_changed(local: ArtifactStore):
    """Another digest, another time or another signature is refused, whatever characters it is made of."""
    link = link_of(local)
    expires, signature = int(link["expires"]), link["signature"]
    assert not local.verify_signature("cd" * 32, expires=expires, signature=signature)
    assert not local.verify_signature(SHA256, expires=expires + 3600, signature=signature)
    assert not local.verify_signature(SHA256, expires=expires, signature="0" * 64)
    assert not local.verify_signature(SHA256, expires=expires, signature="é")


def test_the_key_is_private_and_stays(local: ArtifactStore, tmp_path: Path):
    """The signing key is created once, with mode 0600, and whoever opens the home later uses the same one."""
    link = link_of(local)
    key_file = tmp_path / signed_links.KEY_FILE
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [signed_links.KEY_FILE]
    signed_links._key.cache_clear()
    assert local.verify_signature(SHA256, expires=int(link["expires"]), signature=link["signature"])


async def test_processes_that_race_for_the_key_share_one(tmp_path: Path):
    """Of many creators at once one wins, and all of them then sign alike."""
    await asyncio.gather(*(asyncio.to_thread(signed_links._create_key, tmp_path / "key") for _ in range(8)))
    assert len((tmp_path / "key").read_bytes()) == 32
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_another_installation_does_not_accept_the_link(local: ArtifactStore, tmp_path: Path):
    """Each home has its own key."""
    link = link_of(local)
    other = ArtifactStore(backend="local", home=tmp_path / "other")
    assert not other.verify_signature(SHA256, expires=int(link["expires"]), signature=link["signature"])
