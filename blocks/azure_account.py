"""An Azure storage account: where it is, how to log in, and the containers in it."""

from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from obstore.store import AzureStore
from pydantic import BaseModel, ConfigDict, SecretStr

from blocks.settings import Settings
from tasks.domain.errors import InvalidInput, MissingKey

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from obstore.store import AzureConfig, RetryConfig

RETRIES: "RetryConfig" = {"max_retries": 2, "retry_timeout": timedelta(seconds=15)}  # obstore's 10 hide a dead host


class AzureAccount(BaseModel):
    """One storage account; logs in with its key, a SAS, a service principal, or what the host offers."""

    model_config = ConfigDict(frozen=True)

    name: str
    key: SecretStr | None = None
    sas: SecretStr | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    endpoint: str | None = None

    @classmethod
    def from_settings(cls, settings: Settings) -> "AzureAccount":
        """Take the account from the environment, or else from the prefect-azure credentials block."""
        if settings.azure_account_name and settings.azure_account_key:
            return cls(
                name=settings.azure_account_name,
                key=settings.azure_account_key,
                endpoint=settings.azure_endpoint,
            )
        if settings.azure_credentials_block:
            return cls.from_block(settings.azure_credentials_block)
        raise MissingKey("azure", "RING_AZURE_ACCOUNT_KEY")

    @classmethod
    def from_block(cls, block_name: str) -> "AzureAccount":
        """Take the account from the AzureBlobStorageCredentials block `block_name`."""
        from prefect_azure import AzureBlobStorageCredentials  # 0.8 s, and an optional dependency

        loaded = AzureBlobStorageCredentials.load(block_name, _sync=True)  # type: ignore[call-arg]
        block = cast(AzureBlobStorageCredentials, loaded)
        if block.connection_string:
            return cls.from_connection_string(block.connection_string.get_secret_value())
        return cls(
            name=_account_name(block.account_url or ""),
            tenant_id=block.tenant_id,
            client_id=block.client_id,
            client_secret=block.client_secret,
            endpoint=block.account_url,
        )

    @classmethod
    def from_connection_string(cls, connection_string: str) -> "AzureAccount":
        """Read Azure's `Name=value;…` form; raises InvalidInput when it names no account."""
        pairs = (part.split("=", 1) for part in connection_string.split(";") if "=" in part)
        values = {name.strip(): value.strip() for name, value in pairs}
        if "AccountName" not in values:
            raise InvalidInput("connection_string", "has no AccountName")
        return cls(
            name=values["AccountName"],
            key=values.get("AccountKey"),
            sas=values.get("SharedAccessSignature"),
            endpoint=values.get("BlobEndpoint") or _endpoint(values),
        )

    def container(self, name: str) -> AzureStore:
        """Open container `name`, which need not exist yet."""
        return _open_container(self, name)

    def create_container(self, name: str) -> None:
        """Create container `name` if it is missing; obstore has no call for it."""
        from azure.core.exceptions import ResourceExistsError  # an optional dependency
        from azure.storage.blob import BlobServiceClient

        with BlobServiceClient(self.url, credential=self._sdk_credential()) as client:
            try:
                client.create_container(name)
            except ResourceExistsError:
                return

    @property
    def url(self) -> str:
        """Return the account's blob endpoint."""
        return self.endpoint or f"https://{self.name}.blob.core.windows.net"

    def config(self) -> "AzureConfig":
        """Return obstore's form of this account, without what is not set."""
        given = {
            "account_name": self.name,
            "account_key": _plain(self.key),
            "sas_key": _plain(self.sas),
            "tenant_id": self.tenant_id,
            "client_id": self.client_id,
            "client_secret": _plain(self.client_secret),
            "endpoint": self.endpoint,
        }
        return cast("AzureConfig", {name: value for name, value in given.items() if value})

    def _sdk_credential(self) -> "str | TokenCredential | None":
        from azure.identity import ClientSecretCredential, DefaultAzureCredential

        if self.key or self.sas:
            return _plain(self.key or self.sas)
        if self.tenant_id and self.client_id and self.client_secret:
            return ClientSecretCredential(self.tenant_id, self.client_id, self.client_secret.get_secret_value())
        return DefaultAzureCredential()


@lru_cache
def _open_container(account: AzureAccount, name: str) -> AzureStore:
    return AzureStore(
        name,
        config=account.config(),
        client_options={"allow_http": account.url.startswith("http://")},
        retry_config=RETRIES,
    )


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _account_name(url: str) -> str:
    return url.split("://")[-1].split(".")[0]


def _endpoint(values: dict[str, str]) -> str | None:
    suffix = values.get("EndpointSuffix")
    return f"https://{values['AccountName']}.blob.{suffix}" if suffix else None
