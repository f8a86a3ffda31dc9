"""What an image endpoint is asked: a prompt, and how to make one picture of it."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator

from tasks.domain.painting.order import Orientation, Size

MAX_PROMPT = 1024 * 1024  # characters
MAX_KEY = 256


class GeneratePicture(BaseModel):
    """The body of `generate`. Unknown fields are ignored."""

    prompt: str = Field(min_length=1, max_length=MAX_PROMPT, description="Words, or a scene as JSON")
    orientation: Orientation = "landscape"
    size: Size = "1mp"
    steps: int = Field(25, ge=1, le=1000, description="How far details are worked out")
    batch: Literal[1] = 1
    seed: int | None = Field(None, ge=0, le=2**63 - 1, description="None: the endpoint chooses")
    guidance_scale: float | None = Field(None, ge=0, le=30, allow_inf_nan=False, description="How literal it is")
    input_image: str | None = Field(None, min_length=1, description="A picture to start from, as a data URL")
    strength: float = Field(0.75, ge=0, le=1, allow_inf_nan=False, description="How far from it: 1 ignores it")

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, prompt: str) -> str:
        if not prompt.strip():
            raise ValueError("must say something")
        return prompt


class EndpointImage(BaseModel):
    """One picture, as `generate` tells of it."""

    filename: str
    seed: int
    width: int
    height: int
    engine: str
    steps: int
    guidance_scale: float | None
    strength: float | None = Field(description="None where no picture was started from")
    read: list[str] = Field(description="What of the prompt the picture follows")
    unread: list[str] = Field(description="Tells that nothing of the prompt was understood")


class EndpointAnswer(BaseModel):
    """The answer to `generate`."""

    success: Literal[True] = True
    images: list[EndpointImage]


Key = Annotated[str | None, Field(min_length=1, max_length=MAX_KEY)]
