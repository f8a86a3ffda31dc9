"""Who writes prompts and describes photos: a server of one's own, Claude, Gemini, or nobody but the offline code."""

from dataclasses import dataclass, field
from typing import Literal, get_args

from blocks.images.settings import ImageSettings
from blocks.language_models import OFFLINE, LanguageModel, LanguageModelSettings, load, resolve
from blocks.language_models.catalogue import ModelName
from blocks.language_models.openai_compatible import FREE, NO_KEY, OpenAICompatible
from blocks.settings import is_given
from tasks.domain.errors import MissingKey

OWN_SERVER = "LM Studio"  # or Ollama, or whatever speaks OpenAI's protocol: what the contract calls it
MIN_PAID_OUTPUT_TOKENS = 8192  # Claude and Gemini think before they write, and thinking counts


@dataclass(frozen=True)
class Writer:
    """One of them; `name` is what a request may call it by, `model_id` empty where the server chooses."""

    name: str
    source: Literal["llm", "offline"]
    model_id: str
    vision: bool
    settings: ImageSettings = field(repr=False)

    def block(self) -> LanguageModel | None:
        """Return the model, ready to ask; None for the offline code. Raises MissingKey and UnknownPrice."""
        if self.source == "offline":
            return None
        timeout_s = self.settings.vision_timeout_s if self.vision else self.settings.llm_timeout_s
        if self.name in get_args(ModelName):
            return load(self.name, _for_short_answers(timeout_s, self.settings.llm_max_tokens))
        return own_server(self.settings, self.model_id, timeout_s)


def choose(model: str | None, settings: ImageSettings, *, vision: bool) -> Writer:
    """Return who answers to `model`; to none, the server of one's own, else the first provider with a key, else nobody.

    A name that is neither `offline` nor one of Claude's and Gemini's is the id of a model on that server. Raises
    MissingKey when the one that was named has no server or key, and InvalidInput for a Claude that there is not.
    """
    name = (model or "").strip()
    name = "" if name == "auto" else name
    if name in get_args(ModelName):
        return _of_the_house(resolve(name), settings, vision)
    if settings.lm_studio_url:
        default = (settings.vision_model if vision else "") or settings.lm_studio_model
        return Writer(name or default or OWN_SERVER, "llm", name or default, vision, settings)
    if not name or name.startswith(("claude", "gemini")):
        return _of_the_house(resolve(name or "auto"), settings, vision)
    raise MissingKey(OWN_SERVER, "IMAGE_LM_STUDIO_URL")


def own_server(settings: ImageSettings, model_id: str, timeout_s: float) -> OpenAICompatible:
    """Return the model `model_id` on the server of one's own: free of charge, unless an operator has set a price."""
    key = settings.llm_api_key
    return OpenAICompatible(
        model_id=model_id,
        base_url=settings.lm_studio_url,
        api_key=key if key and is_given(key) else NO_KEY,
        max_output_tokens=settings.llm_max_tokens,
        num_ctx=settings.llm_num_ctx,
        timeout_s=timeout_s,
        price=LanguageModelSettings().prices.get(model_id, FREE),
    )


def _of_the_house(name: str, settings: ImageSettings, vision: bool) -> Writer:
    if name == OFFLINE:
        return Writer(OFFLINE, "offline", OFFLINE, vision, settings)
    return Writer(name, "llm", load(name).model_id, vision, settings)


def _for_short_answers(timeout_s: float, max_tokens: int) -> LanguageModelSettings:
    """Return the ring pipeline's settings, but with less thought and shorter answers, since a prompt is no script."""
    settings = LanguageModelSettings()
    most = max(max_tokens, MIN_PAID_OUTPUT_TOKENS)
    return settings.model_copy(
        update={
            "timeout_s": timeout_s,
            "claude_max_output_tokens": most,
            "gemini_max_output_tokens": min(most, settings.gemini_max_output_tokens),
            "claude_effort": "default" if settings.claude_effort == "default" else "low",
            "gemini_thinking": "default" if settings.gemini_thinking == "default" else "low",
        }
    )
