"""Names of image models, as requests use them, and what they stand for."""

from typing import Literal, get_args

from pydantic import SecretStr

from blocks.image_models.gemini_images import GeminiImages
from blocks.image_models.model import ImageModel
from blocks.image_models.openai_images import OpenAIImages
from blocks.image_models.settings import ImageModelSettings
from blocks.settings import is_given
from tasks.domain.errors import InvalidInput, MissingKey

OFFLINE = "offline"
ProviderName = Literal["openai", "gemini", "offline"]


def resolve(name: str, settings: ImageModelSettings | None = None) -> str:
    """Return who draws for `name`; `auto` is the first provider with a key, or else `offline`.

    Raises MissingKey for a provider that was named and has none, InvalidInput for an unknown name.
    """
    settings = settings or ImageModelSettings()
    if name == "auto":
        return next((known for known in ("openai", "gemini") if is_given(_secret(known, settings))), OFFLINE)
    if name not in get_args(ProviderName):
        raise InvalidInput("provider", f"must be auto or one of {', '.join(get_args(ProviderName))}")
    if name != OFFLINE:
        _key(name, settings)
    return name


def load(name: str, settings: ImageModelSettings | None = None) -> ImageModel:
    """Return the model that `name` resolves to, ready to draw.

    Raises what `resolve` raises, InvalidInput when that is the offline illustrator, and UnknownPrice.
    """
    settings = settings or ImageModelSettings()
    resolved = resolve(name, settings)
    if resolved == OFFLINE:
        raise InvalidInput("provider", "the offline illustrator is no image model")
    model = _gemini(settings) if resolved == "gemini" else _openai(settings)
    model.pricing  # noqa: B018 - an unknown price must stop the run before a call is paid
    return model


def with_keys(settings: ImageModelSettings | None = None) -> list[ImageModel]:
    """Return one model of each provider that has a key, whatever it costs."""
    settings = settings or ImageModelSettings()
    openai: list[ImageModel] = [_openai(settings)] if is_given(settings.openai_api_key) else []
    return [*openai, *([_gemini(settings)] if is_given(settings.gemini_api_key) else [])]


def _openai(settings: ImageModelSettings) -> OpenAIImages:
    return OpenAIImages(
        model_id=settings.openai_model,
        api_key=_key("openai", settings),
        base_url=settings.openai_base_url,
        quality=settings.openai_quality,
        timeout_s=settings.timeout_s,
        price=settings.prices.get(settings.openai_model),
    )


def _gemini(settings: ImageModelSettings) -> GeminiImages:
    return GeminiImages(
        model_id=settings.gemini_model,
        api_key=_key("gemini", settings),
        base_url=settings.gemini_base_url,
        max_output_tokens=settings.gemini_max_output_tokens,
        timeout_s=settings.timeout_s,
        price=settings.prices.get(settings.gemini_model),
    )


def _key(name: str, settings: ImageModelSettings) -> SecretStr:
    secret = _secret(name, settings)
    if secret is None or not is_given(secret):
        raise MissingKey(name, "GEMINI_API_KEY" if name == "gemini" else "OPENAI_API_KEY")
    return secret


def _secret(name: str, settings: ImageModelSettings) -> SecretStr | None:
    return settings.gemini_api_key if name == "gemini" else settings.openai_api_key
