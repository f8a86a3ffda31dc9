"""What the try-on contract takes: its bodies in camelCase or snake_case, with their limits. Other keys are ignored."""

import logging
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, model_validator
from pydantic.alias_generators import to_camel

from api.states import TryOnWord
from flows.contracts import (
    MAX_POINTS,
    MAX_STROKE_POINTS,
    MAX_STROKES,
    BrushStroke,
    Fraction,
    MaskPoint,
    PointSpace,
    StrokePoint,
)
from tasks.domain.try_on.pieces import Gender, JewelryType

logger = logging.getLogger("atelier.api")

LENIENT = "lenient"  # in the validation's context: whether strokes are taken as the shipped client scales them
MAX_ALL_STROKE_POINTS = 10_000  # they travel in the run's parameters, which Prefect caps
MAX_URI_CHARACTERS = 1024
MAX_FETCHED = 20
DIGITS = 6  # of a fraction of the canvas: a thousandth of a pixel

# One of the shipped clients divides pixels of the canvas by the size of its own drawing of it.
CANVAS_PX, CLIENT_PX = (2000, 2667), (400, 533)
MAX_CLIENT_COORDINATE = CANVAS_PX[1] / CLIENT_PX[1]

Opaque = Annotated[str, Field(max_length=200)]
Uri = Annotated[str, Field(max_length=MAX_URI_CHARACTERS)]
Pixel = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
ScaledPoints = Annotated[list[tuple[Pixel, Pixel]], Field(max_length=MAX_POINTS, fail_fast=True)]


class Body(BaseModel):
    """A request's body."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True)


class PointBody(Body):
    """A click: on the jewelry (1) or beside it (0)."""

    x: Fraction
    y: Fraction
    label: Literal[0, 1]


class StrokePointBody(Body):
    """A place that the brush passed; above 1 only where strokes are taken leniently."""

    x: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    y: Annotated[float, Field(ge=0, allow_inf_nan=False)]


class StrokeBody(Body):
    """One stroke of the brush over the mask."""

    points: Annotated[list[StrokePointBody], Field(min_length=1, max_length=MAX_STROKE_POINTS, fail_fast=True)]
    mode: Literal["add", "remove"]
    size: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] = 20.0

    @model_validator(mode="after")
    def _scale(self, info: ValidationInfo) -> Self:
        lenient = bool((info.context or {}).get(LENIENT))
        largest = max(max(point.x, point.y) for point in self.points)
        if largest > 1 and not lenient:
            raise ValueError(f"points: x and y must lie in [0, 1]; {largest:g} does not")
        if largest > MAX_CLIENT_COORDINATE:
            raise ValueError(f"points: x and y must be at most {MAX_CLIENT_COORDINATE:.3f}; {largest:g} is not")
        if largest > 1:
            logger.warning("a stroke with coordinates up to %g is taken as scaled by %s × %s", largest, *CLIENT_PX)
            self.points = [_from_client(point) for point in self.points]
        if not lenient and not self.size.is_integer():
            raise ValueError(f"size: must be a whole number of pixels; {self.size:g} is not")
        return self

    def stroke(self) -> BrushStroke:
        """Return it as the flow takes it."""
        points = [StrokePoint(x=round(point.x, DIGITS), y=round(point.y, DIGITS)) for point in self.points]
        return BrushStroke(points=points, mode=self.mode, size=round(self.size))


def _from_client(point: StrokePointBody) -> StrokePointBody:
    x, y = point.x * CLIENT_PX[0] / CANVAS_PX[0], point.y * CLIENT_PX[1] / CANVAS_PX[1]
    return StrokePointBody(x=min(x, 1.0), y=min(y, 1.0))


class PhotoBody(Body):
    """Body of `POST /workflow/preprocess`."""

    original_image_base64: str = Field(
        min_length=1, description="A JPEG or PNG of at most 20 MB in base64, or a data URL"
    )
    mask_points: Annotated[list[PointBody], Field(min_length=1, max_length=MAX_POINTS, fail_fast=True)]
    point_space: PointSpace | None = Field(
        None, description="photo: fractions of the photo as sent; canvas, unless said: of the padded 3:4 canvas"
    )
    jewelry_type: JewelryType | None = Field(None, description="necklace, unless said")
    session_id: Opaque | None = None
    user_id: Opaque | None = None

    @model_validator(mode="after")
    def _something_is_pointed_at(self) -> Self:
        if not any(point.label == 1 for point in self.mask_points):
            raise ValueError("maskPoints: at least one must have label 1, on the jewelry")
        return self

    def points(self) -> list[MaskPoint]:
        """Return the clicks as the flow takes them."""
        return [MaskPoint(x=point.x, y=point.y, label=point.label) for point in self.mask_points]


class Brushed(Body):
    """What bodies with strokes have in common."""

    brush_strokes: Annotated[list[StrokeBody], Field(max_length=MAX_STROKES, fail_fast=True)] | None = None
    gender: Gender | None = Field(None, description="Of the person who wears it; female, unless said")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        points = sum(len(stroke.points) for stroke in self.brush_strokes or [])
        if points > MAX_ALL_STROKE_POINTS:
            raise ValueError(f"brushStrokes: {points} points in all; at most {MAX_ALL_STROKE_POINTS} are taken")
        return self

    def strokes(self) -> list[BrushStroke]:
        """Return the strokes as the flow takes them."""
        return [stroke.stroke() for stroke in self.brush_strokes or []]


class StartBody(PhotoBody, Brushed):
    """Body of `POST /workflow/start`."""


class GenerateBody(Brushed):
    """Body of `POST /workflow/generate`."""

    image_uri: Uri = Field(description="`resizedUri` of a preprocess result")
    mask_uri: Uri = Field(description="`maskUri` of a preprocess result")
    scaled_points: ScaledPoints | None = Field(
        None, description="`scaledPoints` of a preprocess result, in pixels of the image; without them no metrics"
    )
    jewelry_type: JewelryType | None = Field(None, description="necklace, unless said")
    session_id: Opaque | None = None
    user_id: Opaque | None = None


class CancelBody(Body):
    """Body of `POST /workflow/{id}/cancel`."""

    reason: Annotated[str, Field(max_length=500)] | None = None


class OverlayBody(Body):
    """Body of `POST /overlay`."""

    image_uri: Uri
    mask_uri: Uri


class FetchBody(Body):
    """Body of `POST /images/fetch`."""

    uris: Annotated[dict[str, Any], Field(max_length=MAX_FETCHED)]


class Accepted(BaseModel):
    """Answer of the three routes that start a workflow, and of a cancel."""

    workflowId: str  # noqa: N815 - as it is on the wire
    status: TryOnWord
