"""Request and result models of housekeeping, the service probe and the nightly proof."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class HousekeepingRequest(BaseModel):
    """What to tidy up, and how carefully."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(False, description="Only say what would go")
    grace_hours: float = Field(
        24, ge=0, le=720, description="Unnamed bytes are kept so long; below 2 only while nothing else runs"
    )
    limit: int = Field(1000, ge=1, le=100_000, description="Of each kind at most; the rest waits for the next time")


class HousekeepingLine(BaseModel):
    """One kind of thing: what went, what stayed, and why."""

    kind: str
    removed: int
    removed_bytes: int = 0
    kept: int
    why_kept: str


class HousekeepingReport(BaseModel):
    """What housekeeping did, or in a dry run would do."""

    dry_run: bool
    ended_before: datetime = Field(description="Older than this is old")
    lines: list[HousekeepingLine]
    foreign: list[str] = Field([], description="Files and documents that no rule knows; they stay")
    notes: list[str] = []


ServiceState = Literal["up", "down", "unconfigured"]
SERVICES_DOCUMENT = "health/services.json"  # a ServicesReport


class ServiceHealth(BaseModel):
    """How one outside service was when it was last asked."""

    state: ServiceState
    detail: str = Field("", description="Its version, or what is wrong")
    latency_s: float = Field(0.0, ge=0)
    checked_at: datetime
    since: datetime = Field(description="In this state since then")


class ServicesReport(BaseModel):
    """How every outside service was when it was last asked."""

    checked_at: datetime
    services: dict[str, ServiceHealth]


class RingProofRequest(BaseModel):
    """Which prompts of the offline designer to make rings of."""

    model_config = ConfigDict(extra="forbid")

    prompts: list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]] = Field(
        [], max_length=1000, description="Instead of the project's list"
    )
    limit: int | None = Field(None, ge=1, description="Only so many, from the top of the list")
    at_once: int = Field(1, ge=1, le=4, description="Rings made side by side")


class ProofRow(BaseModel):
    """One prompt's ring."""

    prompt: str
    valid: bool
    failings: list[str] = Field([], description="The promises that the ring breaks, or why there is none")
    seconds: float = Field(ge=0)
    cost_usd: float = 0.0
    run_id: str = ""
    made_at: datetime


class RingProofReport(BaseModel):
    """A night's rings, and what changed since they were last made."""

    made_at: datetime
    rows: list[ProofRow]
    new_failures: list[str] = Field([], description="Prompts whose ring was valid and no longer is")
    fixed: list[str] = []
    slower: list[str] = Field([], description="Prompts that take much longer than they did")
