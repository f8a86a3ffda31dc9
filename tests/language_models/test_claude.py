"""What only Claude's API has."""

import pytest

from blocks.language_models import BilledFailure, LanguageModelSettings, Prompt, load
from tests.language_models.provider import FakeProviders

PROMPT = Prompt(system="You design rings.", user="A solitaire, please")


async def test_the_system_text_ends_in_a_cache_breakpoint(providers: FakeProviders, settings: LanguageModelSettings):
    """The static system text is one block that Claude caches, so that a fix reads it at a tenth of the price."""
    providers.answer("fine")
    await load("claude", settings).ask(PROMPT)
    assert providers.requests[0].body["system"] == [
        {"type": "text", "text": "You design rings.", "cache_control": {"type": "ephemeral"}}
    ]


async def test_thinking_is_left_to_the_model_and_bounded_by_effort(
    providers: FakeProviders, settings: LanguageModelSettings
):
    """Claude 5.5 refuses thinking budgets and sampling parameters; effort is what it takes."""
    providers.answer("fine")
    await load("claude-opus", settings).ask(PROMPT.model_copy(update={"temperature": 0.5}))
    body = providers.requests[0].body
    assert body["output_config"] == {"effort": "medium"}
    assert not {"thinking", "temperature", "top_p", "top_k"} & set(body)


async def test_an_older_model_can_be_asked_without_effort(providers: FakeProviders, settings: LanguageModelSettings):
    """`default` sends nothing about thinking, for models that refuse the field."""
    providers.answer("fine")
    older = settings.model_copy(update={"claude_model": "claude-haiku-4-5", "claude_effort": "default"})
    await load("claude", older).ask(PROMPT)
    assert "output_config" not in providers.requests[0].body


@pytest.mark.parametrize(
    ("kind", "retryable"), [("overloaded_error", True), ("api_error", True), ("rate_limit_error", False)]
)
async def test_an_error_inside_a_stream_is_billed_and_judged_by_its_kind(
    providers: FakeProviders, settings: LanguageModelSettings, kind: str, retryable: bool
):
    """Overload that comes after the answer has begun may be retried, and what was counted is booked."""
    providers.answer("import bpy\n" * 50, error_in_stream=kind, input_tokens=700)
    with pytest.raises(BilledFailure, match=kind) as caught:
        await load("claude", settings).ask(PROMPT)
    assert caught.value.retryable is retryable
    assert caught.value.usage.input_tokens == 700


async def test_cost_counts_cache_writes_reads_and_thinking(providers: FakeProviders, settings: LanguageModelSettings):
    """By hand at 4/20 USD, 5 to write and 0.20 to read: (1000·4 + 4000·5 + 3000·0.2 + 500·20) / 10⁶."""
    providers.answer(
        "fine", input_tokens=8000, cache_write_tokens=4000, cached_tokens=3000, output_tokens=500, thinking_tokens=200
    )
    cost = (await load("claude-opus", settings).ask(PROMPT)).cost
    assert cost.cost_usd == pytest.approx((1000 * 4 + 4000 * 5 + 3000 * 0.2 + 500 * 20) / 1e6)
    assert (cost.input_cost_per_mtok, cost.output_cost_per_mtok) == (4, 20)
    assert (cost.input_tokens, cost.output_tokens, cost.cached_input_tokens, cost.thinking_tokens) == (
        8000, 500, 3000, 200,
    )  # fmt: skip
