"""Request and result models of the 3D pipeline: concepts, models, print sizes."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from blocks.artifacts import Artifact
from flows.contracts.costs import CostSummary
from tasks.domain.meshes.proof import MeshProof
from tasks.domain.meshes.report import CleaningReport
from tasks.domain.meshes.sizes import Factors, TargetDimensions

ConceptProvider = Literal["auto", "openai", "gemini", "offline"]
ModelFormat = Literal["stl", "3mf", "obj", "usdz"]
TrellisModel = Literal["trellis", "trellis2"]
Url = Annotated[str, Field(min_length=1, max_length=4096)]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


class ConceptsRequest(BaseModel):
    """What to draw: words, a picture to start from, or both."""

    model_config = ConfigDict(extra="forbid")

    prompt: str = Field("", max_length=4000, description="The piece in words")
    picture: Artifact | None = Field(None, description="A stored picture to work from")
    picture_url: Url | None = Field(None, description="Instead of `picture`: where it is fetched from")
    style: str | None = Field(None, max_length=64, description="An id of the style catalogue")
    n: int = Field(2, ge=1, le=4, description="How many concepts")
    seed: Seed = Field(1, description="Of the offline illustrator; services draw anew each time")
    provider: ConceptProvider = Field("auto", description="Who draws; auto: the first with a key, else offline")
    max_cost_usd: float = Field(1.0, gt=0, le=100, description="No call is made that could overshoot this")

    @model_validator(mode="after")
    def _something_to_draw(self) -> Self:
        if self.picture is not None and self.picture_url is not None:
            raise ValueError("picture, picture_url: at most one may be given")
        if not self.prompt.strip() and self.picture is None and self.picture_url is None:
            raise ValueError("prompt, picture or picture_url: at least one is needed")
        return self


class ConceptsResult(BaseModel):
    """The concepts; `success` is False when there are none, and `error` says why."""

    success: bool
    error: str | None = None
    provider: str = Field("", description="openai, gemini or offline")
    model_id: str = Field("", description="The exact model; of the offline illustrator, what it drew with")
    prompt: str = Field("", description="As it was sent, with the style's words")
    concepts: list[Artifact] = Field([], description="PNG, one or more")
    cost_summary: CostSummary = CostSummary()
    timings_s: dict[str, float] = Field({}, description="Seconds per step")
    warnings: list[str] = []


class Sampler(BaseModel):
    """How a TRELLIS sampler takes its steps; the defaults are TRELLIS' own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: int = Field(12, ge=1, le=100)
    cfg_strength: float = Field(7.5, ge=0, le=30, allow_inf_nan=False, description="Guidance by the picture")


class Reconstruction(BaseModel):
    """How a picture becomes a mesh."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: TrellisModel | None = Field(None, description="Which model; if not said, the one that the server has")
    seed: Seed = 1
    sparse_structure: Sampler = Field(Sampler(), description="First stage: where there is something")
    slat: Sampler = Field(Sampler(cfg_strength=3.0), description="Second stage: what its surface is like")
    simplify: float = Field(0.95, ge=0, lt=1, description="Share of the triangles to do without")
    texture_px: int = Field(1024, ge=64, le=4096, description="Edge of the texture")


class _OneModel(BaseModel):
    """Names a model file: one that is stored, or where it is fetched from."""

    model_config = ConfigDict(extra="forbid")

    model: Artifact | None = Field(None, description="A stored GLB")
    model_url: Url | None = Field(None, description="Instead of `model`: where it is fetched from")

    @model_validator(mode="after")
    def _one_model(self) -> Self:
        if (self.model is None) == (self.model_url is None):
            raise ValueError("model, model_url: exactly one is needed")
        return self


class ModelRequest(BaseModel):
    """A picture to make a model of."""

    model_config = ConfigDict(extra="forbid")

    picture: Artifact | None = Field(None, description="A stored picture of one piece")
    picture_url: Url | None = Field(None, description="Instead of `picture`: where it is fetched from")
    prompt: str = Field("", max_length=4000, description="Kept with the result; no TRELLIS model reads words")
    style: str | None = Field(None, max_length=64, description="Kept with the result")
    reconstruction: Reconstruction = Reconstruction()
    keep_small_parts: bool = Field(True, description="Keep separate parts below 5 % of the size, such as gems")

    @model_validator(mode="after")
    def _one_picture(self) -> Self:
        if (self.picture is None) == (self.picture_url is None):
            raise ValueError("picture, picture_url: exactly one is needed")
        return self


class ModelResult(BaseModel):
    """The model; `success` is False when there is none, and `error` says why."""

    success: bool
    error: str | None = None
    failed_step: str | None = None
    picture: Artifact | None = Field(None, description="What it was made of")
    raw: Artifact | None = Field(None, description="GLB as reconstructed")
    model: Artifact | None = Field(None, description="GLB, cleaned; centred, its longest side 1")
    views: Artifact | None = Field(None, description="PNG: four views")
    engine: str = Field("", description="What reconstructed it, as its server says")
    cleaning: CleaningReport | None = None
    proof: MeshProof | None = Field(None, description="At the normalised size, where 1 unit is 1 m")
    timings_s: dict[str, float] = Field({}, description="Seconds per step")
    warnings: list[str] = []


class RescaleRequest(_OneModel):
    """A model, and the size that it is to have."""

    scale_factor: float | None = Field(None, gt=0, le=1e6, allow_inf_nan=False)
    target_dimensions: TargetDimensions | None = None
    keep_aspect: bool = Field(False, description="Of several axes, let the tightest decide")
    formats: list[ModelFormat] = Field(["stl", "3mf"], max_length=4, description="Beside GLB; STL and 3MF are in mm")

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.scale_factor is None) == (self.target_dimensions is None):
            raise ValueError("scale_factor, target_dimensions: exactly one is required")
        return self


class RescaleResult(BaseModel):
    """The model in its size; `success` is False when there is none, and `error` says why."""

    success: bool
    error: str | None = None
    failed_step: str | None = None
    model: Artifact | None = Field(None, description="GLB in metres")
    files: dict[ModelFormat, Artifact] = Field({}, description="The other formats")
    views: Artifact | None = Field(None, description="PNG: four views with dimensions")
    factors: Factors | None = Field(None, description="By how much each axis grew")
    proof: MeshProof | None = None
    timings_s: dict[str, float] = Field({}, description="Seconds per step")
    warnings: list[str] = []
