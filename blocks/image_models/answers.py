"""What goes to an image model and what comes back."""

from pydantic import BaseModel, ConfigDict, Field

from blocks.language_models.answers import Cost, Usage
from tasks.domain.pictures import Picture


class Wish(BaseModel):
    """What to draw: words, and a picture to start from if there is one."""

    model_config = ConfigDict(frozen=True)

    prompt: str
    picture: Picture | None = None
    n: int = Field(1, ge=1, le=4, description="Pictures of one request; at most the model's `per_request`")


class ImageUsage(Usage):
    """Tokens of one request; those of pictures, which have prices of their own, are counted in the totals too."""

    input_image_tokens: int = Field(0, ge=0)
    output_image_tokens: int = Field(0, ge=0)


class Drawing(BaseModel):
    """A paid answer. Its bytes are what the provider sent; whether they are pictures is for others to see."""

    model_config = ConfigDict(frozen=True)

    pictures: list[bytes] = Field(repr=False, description="None when the provider refused")
    refusal: str = Field("", description="The provider's own word for why there is no picture")
    model_id: str = Field(description="The model that the provider says has answered")
    usage: ImageUsage
    cost: Cost
