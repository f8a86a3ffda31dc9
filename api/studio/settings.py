"""Settings of the studio: where it listens, what makes its pictures, and how much it takes on."""

import os
from functools import lru_cache
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class StudioSettings(BaseSettings):
    """Every field is the environment variable ATELIER_STUDIO_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_STUDIO_", extra="ignore", populate_by_name=True)

    host: str = Field("127.0.0.1", description="Where the studio listens; it asks nobody for a key")
    port: int = Field(8010, ge=1, le=65535)
    engine: Literal["auto", "classical", "models"] = Field(
        "auto", description="auto: models where torch, CUDA and weights are there; models: refuse to start without"
    )
    threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="Pictures worked on at once"
    )
    max_waiting: int = Field(64, ge=0, le=10_000, description="Pieces of work that may wait; one more is refused")
    max_waiting_bytes: int = Field(512 * 1024 * 1024, ge=0, description="Of the pictures that wait, all together")
    answer_timeout_s: float = Field(300, gt=0, le=3600, description="For a request that waits for its result")
    job_ttl_s: float = Field(3600, gt=0, le=604_800, description="How long a finished job stays readable")
    max_jobs: int = Field(1000, ge=1, le=100_000, description="Finished jobs of a service, newest first")
    max_body_bytes: int = Field(64 * 1024 * 1024, ge=1024)
    max_picture_bytes: int = Field(32 * 1024 * 1024, ge=1024, description="Of one picture, before it is decoded")
    max_work_pixels: int = Field(
        16_000_000, ge=4096, description="Of a picture that is cut out, masked or worn; resizing takes larger ones"
    )
    fetch_timeout_s: float = Field(30, gt=0, le=600, description="For a picture behind an https URL")


@lru_cache(maxsize=1)
def studio_settings() -> StudioSettings:
    """Return the process's settings of the studio."""
    return StudioSettings()
