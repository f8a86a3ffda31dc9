"""What the four services are asked, in both dialects: the seed's names blobs, the deployed one may carry the bytes.

Which dialect a body is in is told from its field for the picture. Unknown fields are ignored.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BaseModel, Discriminator, Field, Tag, model_validator

from tasks.domain.try_on.pieces import Gender, JewelryType

CANVAS_PX = (2000, 2667)
MAX_EDGE_PX = 4096
MAX_POINTS, MAX_STROKES, MAX_STROKE_POINTS = 100, 100, 2000

Edge = Annotated[int, Field(ge=1, le=MAX_EDGE_PX)]
Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Px = Annotated[float, Field(ge=0, le=MAX_EDGE_PX * 16, allow_inf_nan=False)]
Label = Literal[0, 1]
Reference = Annotated[
    str, Field(min_length=1, description="azure:// URI of a blob, https URL (signed, if need be), or data URL")
]
Base64 = Annotated[str, Field(min_length=1, description="The file in base64, bare or as a data URL")]


class Picture(BaseModel):
    """A picture in the deployed dialect: named or carried."""

    uri: Reference | None = None
    base64: Base64 | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.uri is None) == (self.base64 is None):
            raise ValueError("uri, base64: exactly one is needed")
        return self


def _dialects(field: str) -> Discriminator:
    """Tell the deployed dialect from the seed's by the presence of `field`."""

    def tell(body: Any) -> str:
        return "deployed" if isinstance(body, dict) and field in body else "seed"

    return Discriminator(tell)


class SeedResize(BaseModel):
    """Resize a blob: within `max_dimension`, or onto a canvas when `flag` says so."""

    image_uri: Reference
    max_dimension: Edge = Field(1536, description="Of the longer side; nothing is enlarged")
    target_width: Edge | None = None
    target_height: Edge | None = None
    flag: Literal["fixed_dimensions"] | None = Field(None, description="The canvas wins over max_dimension")

    @property
    def canvas(self) -> tuple[int, int] | None:
        """Width and height of the canvas, None where `max_dimension` rules."""
        if self.flag is None or self.target_width is None or self.target_height is None:
            return None
        return self.target_width, self.target_height

    @model_validator(mode="after")
    def _a_canvas_has_a_size(self) -> Self:
        if self.flag and (self.target_width is None or self.target_height is None):
            raise ValueError("target_width, target_height: both are needed with the flag fixed_dimensions")
        return self


class DeployedResize(BaseModel):
    """Fit a picture onto a canvas."""

    image: Picture
    target_width: Edge = CANVAS_PX[0]
    target_height: Edge = CANVAS_PX[1]
    flag: Literal["fixed_dimensions"] = "fixed_dimensions"

    @property
    def canvas(self) -> tuple[int, int]:
        """Width and height of the canvas."""
        return self.target_width, self.target_height


ResizeBody = Annotated[
    Annotated[SeedResize, Tag("seed")] | Annotated[DeployedResize, Tag("deployed")], _dialects("image")
]


class SeedPicture(BaseModel):
    """A blob, and nothing else to say about it."""

    image_uri: Reference


class DeployedPicture(BaseModel):
    """A picture, and nothing else to say about it."""

    image: Picture


class DeployedJob(BaseModel):
    """A picture, wrapped once more, as the job services take it."""

    data: DeployedPicture


ZoomBody = Annotated[
    Annotated[SeedPicture, Tag("seed")] | Annotated[DeployedPicture, Tag("deployed")], _dialects("image")
]
CutOutBody = Annotated[Annotated[SeedPicture, Tag("seed")] | Annotated[DeployedJob, Tag("deployed")], _dialects("data")]


def _check_labels(points: list[Any], labels: list[Label], name: str) -> None:
    if len(points) != len(labels):
        raise ValueError(f"{name}: {len(labels)} of them for {len(points)} points")
    if 1 not in labels:
        raise ValueError(f"{name}: at least one must be 1, on the jewelry")


class SeedSegment(BaseModel):
    """Clicks as fractions from the left and the top, 1 on the jewelry and 0 beside it."""

    image_uri: Reference
    points: list[tuple[Fraction, Fraction]] = Field(min_length=1, max_length=MAX_POINTS)
    labels: list[Label] = Field(max_length=MAX_POINTS)
    invert_mask: bool = Field(False, description="Paint the jewelry black on white")

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        _check_labels(self.points, self.labels, "labels")
        return self


class SegmentData(BaseModel):
    """Clicks in pixels of the picture, 1 on the jewelry and 0 beside it."""

    image: Picture
    points: list[tuple[Px, Px]] = Field(min_length=1, max_length=MAX_POINTS)
    point_labels: list[Label] = Field(max_length=MAX_POINTS)
    invert_mask: bool = Field(False, description="Paint the jewelry black on white")

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        _check_labels(self.points, self.point_labels, "point_labels")
        return self


class DeployedSegment(BaseModel):
    """Clicks and their picture, wrapped once more."""

    data: SegmentData


SegmentBody = Annotated[
    Annotated[SeedSegment, Tag("seed")] | Annotated[DeployedSegment, Tag("deployed")], _dialects("data")
]


class SeedStroke(BaseModel):
    """A stroke of the brush through fractions; `size` is its radius in pixels of a canvas 2000 px wide."""

    points: list[tuple[Fraction, Fraction]] = Field(min_length=1, max_length=MAX_STROKE_POINTS)
    mode: Literal["add", "remove"]
    size: float = Field(20, gt=0, le=1000, allow_inf_nan=False)


class DeployedStroke(BaseModel):
    """A stroke of the brush in pixels of the picture."""

    points: list[tuple[Px, Px]] = Field(min_length=1, max_length=MAX_STROKE_POINTS)
    mode: Literal["add", "remove"] = Field(validation_alias=AliasChoices("type", "mode"))
    radius: float = Field(gt=0, le=MAX_EDGE_PX, allow_inf_nan=False)


class SeedRefine(BaseModel):
    """Strokes over a mask blob."""

    image_uri: Reference
    mask_uri: Reference
    strokes: list[SeedStroke] = Field(max_length=MAX_STROKES)


class DeployedRefine(BaseModel):
    """Strokes over a mask that the body carries."""

    original_image_base64: Base64
    current_mask_base64: Base64
    brush_strokes: list[DeployedStroke] = Field(max_length=MAX_STROKES)


RefineBody = Annotated[
    Annotated[SeedRefine, Tag("seed")] | Annotated[DeployedRefine, Tag("deployed")],
    _dialects("original_image_base64"),
]


class Wearer(BaseModel):
    """Who is to wear what, and which pictures are wanted."""

    gender: Gender = "female"
    jewelry_type: JewelryType = "necklace"
    scaled_points: list[tuple[Px, Px]] | None = Field(
        None, max_length=MAX_POINTS, description="Places on the jewelry in pixels; without them no metrics"
    )
    use_gemini: bool = Field(True, description="Make the second picture too")


class SeedGenerate(Wearer):
    """A picture and its mask as blobs."""

    image_uri: Reference
    mask_uri: Reference


class DeployedGenerate(Wearer):
    """A picture and its mask in the body."""

    image_base64: Base64
    mask_base64: Base64


GenerateBody = Annotated[
    Annotated[SeedGenerate, Tag("seed")] | Annotated[DeployedGenerate, Tag("deployed")], _dialects("image_base64")
]
