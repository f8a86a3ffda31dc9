"""Names of language models, as requests use them, and what they stand for."""

from typing import Literal, get_args

from pydantic import SecretStr

from blocks.language_models.claude import Claude
from blocks.language_models.gemini import Gemini
from blocks.language_models.model import LanguageModel
from blocks.language_models.settings import LanguageModelSettings
from blocks.settings import is_given
from tasks.domain.errors import InvalidInput, MissingKey

OFFLINE = "offline"
ModelName = Literal["claude", "claude-sonnet", "claude-opus", "gemini", "offline"]


def resolve(name: str, settings: LanguageModelSettings | None = None) -> str:
    """Return who answers to `name`; `auto` is the first provider with a key, or else `offline`.

    Raises MissingKey for a provider that was named and has none, InvalidInput for an unknown name.
    """
    settings = settings or LanguageModelSettings()
    if name == "auto":
        return _first_available(settings)
    if name not in get_args(ModelName):
        raise InvalidInput("model", f"must be auto or one of {', '.join(get_args(ModelName))}")
    if name != OFFLINE:
        _key(name, settings)
    return name


def load(name: str, settings: LanguageModelSettings | None = None) -> LanguageModel:
    """Return the model that `name` resolves to, ready to ask.

    Raises what `resolve` raises, InvalidInput when that is the offline designer, and UnknownPrice.
    """
    settings = settings or LanguageModelSettings()
    resolved = resolve(name, settings)
    if resolved == OFFLINE:
        raise InvalidInput("model", "the offline designer is no language model")
    model = _gemini(settings) if resolved == "gemini" else _claude(resolved, settings)
    model.pricing  # noqa: B018 - an unknown price must stop the run before a call is paid
    return model


def with_keys(settings: LanguageModelSettings | None = None) -> list[LanguageModel]:
    """Return one model of each provider that has a key, whatever it costs."""
    settings = settings or LanguageModelSettings()
    claude = [_claude("claude", settings)] if is_given(settings.anthropic_api_key) else []
    return [*claude, *([_gemini(settings)] if is_given(settings.gemini_api_key) else [])]


def _first_available(settings: LanguageModelSettings) -> str:
    if is_given(settings.anthropic_api_key):
        return "claude"
    return "gemini" if is_given(settings.gemini_api_key) else OFFLINE


def _claude(name: str, settings: LanguageModelSettings) -> Claude:
    model_id = {
        "claude": settings.claude_model,
        "claude-sonnet": settings.claude_sonnet_model,
        "claude-opus": settings.claude_opus_model,
    }[name]
    return Claude(
        model_id=model_id,
        api_key=_key(name, settings),
        base_url=settings.anthropic_base_url,
        max_output_tokens=settings.claude_max_output_tokens,
        effort=settings.claude_effort,
        timeout_s=settings.timeout_s,
        idle_timeout_s=settings.claude_idle_timeout_s,
        price=settings.prices.get(model_id),
    )


def _gemini(settings: LanguageModelSettings) -> Gemini:
    return Gemini(
        model_id=settings.gemini_model,
        api_key=_key("gemini", settings),
        base_url=settings.gemini_base_url,
        max_output_tokens=settings.gemini_max_output_tokens,
        thinking=settings.gemini_thinking,
        timeout_s=settings.timeout_s,
        idle_timeout_s=settings.gemini_idle_timeout_s,
        price=settings.prices.get(settings.gemini_model),
    )


def _key(name: str, settings: LanguageModelSettings) -> SecretStr:
    key, variable = (
        (settings.gemini_api_key, "GEMINI_API_KEY")
        if name == "gemini"
        else (settings.anthropic_api_key, "ANTHROPIC_API_KEY")
    )
    if key is None or not is_given(key):
        raise MissingKey(name, variable)
    return key
