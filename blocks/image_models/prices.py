"""What a picture costs: the prices of the language models, with those of tokens that stand for pictures."""

from decimal import Decimal
from typing import Any

from blocks.image_models.answers import ImageUsage
from blocks.language_models.answers import Cost, Usage
from blocks.language_models.prices import Pricing

FLAVORS = {"openai": {"api_flavor": "images"}}  # which of a provider's APIs reports the tokens, if not its main one


class ImagePricing(Pricing):
    """The price of one image model; an operator's own price counts for words and pictures alike."""

    def usage(self, reported: dict[str, Any]) -> ImageUsage:
        """Read tokens out of the provider's own response form."""
        from genai_prices import extract_usage

        found = extract_usage(reported, provider_id=self.provider_id, **FLAVORS.get(self.provider_id, {})).usage
        return ImageUsage(
            input_tokens=found.input_tokens or 0,
            output_tokens=found.output_tokens or 0,
            cached_input_tokens=found.cache_read_tokens or 0,
            thinking_tokens=found.output_reasoning_tokens or 0,
            input_image_tokens=found.input_image_tokens or 0,
            output_image_tokens=found.output_image_tokens or 0,
        )

    def cost(self, usage: Usage) -> Cost:
        """Price `usage`; of output that is a picture the rate shown is that of pictures."""
        cost = super().cost(usage)
        rate = self._price.output_image_mtok if isinstance(usage, ImageUsage) and usage.output_image_tokens else None
        return cost.model_copy(update={"output_cost_per_mtok": float(rate)}) if isinstance(rate, Decimal) else cost

    def _usd(self, usage: Usage) -> float:
        from genai_prices.types import Usage as CountedUsage

        counts = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        if usage.cached_input_tokens:
            counts["cache_read_tokens"] = usage.cached_input_tokens
        if isinstance(usage, ImageUsage):  # a listed model without prices for pictures counts them as any other token
            counts["input_image_tokens"] = usage.input_image_tokens
            counts["output_image_tokens"] = usage.output_image_tokens
        total = self._price.calc_price(CountedUsage(**counts))["total_price"]
        return float(total.quantize(Decimal("0.000001"), rounding="ROUND_UP"))
