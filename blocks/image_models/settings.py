"""Settings of the image models: keys, addresses, ids, limits and prices."""

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.language_models.prices import Price


class ImageModelSettings(BaseSettings):
    """Every field is the environment variable ATELIER_IMAGE_<FIELD> unless it says otherwise.

    Keys and addresses are those of the language models. The default of OpenAI is the newer and faster of two models
    of the same price (November 2026); that of Gemini is its best.
    """

    model_config = SettingsConfigDict(env_prefix="ATELIER_IMAGE_", extra="ignore", populate_by_name=True)

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    gemini_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("RING_GEN_GEMINI_API_KEY", "GEMINI_API_KEY")
    )
    openai_base_url: str | None = Field(
        None, validation_alias="OPENAI_BASE_URL", description="With its /v1, as the SDK takes it"
    )
    gemini_base_url: str | None = Field(None, validation_alias="GEMINI_BASE_URL")

    openai_model: str = Field("gpt-image-2.5-flare", validation_alias="OPENAI_IMAGE_MODEL")
    gemini_model: str = Field("gemini-3-pro-image-preview", validation_alias="GEMINI_IMAGE_MODEL")
    openai_quality: Literal["low", "medium", "high"] = "medium"
    gemini_max_output_tokens: int = Field(8_192, ge=2_048, le=32_768, description="The picture and all thinking")
    timeout_s: float = Field(120, gt=0, le=600, description="For a whole answer; below the timeout of its task")
    retry_delays_s: list[float] = Field(
        [4, 16], max_length=5, description="Before the second and third try of a call that may recover, as JSON"
    )
    offline_px: int = Field(
        768, ge=64, le=1024, description="Edge of the offline illustrator's renderings; its concepts are always 1024"
    )
    prices: dict[str, Price] = Field(
        {},
        validation_alias="ATELIER_LLM_PRICES",
        description="USD per million tokens by model id, shared with the language models; output is that of pictures",
    )
