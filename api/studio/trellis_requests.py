"""What a TRELLIS server is asked: a picture, and how to make a model of it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.studio.requests import Picture

TrellisModel = Literal["trellis", "trellis2"]
MAX_SEED = 2**31 - 1


class SamplerParams(BaseModel):
    """How a sampler takes its steps, in TRELLIS' own words."""

    steps: int = Field(12, ge=1, le=100)
    cfg_strength: float = Field(7.5, ge=0, le=30, allow_inf_nan=False)


class How(BaseModel):
    """What TRELLIS is told beside the picture; the defaults are its own. An engine without samplers ignores theirs."""

    seed: int = Field(1, ge=0, le=MAX_SEED)
    sparse_structure_sampler_params: SamplerParams = SamplerParams()
    slat_sampler_params: SamplerParams = SamplerParams(cfg_strength=3.0)
    simplify: float = Field(0.95, ge=0, lt=1, description="Share of the triangles to do without")
    texture_size: Annotated[int, Field(ge=64, le=4096)] = 1024


class GenerateModel(How):
    """The body of `generate`."""

    image: Picture
    model: TrellisModel | None = Field(None, description="None: what the server has")
