"""A scene: what a picture shows, in the words of a photographer. Its JSON schema is published."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

MAX_WORDS = 2000
MIN_COLORS, MAX_COLORS = 3, 5


def _listed(value: Any) -> Any:
    """Take "a, b" for ["a", "b"]: models write lists either way."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _spelled(value: Any) -> Any:
    """Take a number for its text: an aperture may come as 2.8 and as f/2.8."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Words = Annotated[str, Field(max_length=MAX_WORDS)]
Spelled = Annotated[str, BeforeValidator(_spelled), Field(max_length=MAX_WORDS)]
Color = Annotated[str, Field(min_length=1, max_length=64)]


class Subject(BaseModel):
    """One thing or person that the picture is about."""

    model_config = ConfigDict(extra="ignore")

    description: Words = Field(min_length=1)
    position: Words = Field("", description="Where it is in the frame")
    color_palette: Annotated[list[Color], BeforeValidator(_listed)] = Field([], max_length=MAX_COLORS)


class Camera(BaseModel):
    """How the picture was taken, or could have been."""

    model_config = ConfigDict(extra="ignore")

    angle: Words = ""
    distance: Words = ""
    lens: Spelled = ""
    f_number: Spelled = Field("", description="Such as f/2.8")
    iso: int | None = Field(None, ge=1, le=10_000_000)
    shutter_speed: Spelled = ""
    aspect_ratio: Spelled = Field("", description="Such as 3:2")
    focus: Words = ""


class Analysis(BaseModel):
    """Who described the scene, and what of it is not to be relied on."""

    model_config = ConfigDict(extra="ignore", protected_namespaces=())

    by: Literal["model", "measurement"]
    model: str = Field("", max_length=256)
    warnings: list[Words] = []


class Scene(BaseModel):
    """What a picture shows."""

    model_config = ConfigDict(extra="ignore")

    scene: Words = Field(min_length=1, description="The picture in a sentence or two")
    props: Annotated[list[Words], BeforeValidator(_listed)] = Field([], max_length=40)
    subjects: list[Subject] = Field(min_length=1, max_length=20)
    style: Words
    color_palette: Annotated[list[Color], BeforeValidator(_listed)] = Field(
        min_length=MIN_COLORS, max_length=MAX_COLORS, description="The main colours, the largest first"
    )
    lighting: Words
    mood: Words
    film_stock: Words = ""
    era: Words = ""
    background: Words = ""
    composition: Words = ""
    time_weather: Words = ""
    camera: Camera = Camera()
    analysis: Analysis | None = Field(None, description="Who described the scene; no part of a prompt")
