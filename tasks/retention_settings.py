"""Settings of retention: how long finished work is kept."""

from datetime import timedelta
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DAY_S = 86_400


class RetentionSettings(BaseSettings):
    """Every field is the environment variable ATELIER_<FIELD> unless it says otherwise."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_", extra="ignore", populate_by_name=True)

    retention_days: float = Field(30, gt=0, le=3650, description="Finished runs, their documents and sessions")
    upkeep_retention_days: float = Field(3, gt=0, le=3650, description="Runs of housekeeping and the service probe")
    ring_ttl_s: float = Field(
        3600,
        ge=60,
        validation_alias="RING_GEN_FINISHED_JOB_TTL_SECONDS",
        description="So long the ring contract promises to answer for a finished job",
    )

    @model_validator(mode="after")
    def _keep_the_contracts_promise(self) -> Self:
        if self.retention_days * DAY_S < self.ring_ttl_s:
            raise ValueError(
                f"retention_days: {self.retention_days:g} days end before RING_GEN_FINISHED_JOB_TTL_SECONDS "
                f"({self.ring_ttl_s:g} s) does; raise ATELIER_RETENTION_DAYS"
            )
        return self

    @property
    def retention(self) -> timedelta:
        """How long a finished run is kept."""
        return timedelta(days=self.retention_days)

    @property
    def upkeep_retention(self) -> timedelta:
        """How long a finished run of upkeep is kept."""
        return timedelta(days=self.upkeep_retention_days)
