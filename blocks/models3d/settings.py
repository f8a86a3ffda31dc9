"""Settings of the 3D pipeline: where its TRELLIS server is, how pictures are sent to it, and how patient we are."""

from functools import lru_cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ImageReference = Literal["azure", "sas", "inline"]


class TrellisSettings(BaseSettings):
    """Every field is the environment variable TRELLIS_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="TRELLIS_", extra="ignore", populate_by_name=True)

    url: str = Field("", description="Of the server; without it the service is missing")
    devices: int = Field(1, ge=1, le=1000, description="GPUs behind the URL: so many reconstructions run at once")
    image_reference: ImageReference = Field(
        "azure", description="How it is told of a picture: azure:// URI, signed https URL, or the bytes themselves"
    )
    timeout_s: float = Field(900, gt=0, le=86_400, description="For one model, its wait for the GPU included")
    connect_timeout_s: float = Field(10, gt=0, le=120)
    health_timeout_s: float = Field(5, gt=0, le=60)


@lru_cache(maxsize=1)
def trellis_settings() -> TrellisSettings:
    """Return the process's settings of the TRELLIS server."""
    return TrellisSettings()
