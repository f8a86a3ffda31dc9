"""Request and result models of the ring pipeline."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from blocks.artifacts import Artifact
from flows.contracts.costs import CostSummary
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
