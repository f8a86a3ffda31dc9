"""Settings of the shim: where it listens, whom it lets in, and the contracts' limits."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

from prefect.settings import PREFECT_API_URL
from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.settings import CHECKOUT, is_given
from deployments.catalog import default_concurrency

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]

# Any port of the machine itself, and the two hosted frontends that the seeds name.
BROWSER_ORIGINS = (
    r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?|https://([a-z0-9-]+\.)*(lovableproject\.com|lovable\.app)"
)


class ApiSettings(BaseSettings):
    """The combined app. Every field is the environment variable ATELIER_API_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_API_", extra="ignore", populate_by_name=True)

    host: str = Field("127.0.0.1", description="Where the combined app listens")
    port: int = Field(8000, ge=1, le=65535)
    cors_origin_regex: str = Field(BROWSER_ORIGINS, description="Browser origins that may call")
    max_body_bytes: int = Field(16 * 1024 * 1024, ge=1024, description="A picture of 10 MiB in base64, and its frame")
    prefect_api_url: str = Field(
        default_factory=lambda: PREFECT_API_URL.value() or "",
        validation_alias="PREFECT_API_URL",
        description="Of Prefect",
    )
    prefect_timeout_s: float = Field(10, gt=0, le=120, description="Patience with one call of the Prefect API")
    key: SecretStr | None = Field(None, description="Asked of the native API's callers, when set; several by commas")
    max_wait_s: float = Field(120, ge=1, le=3600, description="That `Prefer: wait=N` may ask for")
    link_ttl_s: float = Field(3600, ge=60, le=604_800, description="How long a result's links to artifacts hold")
    run_cache_s: float = Field(1.0, ge=0, le=1, description="How long one read of a run serves every poller")


class RingSettings(BaseSettings):
    """The ring contract. Every field is RING_GEN_<FIELD>, unless it says otherwise."""

    model_config = SettingsConfigDict(env_prefix="RING_GEN_", extra="ignore", populate_by_name=True)

    host: str = "0.0.0.0"
    port: int = Field(8102, ge=1, le=65535)
    log_level: LogLevel = Field("INFO", validation_alias=AliasChoices("LOG_LEVEL", "RING_GEN_LOG_LEVEL"))
    service_name: str = "ring-generator-service"
    api_key: SecretStr | None = Field(None, description="Asked of every caller in X-API-Key, when set")
    max_error_retries: int = Field(3, ge=1, le=10, description="Blender builds at most, the first one included")
    max_cost_per_request_usd: float = Field(5.0, ge=0.1, le=100)
    max_concurrent_jobs: int = Field(default_factory=default_concurrency, ge=1, le=32)
    max_queue_size: int = Field(64, ge=1, le=10_000, description="Waiting jobs; one more is refused")
    sync_wait_timeout_seconds: float = Field(600, ge=60, le=3600)
    finished_job_ttl_seconds: float = Field(3600, ge=60, le=172_800)
    cleanup_interval_seconds: float = Field(30, ge=5, le=3600, description="Of the scheduled clean-up; reads need none")
    max_job_records: int = Field(2000, ge=100, le=200_000, description="Finished jobs that stay readable, newest first")
    anthropic_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RING_GEN_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY")
    )
    gemini_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RING_GEN_GEMINI_API_KEY", "GEMINI_API_KEY")
    )

    def missing_key(self, llm_name: str) -> str | None:
        """Return the environment variable that `llm_name` needs and that is not set, or None."""
        if llm_name.startswith("claude") and not is_given(self.anthropic_api_key):
            return "ANTHROPIC_API_KEY"
        if llm_name == "gemini" and not is_given(self.gemini_api_key):
            return "GEMINI_API_KEY"
        return None


class AgenticSettings(BaseSettings):
    """The agentic contract. Every field is AGENTIC_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="AGENTIC_", extra="ignore", populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = Field(8090, ge=1, le=65535)
    api_key: SecretStr | None = Field(None, description="Asked of every caller in X-API-Key, when set")
    dags: Path = Field(CHECKOUT / "deployments" / "dags.yaml", description="The file of tools and workflows")
    max_queue_size: int = Field(64, ge=1, le=10_000, description="Waiting workflows; one more is refused")
    result_wait_timeout_seconds: float = Field(600, ge=1, le=3600, description="How long /result waits at most")


class TryOnApiSettings(BaseSettings):
    """The try-on contract. Every field is TRYON_<FIELD>, unless it says otherwise."""

    model_config = SettingsConfigDict(env_prefix="TRYON_", extra="ignore", populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = Field(8001, ge=1, le=65535, validation_alias=AliasChoices("TRYON_API_PORT", "API_PORT", "port"))
    api_key: SecretStr | None = Field(None, description="Asked of every caller in X-API-Key, when set")
    max_queue_size: int = Field(64, ge=1, le=10_000, description="Waiting workflows of a kind; one more is refused")
    max_image_bytes: int = Field(20 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024, description="Of a photo, decoded")
    probe_services: Literal["on", "off"] = Field("on", description="off: /health calls every service unknown")
    probe_cache_s: float = Field(10, ge=0, le=600, description="How long one look at the services serves /health")

    @property
    def max_body_bytes(self) -> int:
        """A photo in base64, broken into lines perhaps, and 2 MiB for points and strokes."""
        return self.max_image_bytes * 11 // 8 + 2 * 1024 * 1024


@lru_cache(maxsize=1)
def api_settings() -> ApiSettings:
    """Return the process's settings of the combined app."""
    return ApiSettings()


@lru_cache(maxsize=1)
def agentic_settings() -> AgenticSettings:
    """Return the process's settings of the agentic contract."""
    return AgenticSettings()


@lru_cache(maxsize=1)
def try_on_api_settings() -> TryOnApiSettings:
    """Return the process's settings of the try-on contract."""
    return TryOnApiSettings()


@lru_cache(maxsize=1)
def ring_settings() -> RingSettings:
    """Return the process's settings of the ring contract."""
    return RingSettings()
