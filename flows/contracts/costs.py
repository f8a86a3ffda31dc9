"""What a run spends on language and image models."""

from pydantic import BaseModel, Field


class CallCost(BaseModel):
    """One paid language model call; failed calls that were billed are here too."""

    model: str
    input_tokens: int = Field(description="All input, cached or not")
    output_tokens: int = Field(description="All output, thinking included")
    cached_input_tokens: int = 0
    thinking_tokens: int = 0
    input_cost_per_mtok: float
    output_cost_per_mtok: float
    cost_usd: float
    purpose: str = Field("", description="design, or fix 1, fix 2 …")
    failed: bool = Field(False, description="Billed, but no usable answer")


class CostSummary(BaseModel):
    """What a run spent."""

    total_input_tokens: int = 0
    total_output_tokens: int = 0
    total_usd: float = 0.0
    calls: int = 0
    details: list[CallCost] = []

    @classmethod
    def of(cls, calls: list[CallCost]) -> "CostSummary":
        """Add up `calls`; USD rounded to 4 places, as the contract prints them."""
        return cls(
            total_input_tokens=sum(call.input_tokens for call in calls),
            total_output_tokens=sum(call.output_tokens for call in calls),
            total_usd=round(sum(call.cost_usd for call in calls), 4),
            calls=len(calls),
            details=calls,
        )
