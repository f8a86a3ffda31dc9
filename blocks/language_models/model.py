"""The block that every language model is: ask once, get an answer with its cost, or an error that says whose fault."""

import math
from abc import ABC, abstractmethod
from typing import ClassVar

from prefect.blocks.core import Block
from pydantic import BaseModel, Field, SecretStr

from blocks.language_models.answers import Answer, BilledFailure, Prompt, Stop, Unanswered, Usage, Why
from blocks.language_models.prices import Price, Pricing, read_price_list
from tasks.domain.errors import UpstreamError
from tasks.domain.pictures import Picture

# Prose is about 4 UTF-8 bytes a token, dense code about 3. Counting 2 leaves a third in hand for the worst case.
WORST_CASE_BYTES_PER_TOKEN = 2
# Claude counts width × height / 750; Gemini counts up to 1,120 whatever the size.
PIXELS_PER_TOKEN = 750
MIN_PICTURE_TOKENS = 1200
OVERHEAD_TOKENS = 100
MAX_DETAIL = 500

# SDKs trust the wire: an event of the wrong shape, or none, surfaces as whichever of these their code meets first.
MALFORMED = (ValueError, TypeError, AttributeError, AssertionError, LookupError, RuntimeError)


class Received(BaseModel):
    """What has come of an answer so far, in the provider's own words."""

    text: str = ""
    model_id: str = ""
    usage: Usage | None = None
    stop_detail: str = Field("", description="Empty until the provider says that it is done")


class LanguageModel(Block, ABC):
    """A language model behind an API. It tries once; whether to try again is the caller's policy."""

    service: ClassVar[str]
    provider_id: ClassVar[str]
    stops: ClassVar[dict[str, Stop]]

    model_id: str = Field(description="The provider's id of the model")
    api_key: SecretStr
    base_url: str | None = Field(None, description="Where the API is, when not at the provider's own address")
    max_output_tokens: int = Field(48_000, ge=1024, le=128_000, description="Thinking included")
    timeout_s: float = Field(840, gt=0, description="For the whole answer")
    idle_timeout_s: float = Field(120, gt=0, description="Between two pieces of the answer")
    price: Price | None = Field(None, description="Instead of the listed price")

    async def ask(self, prompt: Prompt) -> Answer:
        """Send `prompt` once and return the answer, which may be truncated, empty or refused.

        Raises UpstreamError when the provider failed, and BilledFailure when it had counted tokens before.
        """
        received = await self._ask(prompt)
        if not received.stop_detail or received.usage is None:
            raise self._failure("the answer broke off", received, retryable=True, why="unreachable")
        return Answer(
            text=received.text,
            stop=self._stop(received),
            stop_detail=received.stop_detail,
            model_id=received.model_id or self.model_id,
            usage=received.usage,
            cost=self.pricing.cost(received.usage),
        )

    def worst_case_usd(self, prompt: Prompt) -> float:
        """Return what `ask(prompt)` can cost at most: input counted generously, output as long as allowed."""
        text_bytes = len(prompt.system.encode()) + len(prompt.user.encode())
        tokens = math.ceil(text_bytes / WORST_CASE_BYTES_PER_TOKEN) + OVERHEAD_TOKENS
        if prompt.image is not None:
            tokens += _picture_tokens(prompt.image)
        return self.pricing.worst_case_usd(tokens, self.max_output_tokens)

    @property
    def pricing(self) -> Pricing:
        """Return the model's price as of today; raises UnknownPrice."""
        return Pricing(self.provider_id, self.model_id, self.price)

    def warm_up(self) -> None:
        """Load the SDK and the price list, so that the next `ask` in this process, or in a fork of it, need not."""
        read_price_list()
        self._load_sdk()

    @abstractmethod
    def _load_sdk(self) -> None:
        """Import what `_ask` does, and what the SDK imports when it first makes a client."""

    @abstractmethod
    async def _ask(self, prompt: Prompt) -> Received:
        """Send `prompt` and return what came, all of it."""

    def _stop(self, received: Received) -> Stop:
        stop = self.stops.get(received.stop_detail, "refused")
        return "empty" if stop == "complete" and not received.text.strip() else stop

    def _failure(
        self,
        detail: str,
        received: Received,
        *,
        retryable: bool,
        why: Why = "malformed",
        status: int | None = None,
    ) -> UpstreamError:
        """Return the error to raise: one that carries the cost when there is any, and never the key."""
        detail = " ".join(detail.replace(self.api_key.get_secret_value(), "***").split())[:MAX_DETAIL]
        if received.usage is None:
            return Unanswered(self.service, detail, retryable=retryable, why=why, status=status)
        usage = _with_unreported_output(received.usage, received.text)
        return BilledFailure(self.service, detail, retryable=retryable, usage=usage, cost=self.pricing.cost(usage))


def why_no_answer(error: Exception) -> Why:
    """Return what a transport's error or an SDK's connection error says: too late, or not there at all."""
    is_late = isinstance(error, TimeoutError) or "Timeout" in type(error).__name__
    return "timeout" if is_late else "unreachable"


def _picture_tokens(picture: Picture) -> int:
    return max(math.ceil(picture.width_px * picture.height_px / PIXELS_PER_TOKEN), MIN_PICTURE_TOKENS)


def _with_unreported_output(usage: Usage, text: str) -> Usage:
    """Providers count output at the end; of a broken answer at least what arrived will be billed."""
    arrived = math.ceil(len(text.encode()) / 3)
    return usage.model_copy(update={"output_tokens": max(usage.output_tokens, arrived)})
