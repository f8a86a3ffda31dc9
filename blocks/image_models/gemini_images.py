"""Gemini's image models, on Google's genai SDK."""

import asyncio
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from blocks.image_models.answers import Drawing, ImageUsage, Wish
from blocks.image_models.model import NOT_THE_FORMAT, ImageModel
from blocks.language_models.model import MALFORMED
from blocks.language_models.tls import tls_context
from blocks.tracing import outgoing_headers

if TYPE_CHECKING:
    from google.genai.client import AsyncClient
    from google.genai.types import Content, GenerateContentConfig, GenerateContentResponse
    from httpx2 import AsyncClient as HttpClient

MOST_PICTURE_TOKENS = 2_000  # of a picture of 4K; one of 1K is 1,120


class GeminiImages(ImageModel):
    """Gemini by Google, drawing: one picture a request."""

    _block_type_name = "Gemini Images"
    _block_type_slug = "gemini-images"
    _description = "Gemini's image model by Google, for concepts from words or from a picture."

    service: ClassVar[str] = "gemini"
    provider_id: ClassVar[str] = "google"
    per_request: ClassVar[int] = 1
    input_picture_tokens: ClassVar[int] = 3_000

    model_id: str = "gemini-3-pro-image-preview"
    max_output_tokens: int = Field(8_192, ge=2_048, le=32_768, description="The picture and all thinking")

    def _load_sdk(self) -> None:
        import httpx2

        self._client(httpx2.AsyncClient(verify=tls_context()))

    async def draw(self, wish: Wish) -> Drawing:
        import httpx2
        from google.genai import errors

        try:
            async with (
                asyncio.timeout(self.timeout_s),
                httpx2.AsyncClient(timeout=self.timeout_s, verify=tls_context()) as http,
            ):
                models = self._client(http).models
                response = await models.generate_content(
                    model=self.model_id, contents=_content(wish), config=self._config()
                )
        except (httpx2.TransportError, TimeoutError) as error:
            raise self._failure(str(error) or type(error).__name__, retryable=True) from error
        except errors.APIError as error:
            raise self._failure(f"HTTP {error.code}: {error.message}", retryable=error.code >= 500) from error
        except MALFORMED as error:
            raise self._failure(NOT_THE_FORMAT, retryable=False) from error
        return self._read(response)

    def _client(self, http: "HttpClient") -> "AsyncClient":
        from google import genai
        from google.genai.types import HttpOptions, HttpRetryOptions

        options = HttpOptions(
            base_url=self.base_url,
            timeout=round(self.timeout_s * 1000),
            retry_options=HttpRetryOptions(attempts=1),
            headers=outgoing_headers(),
            httpx_async_client=http,
        )
        return genai.Client(api_key=self.api_key.get_secret_value(), http_options=options).aio

    def _config(self) -> "GenerateContentConfig":
        from google.genai.types import GenerateContentConfig, ImageConfig

        return GenerateContentConfig(
            response_modalities=["IMAGE"],
            image_config=ImageConfig(aspect_ratio="1:1"),
            max_output_tokens=self.max_output_tokens,
        )

    def _read(self, response: "GenerateContentResponse") -> Drawing:
        """Take the answer apart; one without a count of tokens is none of this API's."""
        if response.usage_metadata is None:
            raise self._failure(NOT_THE_FORMAT, retryable=False)
        reported = response.usage_metadata.model_dump(mode="json", by_alias=True, exclude_none=True)
        try:
            usage = self.pricing.usage({"usageMetadata": reported})
        except MALFORMED as error:
            raise self._failure(NOT_THE_FORMAT, retryable=False) from error
        pictures = _pictures(response)
        if pictures and not usage.output_image_tokens:  # not split: all that is no thinking is the picture's
            drawn = usage.output_tokens - usage.thinking_tokens
            usage = usage.model_copy(update={"output_image_tokens": drawn})
        return self._drawing(pictures, _why_nothing(response), response.model_version, usage)

    def _most_output(self, wish: Wish) -> ImageUsage:
        return ImageUsage(output_tokens=self.max_output_tokens, output_image_tokens=MOST_PICTURE_TOKENS)


def _content(wish: Wish) -> "Content":
    from google.genai.types import Content, Part

    parts = [Part.from_text(text=wish.prompt)]
    if wish.picture is not None:
        parts.insert(0, Part.from_bytes(data=wish.picture.data, mime_type=wish.picture.media_type))
    return Content(role="user", parts=parts)


def _pictures(response: "GenerateContentResponse") -> list[bytes]:
    """Return the picture that was drawn; sketches made while thinking are left out."""
    candidate = response.candidates[0] if response.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    blobs = [part.inline_data.data for part in parts if part.inline_data and not part.thought]
    return [data for data in blobs if data][-1:]


def _why_nothing(response: "GenerateContentResponse") -> str:
    """Say why no picture came; a prompt that is blocked gets no candidate at all."""
    if response.prompt_feedback and response.prompt_feedback.block_reason:
        return response.prompt_feedback.block_reason.value
    candidate = response.candidates[0] if response.candidates else None
    return candidate.finish_reason.value if candidate and candidate.finish_reason else ""
