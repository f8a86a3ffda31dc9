"""Settings of the try-on: where its services are, which dialect they speak, and how patient we are with them."""

from functools import lru_cache
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Dialect = Literal["seed", "deployed"]
Polarity = Literal["auto", "white", "black"]


def _either(*names: str) -> AliasChoices:
    return AliasChoices(*names)


class TryOnSettings(BaseSettings):
    """Every field is the environment variable TRYON_<FIELD>, unless it says otherwise."""

    model_config = SettingsConfigDict(env_prefix="TRYON_", extra="ignore", populate_by_name=True)

    image_manipulator_url: str = Field("", validation_alias=_either("IMAGE_MANIPULATOR_URL", "image_manipulator_url"))
    birefnet_url: str = Field("", validation_alias=_either("BIREFNET_URL", "birefnet_url"))
    sam3_url: str = Field("", validation_alias=_either("SAM3_URL", "sam3_url"))
    a100_url: str = Field("", validation_alias=_either("A100_SERVER_URL", "A100_URL", "a100_url"))
    upstream_dialect: Dialect = Field("seed", description="What the services speak: contract annex §4.4")
    resize_mode: Literal["fixed_dimensions", "max_dimension"] = Field(
        "fixed_dimensions", validation_alias=_either("TRYON_RESIZE_MODE", "RESIZE_MODE", "resize_mode")
    )
    canvas_width_px: int = Field(2000, ge=64, le=4000)
    canvas_height_px: int = Field(2667, ge=64, le=4000)
    max_dimension_px: int = Field(1536, ge=64, le=4000, description="Of the resize mode max_dimension")
    image_reference: Literal["azure", "sas"] = Field(
        "azure", description="How a service that reads storage is told of a picture: azure:// URI, or signed https URL"
    )
    mask_polarity: Polarity = Field("auto", description="What SAM3 paints the jewelry; auto looks at the clicks")
    brush_size_scale: float = Field(
        1.0, gt=0, le=10, validation_alias=_either("TRYON_BRUSH_SIZE_SCALE", "BRUSH_SIZE_SCALE", "brush_size_scale")
    )
    lenient_strokes: bool = Field(False, description="Take strokes that a shipped client scales by 400 × 533")
    uploads_container: str = Field(
        "jewelry-uploads",
        validation_alias=_either("TRYON_AZURE_CONTAINER_NAME", "AZURE_CONTAINER", "uploads_container"),
        description="Where clients and services of the replaced system keep their own blobs; only read",
    )
    poll_s: float = Field(2, gt=0, le=60, description="Between two looks at a job, at most")
    poll_budget_s: float = Field(120, gt=0, le=3600, description="How long a job may take")
    connect_timeout_s: float = Field(10, gt=0, le=120)
    health_timeout_s: float = Field(5, gt=0, le=60)
    upload_timeout_s: float = Field(30, gt=0, le=600)
    resize_timeout_s: float = Field(60, gt=0, le=600)
    zoom_timeout_s: float = Field(30, gt=0, le=600)
    refine_timeout_s: float = Field(60, gt=0, le=600)
    generate_timeout_s: float = Field(300, gt=0, le=3600)
    flow_timeout_s: float = Field(
        900, gt=0, le=86_400, validation_alias=_either("TRYON_FLOW_TIMEOUT_SECONDS", "flow_timeout_s")
    )
    image_retry_delays_s: list[float] = Field([1, 2, 4, 8], description="Upload, resize, zoom check: five attempts")
    model_retry_delays_s: list[float] = Field([2, 4], description="BiRefNet, SAM3, A100: three attempts")


@lru_cache(maxsize=1)
def try_on_settings() -> TryOnSettings:
    """Return the process's settings of the try-on."""
    return TryOnSettings()
