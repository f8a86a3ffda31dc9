"""Request and result models of the try-on pipeline."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blocks.artifacts import Artifact
from tasks.domain.try_on.failures import TryOnFailure
from tasks.domain.try_on.pieces import Gender, JewelryType

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
