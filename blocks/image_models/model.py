"""The block that every image model is: draw once, get pictures with their cost, or an error that says whose fault."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar

from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from blocks.image_models.answers import Drawing, ImageUsage, Wish
from blocks.image_models.prices import ImagePricing
from blocks.language_models.answers import BilledFailure
from blocks.language_models.prices import Price, read_price_list
from tasks.domain.errors import UpstreamError

WORST_CASE_BYTES_PER_TOKEN = 2  # as of the language models: a third in hand
OVERHEAD_TOKENS = 100
MAX_DETAIL = 500
NOT_THE_FORMAT = "the answer is not in the form of the API"


class ImageModel(Block, ABC):
    """An image model behind an API. It tries once; whether to try again is the caller's policy."""

    service: ClassVar[str]
    provider_id: ClassVar[str]
    per_request: ClassVar[int]  # pictures that one request can ask for
    input_picture_tokens: ClassVar[int]  # that a picture to start from can count, at most

    model_id: str = Field(description="The provider's id of the model")
    api_key: SecretStr
    base_url: str | None = Field(None, description="Where the API is, when not at the provider's own address")
    timeout_s: float = Field(120, gt=0, description="For the whole answer")
    price: Price | None = Field(None, description="Instead of the listed price, for words and pictures alike")

    @abstractmethod
    async def draw(self, wish: Wish) -> Drawing:
        """Send `wish` once and return what was drawn, which is nothing where the provider refused.

        Raises UpstreamError when the provider failed, and BilledFailure when it had counted tokens before.
        """

    def worst_case_usd(self, wish: Wish) -> float:
        """Return what `draw(wish)` can cost at most: input counted generously, output as long as it may be."""
        words = math.ceil(len(wish.prompt.encode()) / WORST_CASE_BYTES_PER_TOKEN) + OVERHEAD_TOKENS
        pictures = self.input_picture_tokens if wish.picture else 0
        output = self._most_output(wish)
        usage = output.model_copy(update={"input_tokens": words + pictures, "input_image_tokens": pictures})
        return self.pricing.cost(usage).cost_usd

    @property
    def pricing(self) -> ImagePricing:
        """Return the model's price as of today; raises UnknownPrice."""
        return ImagePricing(self.provider_id, self.model_id, self.price)

    def warm_up(self) -> None:
        """Load the SDK and the price list, so that the next `draw` in this process, or in a fork of it, need not."""
        read_price_list()
        self._load_sdk()

    @abstractmethod
    def _load_sdk(self) -> None:
        """Import what `draw` does, and what the SDK imports when it first makes a client."""

    @abstractmethod
    def _most_output(self, wish: Wish) -> ImageUsage:
        """Return the longest answer to `wish` that the provider can count."""

    def _drawing(self, pictures: list[bytes], refusal: str, model_id: str | None, usage: ImageUsage) -> Drawing:
        return Drawing(
            pictures=pictures,
            refusal="" if pictures else refusal or "no picture came",
            model_id=model_id or self.model_id,
            usage=usage,
            cost=self.pricing.cost(usage),
        )

    def _failure(self, detail: str, *, retryable: bool, usage: ImageUsage | None = None) -> UpstreamError:
        """Return the error to raise: one that carries the cost when there is any, and never the key."""
        detail = " ".join(detail.replace(self.api_key.get_secret_value(), "***").split())[:MAX_DETAIL]
        if usage is None:
            return UpstreamError(self.service, detail, retryable=retryable)
        cost = self.pricing.cost(usage)
        return BilledFailure(self.service, detail, retryable=retryable, usage=usage, cost=cost)
