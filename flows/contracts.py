"""Request and result models of every flow: the project's public interface."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from blocks.artifacts import Artifact
from tasks.domain.rings.report import RingProof
from tasks.domain.rings.spec import RingSpec


def _not_a_dot_directory(value: str) -> str:
    if value in (".", ".."):
        raise ValueError("must not be '.' or '..'")
    return value


SessionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,128}$"), AfterValidator(_not_a_dot_directory)]

ModelName = Literal["auto", "claude", "claude-sonnet", "claude-opus", "gemini", "offline"]
Previews = Literal["none", "hero", "views"]


class RingRequest(BaseModel):
    """What to make. A prompt, a reference picture, or both."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field("", max_length=20_000, description="The ring in words")
    reference: Artifact | None = Field(None, description="A stored picture to reproduce")
    model: ModelName = Field("auto", description="Who designs: a language model, or the offline designer")
    max_builds: int = Field(3, ge=1, le=10, description="Blender builds at most, the first one included")
    max_cost_usd: float = Field(5.0, gt=0, le=100, description="No call is made that could overshoot this")
    previews: Previews = Field("none", description="hero: one studio picture; views: eight named views")
    session_id: SessionId | None = Field(None, description="Chosen by the flow if empty")
    metadata: dict[str, Any] = Field(default_factory=dict, description="Stored as given")

    @model_validator(mode="after")
    def _something_to_make(self) -> "RingRequest":
        if not self.prompt.strip() and self.reference is None:
            raise ValueError("prompt or reference: at least one is needed")
        return self


class CallCost(BaseModel):
    """One paid language model call; failed calls that were billed are here too."""

    model: str
    input_tokens: int = Field(description="All input, cached or not")
    output_tokens: int = Field(description="All output, thinking included")
    cached_input_tokens: int = 0
    thinking_tokens: int = 0
    input_cost_per_mtok: float
    output_cost_per_mtok: float
    cost_usd: float
    purpose: str = Field("", description="design, or fix 1, fix 2 …")
    failed: bool = Field(False, description="Billed, but no usable answer")


class CostSummary(BaseModel):
    """What a run spent."""

    total_input_tokens: int = 0
    total_output_tokens: int = 0
    total_usd: float = 0.0
    calls: int = 0
    details: list[CallCost] = []

    @classmethod
    def of(cls, calls: list[CallCost]) -> "CostSummary":
        """Add up `calls`; USD rounded to 4 places, as the contract prints them."""
        return cls(
            total_input_tokens=sum(call.input_tokens for call in calls),
            total_output_tokens=sum(call.output_tokens for call in calls),
            total_usd=round(sum(call.cost_usd for call in calls), 4),
            calls=len(calls),
            details=calls,
        )


class BuildAttempt(BaseModel):
    """One round: a script, its build and its proof."""

    attempt: int = Field(ge=1)
    success: bool
    code_length: int
    error_text: str = Field("", max_length=3000)
    timestamp: str = Field(description="ISO 8601, UTC")
    verdict: str = Field("", description="built and sound, built with findings, or why it failed")
    cost_usd: float = Field(0.0, description="Of the language model call that wrote this script")


class RingResult(BaseModel):
    """What came of a request; `success` is False when no ring was made, and `error` says why."""

    success: bool
    session_id: str
    error: str | None = None
    llm_used: str = Field(description="claude, claude-sonnet, claude-opus, gemini or offline")
    model_id: str = Field("", description="The exact model, empty for the offline designer")
    needs_validation: bool
    glb: Artifact | None = None
    script: Artifact | None = None
    previews: dict[str, Artifact] = {}
    modules: list[str] = Field([], description="The functions that the script defines")
    spec: RingSpec | None = Field(None, description="Of the offline designer: the ring before any geometry")
    proof: RingProof | None = None
    spatial_report: str = ""
    retry_log: list[BuildAttempt] = []
    cost_summary: CostSummary = CostSummary()
    timings_s: dict[str, float] = Field({}, description="Seconds per step")
    blender_elapsed_s: float = 0.0
    assumptions: list[str] = []
    not_honoured: list[str] = []
    warnings: list[str] = []


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
