"""Where an Azure account comes from: the environment, a connection string, or a block in Prefect."""

from pathlib import Path

import pytest
from prefect_azure import AzureBlobStorageCredentials
from pydantic import SecretStr

from blocks.artifacts import ArtifactStore
from blocks.azure_account import AzureAccount
from blocks.settings import Settings
from tasks.domain.errors import InvalidInput, MissingKey

CONNECTION = "DefaultEndpointsProtocol=https;AccountName=gold;AccountKey=a2V5==;EndpointSuffix=core.windows.net"


def test_the_prefixed_variables_win_over_the_plain_ones(monkeypatch: pytest.MonkeyPatch):
    """RING_AZURE_* is this tool's; AZURE_* may be another's on the same machine."""
    monkeypatch.setenv("AZURE_ACCOUNT_NAME", "other")
    monkeypatch.setenv("AZURE_ACCOUNT_KEY", "b3RoZXI=")
    assert AzureAccount.from_settings(Settings()).name == "other"
    monkeypatch.setenv("RING_AZURE_ACCOUNT_NAME", "ours")
    monkeypatch.setenv("RING_AZURE_ACCOUNT_KEY", "b3Vycw==")
    account = AzureAccount.from_settings(Settings())
    assert (account.name, account.key) == ("ours", SecretStr("b3Vycw=="))


def test_an_account_without_any_login_is_missing_its_key():
    """No key and no block: the error names the variable to set, and no account name is made up."""
    with pytest.raises(MissingKey, match="RING_AZURE_ACCOUNT_KEY"):
        ArtifactStore.from_settings(Settings(store="azure", azure_account_name="", azure_credentials_block=""))


def test_a_connection_string_gives_name_key_and_endpoint():
    """The key keeps its trailing equals signs; the endpoint follows the suffix, or BlobEndpoint as it stands."""
    account = AzureAccount.from_connection_string(CONNECTION)
    assert (account.name, account.key) == ("gold", SecretStr("a2V5=="))
    assert account.url == "https://gold.blob.core.windows.net"
    local = AzureAccount.from_connection_string(CONNECTION + ";BlobEndpoint=http://127.0.0.1:1/gold")
    assert local.url == "http://127.0.0.1:1/gold"
    with pytest.raises(InvalidInput, match="AccountName"):
        AzureAccount.from_connection_string("nonsense")


async def test_credentials_kept_in_prefect_open_the_account(prefect: None, azurite: AzureAccount, tmp_path: Path):
    """A prefect-azure block is enough to store and read, from inside a running event loop too."""
    connection = f"AccountName={azurite.name};AccountKey={azurite.key.get_secret_value()};BlobEndpoint={azurite.url}"
    await AzureBlobStorageCredentials(connection_string=connection).save("gold", overwrite=True)
    settings = Settings(store="azure", home=tmp_path, azure_account_name="", azure_credentials_block="gold")
    store = ArtifactStore.from_settings(settings)
    assert await store.read(await store.write(b"glTF")) == b"glTF"


async def test_the_store_itself_can_be_kept_in_prefect(prefect: None, azurite: AzureAccount, tmp_path: Path):
    """Saved and loaded, the store opens the same bytes, and the account's key is kept as a secret."""
    store = ArtifactStore(backend="azure", container="kept", home=tmp_path, azure=azurite)
    artifact = await store.write(b"glTF")
    await store.save("kept", overwrite=True)
    loaded = await ArtifactStore.load("kept")
    assert await loaded.read(artifact) == b"glTF"
    assert azurite.key.get_secret_value() not in repr(loaded)
