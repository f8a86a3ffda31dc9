"""What a call costs: prices from genai-prices as of today, or those that the settings give."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from blocks.language_models.answers import Cost, Usage
from tasks.domain.errors import AtelierError

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice


class UnknownPrice(AtelierError):
    """Nobody knows what `model_id` costs, so no cap could hold."""

    def __init__(self, model_id: str) -> None:
        self.model_id = model_id
        super().__init__(f"the price of {model_id} is not known; give it in the setting ATELIER_LLM_PRICES")

    def __reduce__(self) -> tuple[object, ...]:
        return UnknownPrice, (self.model_id,)


class Price(BaseModel):
    """An operator's own price of a model, in USD per million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(None, ge=0, description="Like input when not given")
    cache_write: float | None = Field(None, ge=0, description="Like input when not given")


class Pricing:
    """The price of one model; raises UnknownPrice when there is none."""

    def __init__(self, provider_id: str, model_id: str, price: Price | None = None) -> None:
        self.provider_id = provider_id
        self.model_id = model_id
        self._price = _given(price) if price else _listed(provider_id, model_id)

    def usage(self, reported: dict[str, Any]) -> Usage:
        """Read tokens out of the provider's own response form, e.g. {"usage": {…}} of the Messages API."""
        from genai_prices import extract_usage

        found = extract_usage(reported, provider_id=self.provider_id).usage
        return Usage(
            input_tokens=found.input_tokens or 0,
            output_tokens=found.output_tokens or 0,
            cached_input_tokens=found.cache_read_tokens or 0,
            cache_write_tokens=found.cache_write_tokens or 0,
            thinking_tokens=found.output_reasoning_tokens or 0,
        )

    def cost(self, usage: Usage) -> Cost:
        """Price `usage`; rounded up to a millionth of a dollar, so that a sum never shows less than was spent."""
        return Cost(
            model=self.model_id,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_input_tokens=usage.cached_input_tokens,
            thinking_tokens=usage.thinking_tokens,
            input_cost_per_mtok=_rate(self._price.input_mtok, usage.input_tokens),
            output_cost_per_mtok=_rate(self._price.output_mtok, usage.input_tokens),
            cost_usd=self._usd(usage),
        )

    def worst_case_usd(self, input_tokens: int, max_output_tokens: int) -> float:
        """Price a call whose whole input is written to the cache and whose answer is as long as it may be."""
        plain = Usage(input_tokens=input_tokens, output_tokens=max_output_tokens)
        written = plain.model_copy(update={"cache_write_tokens": input_tokens})
        return max(self._usd(plain), self._usd(written))

    def _usd(self, usage: Usage) -> float:
        from genai_prices.types import Usage as CountedUsage

        counted = CountedUsage(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cached_input_tokens,
            cache_write_tokens=usage.cache_write_tokens,
        )
        total = self._price.calc_price(counted)["total_price"]
        return float(total.quantize(Decimal("0.000001"), rounding="ROUND_UP"))


def read_price_list() -> None:
    """Read the list of all prices now; it is kept for the life of the process."""
    from genai_prices import extract_usage  # noqa: F401
    from genai_prices.data_snapshot import get_snapshot

    get_snapshot()


def _listed(provider_id: str, model_id: str) -> "ModelPrice":
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, model = get_snapshot().find_provider_model(model_id, None, provider_id, None)
    except LookupError as error:
        raise UnknownPrice(model_id) from error
    return model.get_prices(datetime.now(UTC))


def _given(price: Price) -> "ModelPrice":
    from genai_prices.types import ModelPrice

    def usd(value: float | None) -> Decimal:
        return Decimal(str(price.input if value is None else value))

    return ModelPrice(
        input_mtok=usd(price.input),
        output_mtok=usd(price.output),
        cache_read_mtok=usd(price.cached_input),
        cache_write_mtok=usd(price.cache_write),
    )


def _rate(price: Any, input_tokens: int) -> float:
    """Return USD per million tokens; some prices step up with the length of the input."""
    tiers = getattr(price, "tiers", None)
    if tiers is None:
        return float(price or 0)
    reached = [tier.price for tier in sorted(tiers, key=lambda tier: tier.start) if input_tokens > tier.start]
    return float(reached[-1] if reached else price.base)
