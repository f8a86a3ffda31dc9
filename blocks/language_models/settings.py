"""Settings of the language models: keys, addresses, ids, limits and prices."""

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.language_models.prices import Price


class LanguageModelSettings(BaseSettings):
    """Every field is the environment variable ATELIER_LLM_<FIELD> unless it says otherwise.

    Default ids are each family's current one (November 2026). `claude` is Sonnet, at half of Opus's price: the
    contract lets only names with "opus" in them skip validation, so that the default name must not mean Opus.
    `gemini` is 3.8 Flash, which is generally available, newer and at under half the price of the last Pro (a preview).
    """

    model_config = SettingsConfigDict(env_prefix="ATELIER_LLM_", extra="ignore", populate_by_name=True)

    anthropic_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RING_GEN_ANTHROPIC_API_KEY", "ANTHROPIC_API_KEY")
    )
    gemini_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RING_GEN_GEMINI_API_KEY", "GEMINI_API_KEY")
    )
    anthropic_base_url: str | None = Field(None, validation_alias="ANTHROPIC_BASE_URL")
    gemini_base_url: str | None = Field(None, validation_alias="GEMINI_BASE_URL")

    claude_model: str = "claude-sonnet-5-5"
    claude_sonnet_model: str = "claude-sonnet-5-5"
    claude_opus_model: str = "claude-opus-5-5"
    gemini_model: str = Field(
        "gemini-3.8-flash", validation_alias=AliasChoices("RING_GEN_GEMINI_MODEL", "GEMINI_MODEL")
    )

    claude_max_output_tokens: int = Field(48_000, ge=1024, le=128_000, description="Thinking included")
    claude_effort: Literal["default", "low", "medium", "high", "xhigh", "max"] = "medium"
    gemini_max_output_tokens: int = Field(65_536, ge=1024, le=65_536, description="Thinking included")
    gemini_thinking: Literal["default", "low", "medium", "high"] = "medium"
    timeout_s: float = Field(
        840, gt=0, le=3600, description="For a whole answer; below the timeout of the task that asks"
    )
    claude_idle_timeout_s: float = Field(120, gt=0, le=3600, description="Between two pieces of Claude's answer")
    gemini_idle_timeout_s: float = Field(600, gt=0, le=3600, description="Gemini sends nothing while it thinks")
    retry_delays_s: list[float] = Field(
        [15, 30], max_length=5, description="Before the second and third try of a call that may recover, as JSON"
    )
    prices: dict[str, Price] = Field(
        {}, description='USD per million tokens by model id, as JSON: {"claude-opus-5-5": {"input": 4, "output": 20}}'
    )
