"""Who writes: the one that was named, or else the first that is there, and nobody in another's place."""

import pytest

from blocks.images.settings import ImageSettings
from blocks.images.writers import Writer, choose
from blocks.language_models import Claude, Gemini
from blocks.language_models.openai_compatible import OpenAICompatible
from tasks.domain.errors import InvalidInput, MissingKey
from tests.surroundings import Configure

SERVER = {"IMAGE_LM_STUDIO_URL": "http://127.0.0.1:9"}
MODELS = {"IMAGE_LM_STUDIO_MODEL": "qwen3", "IMAGE_VISION_MODEL": "qwen3-vl"}
CLAUDE, GEMINI = {"ANTHROPIC_API_KEY": "a"}, {"GEMINI_API_KEY": "g"}
OFFLINE = ("offline", "offline", "offline")
OWN = ("qwen3", "llm", "qwen3")
SEEING = ("qwen3-vl", "llm", "qwen3-vl")


def chosen(model: str | None, *, vision: bool = False) -> Writer:
    return choose(model, ImageSettings(), vision=vision)


@pytest.mark.parametrize(
    ("environment", "model", "vision", "expected"),
    [
        ({}, None, False, OFFLINE),
        ({}, "", True, OFFLINE),
        ({}, "auto", False, OFFLINE),
        ({**SERVER, **MODELS}, None, False, OWN),
        ({**SERVER, **MODELS}, None, True, SEEING),
        ({**SERVER, "IMAGE_LM_STUDIO_MODEL": "qwen3"}, None, True, OWN),
        ({**SERVER, **MODELS}, " gemma ", True, ("gemma", "llm", "gemma")),
        ({**SERVER, **MODELS}, "claude-distilled", False, ("claude-distilled", "llm", "claude-distilled")),
        (SERVER, None, False, ("LM Studio", "llm", "")),
        ({**SERVER, **CLAUDE}, "offline", True, OFFLINE),
        ({**SERVER, **MODELS, **CLAUDE, **GEMINI}, None, False, OWN),
        ({**CLAUDE, **GEMINI}, None, True, ("claude", "llm", "claude-sonnet-5-5")),
        (GEMINI, None, False, ("gemini", "llm", "gemini-3.8-flash")),
        ({**SERVER, **CLAUDE}, "claude-opus", False, ("claude-opus", "llm", "claude-opus-5-5")),
        (GEMINI, "gemini", False, ("gemini", "llm", "gemini-3.8-flash")),
    ],
)
def test_the_named_or_else_the_first_there_is(
    configure: Configure, environment: dict[str, str], model: str | None, vision: bool, expected: tuple[str, str, str]
) -> None:
    """A server of one's own before Claude before Gemini before the offline code; a name overrules all of them."""
    configure(**environment)
    writer = chosen(model, vision=vision)
    assert (writer.name, writer.source, writer.model_id) == expected


@pytest.mark.parametrize(
    ("environment", "model", "said"),
    [
        ({}, "qwen3", "LM Studio needs the environment variable IMAGE_LM_STUDIO_URL"),
        (CLAUDE, "qwen3", "LM Studio needs"),
        (SERVER, "claude", "claude needs the environment variable ANTHROPIC_API_KEY"),
        (CLAUDE, "gemini", "gemini needs the environment variable GEMINI_API_KEY"),
    ],
)
def test_nobody_else_answers_for_the_one_that_was_named(
    configure: Configure, environment: dict[str, str], model: str, said: str
) -> None:
    """The error names the variable to set."""
    configure(**environment)
    with pytest.raises(MissingKey, match=said):
        chosen(model)


def test_a_claude_that_there_is_not_is_the_callers_mistake(configure: Configure) -> None:
    """Without a server on which it could be a model, the names that there are come back."""
    configure(**CLAUDE)
    with pytest.raises(InvalidInput, match=r"model: .*claude-opus"):
        chosen("claude-ultra")


def test_the_blocks_have_the_settings(configure: Configure) -> None:
    """Address, key, lengths and times are the image pipeline's; paid models get room to think, but not a script's."""
    configure(
        **SERVER, **CLAUDE, **GEMINI, IMAGE_LLM_API_KEY="k", IMAGE_LLM_NUM_CTX=4096, IMAGE_LLM_MAX_TOKENS=500,
        IMAGE_LLM_TIMEOUT_S=7, IMAGE_VISION_TIMEOUT_S=3,
    )  # fmt: skip
    own = chosen("qwen3").block()
    assert isinstance(own, OpenAICompatible)
    assert (own.base_url, own.api_key.get_secret_value()) == ("http://127.0.0.1:9/v1", "k")
    assert (own.num_ctx, own.max_output_tokens, own.timeout_s) == (4096, 500, 7)
    claude, gemini = chosen("claude").block(), chosen("gemini", vision=True).block()
    assert isinstance(claude, Claude)
    assert (claude.effort, claude.max_output_tokens, claude.timeout_s) == ("low", 8192, 7)
    assert isinstance(gemini, Gemini)
    assert (gemini.thinking, gemini.max_output_tokens, gemini.timeout_s) == ("low", 8192, 3)
    assert chosen("offline").block() is None


def test_a_model_that_takes_no_effort_is_sent_none(configure: Configure) -> None:
    """What an operator has set for an older model holds here too."""
    configure(**CLAUDE, ATELIER_LLM_CLAUDE_EFFORT="default")
    claude = chosen("claude").block()
    assert isinstance(claude, Claude)
    assert claude.effort == "default"


def test_a_server_of_ones_own_costs_what_the_operator_says(configure: Configure) -> None:
    """It is free; where it is a host that bills, a price in the settings lets the cap hold."""
    configure(**SERVER)
    free = chosen("qwen3").block()
    configure(**SERVER, ATELIER_LLM_PRICES='{"qwen3": {"input": 1, "output": 2}}')
    billed = chosen("qwen3").block()
    assert [block.pricing.worst_case_usd(0, 1_000_000) for block in (free, billed) if block] == [0, 2]
