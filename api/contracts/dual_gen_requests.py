"""What Dual Gen's /generate takes: its fields, as JSON or as a form, within the limits of config.json."""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from api.bodies import described, plain_schema
from blocks.images.settings import LIMITS, ImageSettings
from flows.contracts.images import Orientation, PromptMode, Size

MAX_PROMPT_BYTES = 1024 * 1024
SETTINGS = "settings"  # in the validation's context
YES, NO = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
KEPT_BLANK = {"prompt", "prompt2"}  # of all other fields, a blank means that the field was not filled in


def _switch(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word in YES | NO:
        return word in YES
    raise ValueError("must be true or false")


def _number(value: Any) -> Any:
    """Refuse what Python would take for a number, and nobody else."""
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value.strip() if isinstance(value, str) else value


def _guidance(value: Any) -> Any:
    if isinstance(value, str) and value.strip().lower() == "random":
        return "random"
    if value is None:
        return None
    try:
        number = float(_number(value))
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError("must be a number, or random") from error
    if not math.isfinite(number):
        raise ValueError("must be a number that is finite, or random")
    return number


def _words(value: Any) -> Any:
    if isinstance(value, str) and len(value.encode(errors="replace")) > MAX_PROMPT_BYTES:
        raise ValueError(f"longer than {MAX_PROMPT_BYTES} bytes")
    return value


Switch = Annotated[bool, BeforeValidator(_switch)]
Whole = Annotated[int, BeforeValidator(_number)]
Number = Annotated[float, BeforeValidator(_number), Field(allow_inf_nan=False)]
Guidance = Annotated[float | Literal["random"] | None, BeforeValidator(_guidance)]
Words = Annotated[str, BeforeValidator(_words)]


class GenerateBody(BaseModel):
    """Rounds of pictures: in each, every endpoint makes one."""

    model_config = ConfigDict(extra="ignore")

    random: Switch = Field(False, description="Let prompts be written, anew in each round; `prompt` is their concept")
    prompt: Words = Field("", description="What to draw; needed unless `random`", validate_default=True)
    prompt2: Words = Field("", description="Of every second endpoint, in the mode `different`; blank: `prompt`")
    prompt_mode: PromptMode = "same"
    count: Whole = Field(1, description="Rounds")
    orientation: Orientation = "landscape"
    size: Size = "1mp"
    steps: Whole = 25
    seed: Whole | None = Field(None, description="Without one each endpoint chooses")
    vary_seed: Switch = Field(False, description="Add the round's number to `seed`")
    strength: Number = Field(0.75, description="How far from `image`: 1 ignores it")
    guidance_scale: Guidance = Field(None, description="A number, or `random`: drawn anew each round")
    model: str | None = Field(None, max_length=256, description="Who writes the prompts")
    temperature: Number | None = Field(None, description="Of who writes the prompts")

    @field_validator("prompt")
    @classmethod
    def _is_there(cls, prompt: str, info: ValidationInfo) -> str:
        prompt = prompt.strip()
        if not prompt and not info.data.get("random"):
            raise ValueError("is required unless random is set")
        return prompt

    @field_validator("prompt2")
    @classmethod
    def _trimmed(cls, prompt: str) -> str:
        return prompt.strip()

    @field_validator(*LIMITS)
    @classmethod
    def _is_within_limits(cls, value: Any, info: ValidationInfo) -> Any:
        settings = (info.context or {}).get(SETTINGS)
        if not isinstance(value, int | float) or not isinstance(settings, ImageSettings):
            return value
        limit = settings.limit(str(info.field_name))
        if limit.max is not None and value > limit.max:
            raise ValueError(f"above maximum ({limit.max:g})")
        if limit.min is not None and value < limit.min:
            raise ValueError(f"below minimum ({limit.min:g})")
        return value


def read_fields(fields: dict[str, Any], settings: ImageSettings) -> GenerateBody:
    """Return `fields` as they are understood; raises ValidationError naming each that is wrong."""
    filled = {name: value for name, value in fields.items() if name in KEPT_BLANK or not _is_blank(value)}
    named = {name: value for name, value in filled.items() if value is not None}
    defaults = settings.generation_defaults.model_dump()
    return GenerateBody.model_validate(defaults | named, context={SETTINGS: settings})


def generate_body(settings: ImageSettings) -> dict[str, Any]:
    """Return the part of the API's description that tells of the body, with the limits and defaults of config.json."""
    schema = plain_schema(GenerateBody)
    fields = schema["properties"]
    for name, default in settings.generation_defaults.model_dump().items():
        fields[name]["default"] = default
    for name in LIMITS:
        for number in [fields[name], *fields[name].get("anyOf", [])]:
            if number.get("type") in ("integer", "number"):
                limit = settings.limit(name)
                bounds = {"minimum": limit.min, "maximum": limit.max}
                number |= {bound: value for bound, value in bounds.items() if value is not None}
    picture = {"type": "string", "description": "A JPEG, PNG, WebP or GIF to start from, in base64 or as a data URL"}
    file = {"type": "string", "format": "binary", "description": "A JPEG, PNG, WebP or GIF to start from"}
    as_json = schema | {"properties": fields | {"image": picture, "image_base64": picture}}
    as_form = schema | {"properties": fields | {"image": file}}
    return described({"application/json": as_json, "multipart/form-data": as_form})


def _is_blank(value: Any) -> bool:
    return isinstance(value, str) and not value.strip()
