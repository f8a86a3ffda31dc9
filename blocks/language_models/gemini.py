"""Gemini, on Google's genai SDK."""

import asyncio
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from blocks.language_models.answers import Prompt, Stop, Usage
from blocks.language_models.model import MALFORMED, LanguageModel, Received, why_no_answer
from blocks.language_models.tls import tls_context
from blocks.tracing import outgoing_headers

if TYPE_CHECKING:
    from google.genai.client import AsyncClient
    from google.genai.types import Candidate, Content, GenerateContentConfig, GenerateContentResponse
    from httpx2 import AsyncClient as HttpClient


class Gemini(LanguageModel):
    """Gemini by Google: streamed; its system text goes first, so that the provider's own cache finds it again."""

    _block_type_name = "Gemini"
    _block_type_slug = "gemini"
    _description = "Gemini by Google, for designing pieces and mending scripts."

    service: ClassVar[str] = "gemini"
    provider_id: ClassVar[str] = "google"
    stops: ClassVar[dict[str, Stop]] = {"STOP": "complete", "MAX_TOKENS": "truncated"}

    model_id: str = "gemini-3.8-flash"
    max_output_tokens: int = Field(65_536, ge=1024, le=65_536, description="Thinking included")
    idle_timeout_s: float = Field(600, gt=0, description="Between two pieces; it sends nothing while it thinks")
    thinking: Literal["default", "low", "medium", "high"] = Field(
        "medium", description="How much it may think; default sends nothing, for models that take no level"
    )

    def _load_sdk(self) -> None:
        import httpx2

        self._client(httpx2.AsyncClient(verify=tls_context()))

    async def _ask(self, prompt: Prompt) -> Received:
        import httpx2
        from google.genai import errors

        received = Received()
        try:
            async with (
                asyncio.timeout(self.timeout_s),
                httpx2.AsyncClient(timeout=self.idle_timeout_s, verify=tls_context()) as http,
            ):
                client = self._client(http)
                stream = await client.models.generate_content_stream(
                    model=self.model_id, contents=_content(prompt), config=self._config(prompt)
                )
                async for chunk in stream:
                    received = self._received(received, chunk)
        except (httpx2.TransportError, TimeoutError) as error:
            words, why = str(error) or type(error).__name__, why_no_answer(error)
            raise self._failure(words, received, retryable=True, why=why) from error
        except errors.APIError as error:
            words, passing = f"HTTP {error.code}: {error.message}", error.code >= 500
            raise self._failure(words, received, retryable=passing, why="refused", status=error.code) from error
        except MALFORMED as error:
            raise self._failure(
                "the answer is not in the form of generateContent", received, retryable=False
            ) from error
        return received

    def _client(self, http: "HttpClient") -> "AsyncClient":
        from google import genai
        from google.genai.types import HttpOptions, HttpRetryOptions

        options = HttpOptions(
            base_url=self.base_url,
            timeout=round(self.idle_timeout_s * 1000),
            retry_options=HttpRetryOptions(attempts=1),
            headers=outgoing_headers(),
            httpx_async_client=http,
        )
        return genai.Client(api_key=self.api_key.get_secret_value(), http_options=options).aio

    def _config(self, prompt: Prompt) -> "GenerateContentConfig":
        from google.genai.types import GenerateContentConfig, ThinkingConfig, ThinkingLevel

        config = GenerateContentConfig(
            system_instruction=prompt.system,
            max_output_tokens=self.max_output_tokens,
            temperature=prompt.temperature,
        )
        if self.thinking != "default":
            config.thinking_config = ThinkingConfig(thinking_level=ThinkingLevel(self.thinking.upper()))
        return config

    def _received(self, before: Received, chunk: "GenerateContentResponse") -> Received:
        return Received(
            text=before.text + _text(chunk),
            model_id=chunk.model_version or before.model_id,
            usage=self._usage(chunk) or before.usage,
            stop_detail=_stop_detail(chunk) or before.stop_detail,
        )

    def _usage(self, chunk: "GenerateContentResponse") -> Usage | None:
        if chunk.usage_metadata is None:
            return None
        reported = chunk.usage_metadata.model_dump(by_alias=True, exclude_none=True)
        return self.pricing.usage({"usageMetadata": reported})


def _content(prompt: Prompt) -> "Content":
    from google.genai.types import Content, Part

    parts = [Part.from_text(text=prompt.user)]
    if prompt.image is not None:
        parts.insert(0, Part.from_bytes(data=prompt.image.data, mime_type=prompt.image.media_type))
    return Content(role="user", parts=parts)


def _candidate(chunk: "GenerateContentResponse") -> "Candidate | None":
    return chunk.candidates[0] if chunk.candidates else None


def _text(chunk: "GenerateContentResponse") -> str:
    candidate = _candidate(chunk)
    parts = candidate.content.parts if candidate and candidate.content else None
    return "".join(part.text for part in parts or [] if part.text and not part.thought)


def _stop_detail(chunk: "GenerateContentResponse") -> str:
    """Say why it stopped; a prompt that is blocked gets no candidate at all."""
    if chunk.prompt_feedback and chunk.prompt_feedback.block_reason:
        return chunk.prompt_feedback.block_reason.value
    candidate = _candidate(chunk)
    return candidate.finish_reason.value if candidate and candidate.finish_reason else ""
