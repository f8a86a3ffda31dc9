"""What the ring contract takes: its fields and limits, the envelope, and the picture inside a request."""

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from api.base64_bytes import read_base64
from flows.contracts import Previews, SessionId
from tasks.domain.errors import InvalidInput
from tasks.domain.pictures import MAX_PICTURE_BYTES, check_picture

LlmName = Literal["auto", "claude", "claude-sonnet", "claude-opus", "gemini", "offline"]
MAX_METADATA_BYTES = 16 * 1024  # metadata travels in the run's parameters, which Prefect caps


class GenerateRequest(BaseModel):
    """Body of `POST /run` and `POST /jobs`. Keys that are not listed here are ignored."""

    model_config = ConfigDict(extra="ignore")

    prompt: Annotated[str, Field(max_length=20_000)] | None = Field(None, description="The ring in words")
    image_b64: str | None = Field(None, description="A reference picture in base64 or as a data URL, at most 10 MiB")
    image_mime: str | None = Field(None, description="image/jpeg unless said; what the bytes really are wins")
    llm_name: LlmName | None = Field(
        None, description="Who designs. Left out or auto: the provider whose key is set, else the offline designer"
    )
    max_retries: Annotated[int, Field(ge=1, le=10)] | None = Field(None, description="Blender builds at most")
    max_cost_usd: Annotated[float, Field(gt=0, le=100)] | None = Field(None, description="The cap on what is spent")
    request_id: SessionId | None = Field(None, description="Becomes the job id and the session id")
    metadata: dict[str, Any] = Field(default_factory=dict, description="Stored as given, at most 16 KiB")
    previews: Previews = Field("none", description="hero: one studio picture; views: eight named views")

    @field_validator("metadata")
    @classmethod
    def _small(cls, value: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(value)) > MAX_METADATA_BYTES:
            raise ValueError(f"must be at most {MAX_METADATA_BYTES} bytes of JSON")
        return value

    @model_validator(mode="after")
    def _something_to_make(self) -> "GenerateRequest":
        if not (self.prompt or "").strip() and not self.image_b64:
            raise ValueError("prompt or image_b64: at least one is needed")
        return self


@dataclass(frozen=True)
class Submission:
    """A request as it came: `enveloped` decides the shape of the answer, `trace_id` is for logs and tags."""

    request: GenerateRequest
    enveloped: bool
    trace_id: str = ""


def read_submission(body: Any) -> Submission:
    """Read a JSON body, plain or as `{"data": {…}, "meta": {…}}`; `meta.llm_name` fills a missing `llm_name`.

    Raises InvalidInput for anything but an object, and pydantic's ValidationError for a field out of bounds.
    """
    if not isinstance(body, dict):
        raise InvalidInput("body", "must be a JSON object")
    if not isinstance(body.get("data"), dict):
        return Submission(GenerateRequest.model_validate(body), enveloped=False)
    meta = body.get("meta") or {}
    if not isinstance(meta, dict):
        raise InvalidInput("meta", "must be a JSON object")
    data = dict(body["data"])
    if not data.get("llm_name") and meta.get("llm_name"):
        data["llm_name"] = meta["llm_name"]
    return Submission(
        GenerateRequest.model_validate(data), enveloped=True, trace_id=str(meta.get("trace_id", ""))[:128]
    )


def decode_picture(image_b64: str) -> tuple[bytes, str]:
    """Return the bytes and the media type of a picture in base64, with or without a data URL's head.

    Raises InvalidInput when it is no base64, too large, or no picture.
    """
    data = read_base64(image_b64, "image_b64", MAX_PICTURE_BYTES)
    return data, check_picture(data, field="image_b64")
