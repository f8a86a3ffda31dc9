"""What stands in a job's `input`: three operations, each read into the request of the flow that does the work.

Unknown fields are ignored, and null is the same as nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from flows.contracts.models3d import (
    ConceptsRequest,
    ConceptsResult,
    ModelRequest,
    ModelResult,
    Reconstruction,
    RescaleRequest,
    RescaleResult,
    Seed,
    Url,
)
from tasks.domain.concepts.styles import style_named
from tasks.domain.errors import InvalidInput
from tasks.domain.meshes.sizes import TargetDimensions

MAX_LISTED = 8  # of the problems of one input


def _web_address(url: str) -> str:
    if not url.lower().startswith(("http://", "https://")):
        raise ValueError("must be an http or https URL")
    return url


WebUrl = Annotated[Url, AfterValidator(_web_address)]
Words = Annotated[str, Field(max_length=4000)]
Style = Annotated[str, Field(max_length=64)]


class JobInput(BaseModel):
    """The input of one operation."""

    model_config = ConfigDict(extra="ignore")


class ConceptsInput(JobInput):
    """Worker 1: words or a picture become concept pictures."""

    type: Literal["text", "image"]
    prompt: Words = ""
    image_url: WebUrl | None = None
    styleId: Style | None = None  # noqa: N815
    n: int = Field(2, ge=1, le=4)
    seed: Seed = 1

    @model_validator(mode="after")
    def _has_what_its_type_needs(self) -> Self:
        if self.type == "text" and not self.prompt.strip():
            raise ValueError("prompt: is required when type is text")
        if self.type == "image" and self.image_url is None:
            raise ValueError("image_url: is required when type is image")
        return self

    def request(self) -> ConceptsRequest:
        """Return what the flow is asked; of type text, a picture's URL is not looked at.

        Raises InvalidInput for a style that the catalogue has not, with those that it has.
        """
        style_named(self.styleId, field="styleId")
        picture_url = self.image_url if self.type == "image" else None
        return ConceptsRequest(
            prompt=self.prompt, picture_url=picture_url, style=self.styleId, n=self.n, seed=self.seed
        )


class ModelInput(JobInput):
    """Worker 2: a picture becomes a model."""

    input_image_url: WebUrl
    prompt: Words = ""
    styleId: Style | None = None  # noqa: N815
    seed: Seed = 1

    def request(self) -> ModelRequest:
        """Return what the flow is asked."""
        return ModelRequest(
            picture_url=self.input_image_url,
            prompt=self.prompt,
            style=self.styleId,
            reconstruction=Reconstruction(seed=self.seed),
        )


class RescaleInput(JobInput):
    """Worker 2: a model gets its size."""

    model_url: WebUrl
    scale_factor: float | None = Field(None, gt=0, le=1e6, allow_inf_nan=False)
    target_dimensions: TargetDimensions | None = None
    keep_aspect: bool = False

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if self.scale_factor is None and self.target_dimensions is None:
            raise ValueError("target_dimensions or scale_factor is required")
        if self.scale_factor is not None and self.target_dimensions is not None:
            raise ValueError("target_dimensions, scale_factor: only one of them may be given")
        return self

    def request(self) -> RescaleRequest:
        """Return what the flow is asked: the GLB alone, since the output names no other file."""
        return RescaleRequest(
            model_url=self.model_url,
            scale_factor=self.scale_factor,
            target_dimensions=self.target_dimensions,
            keep_aspect=self.keep_aspect,
            formats=[],
        )


Request = ConceptsRequest | ModelRequest | RescaleRequest
Result = ConceptsResult | ModelResult | RescaleResult


@dataclass(frozen=True)
class Operation:
    """One thing that a worker can be asked for."""

    name: str
    input: type[ConceptsInput] | type[ModelInput] | type[RescaleInput]
    result: type[ConceptsResult] | type[ModelResult] | type[RescaleResult]


CONCEPTS = Operation("generate_concepts", ConceptsInput, ConceptsResult)
MODEL = Operation("generate_model", ModelInput, ModelResult)
RESCALE = Operation("rescale_model", RescaleInput, RescaleResult)
OPERATIONS = {operation.name: operation for operation in (CONCEPTS, MODEL, RESCALE)}
IMAGE_WORKER = (CONCEPTS,)
MODEL_WORKER = (MODEL, RESCALE)


def read_operation(given: Mapping[str, Any], offered: tuple[Operation, ...]) -> Operation:
    """Return the one of `offered` that an input asks for; raises InvalidInput naming them."""
    names = " or ".join(operation.name for operation in offered)
    asked = given.get("operation")
    if asked is None:
        raise InvalidInput("operation", f"is required: {names}")
    for operation in offered:
        if operation.name == asked:
            return operation
    raise InvalidInput("operation", f"must be {names}, not {str(asked)[:64]!r}")


def read_request(given: Mapping[str, Any], operation: Operation) -> Request:
    """Return the flow's request that an input stands for; raises InvalidInput with everything that is wrong in it."""
    try:
        return operation.input.model_validate(without_nulls(given)).request()
    except ValidationError as error:
        raise InvalidInput("input", problems(error)) from error


def without_nulls(value: Any, depth: int = 0) -> Any:
    """Return `value` without what is null in it; what lies too deep to be any field's stays as it is."""
    if not isinstance(value, Mapping) or depth > 2:
        return value
    return {key: without_nulls(item, depth + 1) for key, item in value.items() if item is not None}


def problems(error: ValidationError) -> str:
    """Return what is wrong, field by field, without the values that were given."""
    found = error.errors()
    said = [_sentence(".".join(map(str, item["loc"])), str(item["msg"])) for item in found[:MAX_LISTED]]
    return "; ".join([*said, *(["and more"] if len(found) > MAX_LISTED else [])])


def _sentence(field: str, problem: str) -> str:
    problem = problem.removeprefix("Value error, ")
    return f"{field}: {problem}" if field else problem
