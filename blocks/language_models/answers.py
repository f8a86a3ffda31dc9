"""What goes to a language model and what comes back."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tasks.domain.errors import UpstreamError
from tasks.domain.pictures import Picture

Stop = Literal["complete", "truncated", "empty", "refused"]
Why = Literal["timeout", "unreachable", "refused", "malformed"]


class Prompt(BaseModel):
    """One turn: a static system text, the user's words, and the reference picture if there is one."""

    model_config = ConfigDict(frozen=True)

    system: str = Field(description="The same for every call, so that providers can cache it")
    user: str
    image: Picture | None = None
    temperature: float | None = Field(None, ge=0, le=2, description="Not sent to Claude, which takes none")


class Usage(BaseModel):
    """Tokens of one call, counted alike for every provider."""

    model_config = ConfigDict(frozen=True)

    input_tokens: int = Field(0, ge=0, description="All input, cached or not")
    output_tokens: int = Field(0, ge=0, description="All output, thinking included")
    cached_input_tokens: int = Field(0, ge=0, description="Input read from the provider's cache")
    cache_write_tokens: int = Field(0, ge=0, description="Input written to the provider's cache")
    thinking_tokens: int = Field(0, ge=0)


class Cost(BaseModel):
    """What one call cost; the fields are those of a `CallCost` without its purpose."""

    model_config = ConfigDict(frozen=True)

    model: str
    input_tokens: int
    output_tokens: int
    cached_input_tokens: int
    thinking_tokens: int
    input_cost_per_mtok: float = Field(description="USD per million uncached input tokens")
    output_cost_per_mtok: float = Field(description="USD per million output tokens")
    cost_usd: float


class Answer(BaseModel):
    """A paid answer. Only a `complete` one may be used; the others are kept so that their cost is booked."""

    model_config = ConfigDict(frozen=True)

    text: str
    stop: Stop
    stop_detail: str = Field("", description="The provider's own word for it")
    model_id: str = Field(description="The model that the provider says has answered")
    usage: Usage
    cost: Cost


class Unanswered(UpstreamError):
    """The call gave nothing and cost nothing; `status` is that of an HTTP answer which was a refusal."""

    def __init__(
        self, service: str, detail: str, *, retryable: bool, why: Why = "malformed", status: int | None = None
    ) -> None:
        super().__init__(service, detail, retryable=retryable)
        self.why = why
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_unanswered, (self.service, self.detail, self.retryable, self.why, self.status)


class BilledFailure(UpstreamError):
    """The call broke after the provider had counted tokens; `usage` and `cost` must be booked all the same."""

    def __init__(self, service: str, detail: str, *, retryable: bool, usage: Usage, cost: Cost) -> None:
        super().__init__(service, detail, retryable=retryable)
        self.usage = usage
        self.cost = cost

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild_billed, (self.service, self.detail, self.retryable, self.usage, self.cost)


def _rebuild_billed(service: str, detail: str, retryable: bool, usage: Usage, cost: Cost) -> BilledFailure:
    return BilledFailure(service, detail, retryable=retryable, usage=usage, cost=cost)


def _rebuild_unanswered(service: str, detail: str, retryable: bool, why: Why, status: int | None) -> Unanswered:
    return Unanswered(service, detail, retryable=retryable, why=why, status=status)
