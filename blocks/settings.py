"""Settings that blocks, flows and the command line share, read once from the environment."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Where things lie. Every field is the environment variable ATELIER_<FIELD> unless it says otherwise."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_", extra="ignore", populate_by_name=True)

    home: Path = Field(CHECKOUT / ".atelier", description="Everything that running writes: store, database, logs")
    store: Literal["local", "memory", "azure"] = Field("local", description="Where artifacts lie")
    container: str = Field(
        "agentic-artifacts",
        pattern=r"^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$",
        validation_alias=AliasChoices("ATELIER_CONTAINER", "RING_AZURE_CONTAINER_NAME", "AZURE_CONTAINER_NAME"),
    )
    azure_account_name: str = Field("", validation_alias=AliasChoices("RING_AZURE_ACCOUNT_NAME", "AZURE_ACCOUNT_NAME"))
    azure_account_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RING_AZURE_ACCOUNT_KEY", "AZURE_ACCOUNT_KEY")
    )
    azure_endpoint: str | None = Field(
        None,
        description="The account's blob endpoint, when it is not Azure's public one",
        validation_alias=AliasChoices("RING_AZURE_ENDPOINT", "AZURE_STORAGE_ENDPOINT"),
    )
    azure_credentials_block: str = Field(
        "atelier", description="A prefect-azure AzureBlobStorageCredentials block, used without an account key"
    )
    blender_python: Path = Field(CHECKOUT / ".venv-blender" / "bin" / "python", description="A Python with bpy")
    blender_socket: Path | None = Field(None, description="The warm Blender server; without it builds run cold")
    blender_executable: Path | None = Field(
        None,
        description="An external Blender, used when there is no Python with bpy",
        validation_alias=AliasChoices("RING_GEN_BLENDER_EXECUTABLE", "BLENDER_PATH", "BLENDER_EXEC"),
    )
    blender_timeout_s: float = Field(300, ge=30, le=3600, validation_alias="RING_GEN_BLENDER_TIMEOUT_SECONDS")
    hero_px: int = Field(768, ge=64, le=2048, description="Side of a ring's studio picture")
    view_px: int = Field(512, ge=64, le=2048, description="Side of each of its four views")
    allow_unsandboxed: bool = Field(False, description="Accept running untrusted scripts without a lockdown")


@lru_cache(maxsize=1)
def settings() -> Settings:
    """Return the process's settings."""
    return Settings()


def is_given(secret: SecretStr | None) -> bool:
    """Tell whether a secret is there: an empty or blank variable says that it is not."""
    return secret is not None and bool(secret.get_secret_value().strip())
