"""What only Gemini's API has."""

import json

import pytest

from blocks.language_models import LanguageModelSettings, Price, Prompt, load
from tests.language_models.provider import FakeProviders

PROMPT = Prompt(system="You design rings.", user="A solitaire, please")


async def test_thoughts_are_billed_as_output_and_kept_out_of_the_text(
    providers: FakeProviders, settings: LanguageModelSettings
):
    """Gemini counts thoughts beside the candidates; the cost counts both, the text has none."""
    priced = settings.model_copy(update={"prices": {"gemini-3.8-flash": Price(input=1, output=10, cached_input=0.1)}})
    providers.answer("import bpy", input_tokens=1000, cached_tokens=400, output_tokens=150, thinking_tokens=100)
    answer = await load("gemini", priced).ask(PROMPT)
    assert answer.text == "import bpy"
    assert (answer.usage.output_tokens, answer.usage.thinking_tokens) == (150, 100)
    assert answer.cost.cost_usd == pytest.approx((600 * 1 + 400 * 0.1 + 150 * 10) / 1e6)


async def test_a_blocked_prompt_is_refused(providers: FakeProviders, settings: LanguageModelSettings):
    """A prompt that is blocked gets no candidate; the answer says who refused and why."""
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 12}}
    providers.garbage(f"data: {json.dumps(blocked)}\n\n".encode())
    answer = await load("gemini", settings).ask(PROMPT)
    assert (answer.stop, answer.stop_detail, answer.text) == ("refused", "PROHIBITED_CONTENT", "")
    assert answer.usage.input_tokens == 12


async def test_a_temperature_is_sent_where_one_is_asked_for(providers: FakeProviders, settings: LanguageModelSettings):
    """Otherwise the model's own holds."""
    providers.always("fine")
    for temperature in (None, 0.5):
        await load("gemini", settings).ask(PROMPT.model_copy(update={"temperature": temperature}))
    sent = [request.body["generationConfig"].get("temperature") for request in providers.requests]
    assert sent == [None, 0.5]


async def test_the_thinking_level_and_the_output_limit_are_sent(
    providers: FakeProviders, settings: LanguageModelSettings
):
    """Gemini 3 takes a level of thinking, not a budget."""
    providers.answer("fine")
    await load("gemini", settings).ask(PROMPT)
    config = providers.requests[0].body["generationConfig"]
    assert config["maxOutputTokens"] == 65_536
    assert [level.lower() for level in config["thinkingConfig"].values()] == ["medium"]


async def test_an_older_model_can_be_asked_without_a_level(providers: FakeProviders, settings: LanguageModelSettings):
    """`default` sends nothing about thinking, for models that take a budget or none."""
    providers.answer("fine")
    older = settings.model_copy(update={"gemini_model": "gemini-2.5-pro", "gemini_thinking": "default"})
    await load("gemini", older).ask(PROMPT)
    assert "thinkingConfig" not in providers.requests[0].body["generationConfig"]
