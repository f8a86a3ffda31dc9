"""Request and result models of every flow: the project's public interface."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from blocks.artifacts import Artifact
from tasks.domain.rings.report import RingProof
from tasks.domain.rings.spec import RingSpec
from tasks.domain.try_on.failures import TryOnFailure
from tasks.domain.try_on.pieces import Gender, JewelryType


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


PointSpace = Literal["canvas", "photo"]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
MAX_POINTS, MAX_STROKES, MAX_STROKE_POINTS = 100, 100, 2000


class MaskPoint(BaseModel):
    """A click: on the jewelry (1) or beside it (0); from the left and the top, as fractions."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: Fraction
    y: Fraction
    label: Literal[0, 1]


class StrokePoint(BaseModel):
    """A place that the brush passed, as fractions from the left and the top."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    x: Fraction
    y: Fraction


class BrushStroke(BaseModel):
    """One stroke of the brush over the mask; strokes are applied in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    points: list[StrokePoint] = Field(min_length=1, max_length=MAX_STROKE_POINTS)
    mode: Literal["add", "remove"]
    size: int = Field(20, ge=1, le=100, description="The brush's radius in pixels of the 2000 × 2667 canvas")


class TryOnPreprocessRequest(BaseModel):
    """A photograph of jewelry, and where the jewelry is."""

    model_config = ConfigDict(extra="forbid")

    photo: Artifact = Field(description="The photograph")
    points: list[MaskPoint] = Field(min_length=1, max_length=MAX_POINTS, description="At least one with label 1")
    point_space: PointSpace = Field(
        "canvas", description="Fractions of the canvas, or of the photo before it is padded"
    )
    jewelry_type: JewelryType = "necklace"
    session_id: str = Field("", max_length=200, description="Of the client, as given")
    user_id: str = Field("", max_length=200, description="Of the client, as given")

    @model_validator(mode="after")
    def _something_is_pointed_at(self) -> "TryOnPreprocessRequest":
        if not any(point.label == 1 for point in self.points):
            raise ValueError("points: at least one must have label 1, on the jewelry")
        return self


class TryOnRequest(TryOnPreprocessRequest):
    """A photograph of jewelry, and who is to wear it."""

    strokes: list[BrushStroke] = Field([], max_length=MAX_STROKES, description="Corrections of the mask")
    gender: Gender = Field("female", description="Of the person who wears it")


class TryOnGenerateRequest(BaseModel):
    """A prepared photograph and its mask, and who is to wear the jewelry."""

    model_config = ConfigDict(extra="forbid")

    photo: Artifact = Field(description="As try-on-preprocess resized it")
    mask: Artifact = Field(description="White where the jewelry is")
    strokes: list[BrushStroke] = Field([], max_length=MAX_STROKES, description="Corrections of the mask")
    scaled_points: list[tuple[float, float]] = Field(
        [], max_length=MAX_POINTS, description="Places on the jewelry, in pixels of the photo; without them no metrics"
    )
    jewelry_type: JewelryType = "necklace"
    gender: Gender = Field("female", description="Of the person who wears it")
    session_id: str = Field("", max_length=200, description="Of the client, as given")
    user_id: str = Field("", max_length=200, description="Of the client, as given")


class Padding(BaseModel):
    """What was added around the photo to fill the canvas, in pixels of the canvas."""

    top: int = Field(0, ge=0)
    bottom: int = Field(0, ge=0)
    left: int = Field(0, ge=0)
    right: int = Field(0, ge=0)


class FidelityMetrics(BaseModel):
    """How well the jewelry in a picture covers the jewelry in the photo, over pixels of jewelry."""

    precision: float = Field(ge=0, le=1, description="|in ∩ out| / |out|")
    recall: float = Field(ge=0, le=1, description="|in ∩ out| / |in|")
    iou: float = Field(ge=0, le=1, description="|in ∩ out| / |in ∪ out|")
    growth_ratio: float = Field(ge=0, description="|out| / |in|")


class TryOnPreprocessResult(BaseModel):
    """The prepared photo and its mask; `success` is False when a step failed, and `failure` says why."""

    success: bool
    failure: TryOnFailure | None = None
    original: Artifact | None = None
    resized: Artifact | None = None
    mask: Artifact | None = Field(None, description="PNG, white where the jewelry is")
    cutout: Artifact | None = Field(None, description="The photo without its background, where that was removed")
    background_removed: bool = False
    padding: Padding = Padding()
    scaled_points: list[tuple[float, float]] = Field([], description="The clicks with label 1, in pixels of `resized`")
    engines: dict[str, str] = Field({}, description="Which engine did each step, as its service says")
    timings_s: dict[str, float] = Field({}, description="Seconds per step")
    warnings: list[str] = []


class TryOnResult(TryOnPreprocessResult):
    """The pictures of a person who wears the jewelry, and how faithful they are."""

    flux: Artifact | None = Field(None, description="JPEG")
    gemini: Artifact | None = Field(None, description="JPEG; the second variant, None when the service made none")
    flux_metrics: FidelityMetrics | None = None
    gemini_metrics: FidelityMetrics | None = None
    flux_fidelity: Artifact | None = Field(None, description="JPEG: where the jewelry was kept, lost and added")
    gemini_fidelity: Artifact | None = None


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
