"""Settings of RunPod's contract."""

from functools import lru_cache

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MEGABYTE = 1024 * 1024


class RunPodSettings(BaseSettings):
    """RunPod's contract. Every field is RUNPOD_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="RUNPOD_", extra="ignore")

    api_key: SecretStr | None = Field(None, description="Asked of every caller as bearer, when set")
    endpoint_1_id: str = Field("image-generator", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Of worker 1's jobs")
    endpoint_2_id: str = Field("model-generator", pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Of worker 2's jobs")
    image_host: str = "127.0.0.1"
    image_port: int = Field(8201, ge=1, le=65535, description="Where worker 1's routes are at root")
    model_host: str = "127.0.0.1"
    model_port: int = Field(8202, ge=1, le=65535, description="Where worker 2's routes are at root")
    public_url: str = Field("", description="Put before links; if not given, where the caller called")
    default_wait_ms: int = Field(90_000, ge=1000, le=300_000, description="Of /runsync without ?wait=")
    max_queue_size: int = Field(64, ge=1, le=10_000, description="Waiting jobs of an operation; one more is refused")
    max_run_bytes: int = Field(10 * MEGABYTE, ge=1024, description="Body of /run")
    max_runsync_bytes: int = Field(20 * MEGABYTE, ge=1024, description="Body of /runsync")

    @property
    def max_body_bytes(self) -> int:
        """The larger of the two limits."""
        return max(self.max_run_bytes, self.max_runsync_bytes)


@lru_cache(maxsize=1)
def runpod_settings() -> RunPodSettings:
    """Return the process's settings of RunPod's contract."""
    return RunPodSettings()
