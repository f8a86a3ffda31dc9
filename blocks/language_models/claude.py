"""Claude, on the Anthropic SDK."""

import asyncio
import base64
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from blocks.language_models.answers import Prompt, Stop
from blocks.language_models.model import MALFORMED, LanguageModel, Received, why_no_answer
from blocks.language_models.tls import tls_context
from blocks.tracing import outgoing_headers
from tasks.domain.pictures import Picture

if TYPE_CHECKING:
    from anthropic import APIError, AsyncAnthropic
    from anthropic.types import Message

NOT_THE_FORMAT = "the answer is not in the form of the Messages API"

# Errors that a stream reports inside a 200 answer; the same ones that come as 529, 500 and 504 otherwise.
PASSING_ERRORS = {"overloaded_error", "api_error", "timeout_error"}


class Claude(LanguageModel):
    """Claude by Anthropic: streamed, thinking adaptively, its system text cached for the next call."""

    _block_type_name = "Claude"
    _block_type_slug = "claude"
    _description = "Claude by Anthropic, for designing pieces and mending scripts."

    service: ClassVar[str] = "claude"
    provider_id: ClassVar[str] = "anthropic"
    stops: ClassVar[dict[str, Stop]] = {
        "end_turn": "complete",
        "stop_sequence": "complete",
        "max_tokens": "truncated",
        "model_context_window_exceeded": "truncated",
        "refusal": "refused",
    }

    model_id: str = "claude-sonnet-5-5"
    effort: Literal["default", "low", "medium", "high", "xhigh", "max"] = Field(
        "medium", description="How much it may think; default sends nothing, for models that take no effort"
    )

    def _load_sdk(self) -> None:
        from anthropic.lib import streaming
        from anthropic.types import Message, TextBlock, Usage, parsed_message

        _ = self._client().messages  # the SDK imports its resources when they are first used
        events = (streaming.TextEvent, streaming.ParsedContentBlockStopEvent, streaming.ParsedMessageStopEvent)
        for model in (Message, TextBlock, Usage, parsed_message.ParsedMessage, parsed_message.ParsedTextBlock, *events):
            model.model_rebuild()  # and builds these when an answer comes

    async def _ask(self, prompt: Prompt) -> Received:
        import anthropic  # over 2 s of imports, paid by the worker's zygote or by the task that asks
        import httpx2

        received = Received()
        try:
            async with (
                asyncio.timeout(self.timeout_s),
                self._client() as client,
                client.messages.stream(**self._request(prompt)) as stream,
            ):
                async for event in stream:
                    if event.type == "message_start":
                        received = self._received(event.message)
                    elif event.type == "text":
                        received = received.model_copy(update={"text": received.text + event.text})
                received = self._received(stream.current_message_snapshot)
        except (anthropic.APIConnectionError, httpx2.TransportError, TimeoutError) as error:
            raise self._failure(_words(error), received, retryable=True, why=why_no_answer(error)) from error
        except anthropic.APIError as error:
            status = getattr(error, "status_code", None)
            passing = _is_passing(error)
            raise self._failure(_words(error), received, retryable=passing, why="refused", status=status) from error
        except MALFORMED as error:
            raise self._failure(NOT_THE_FORMAT, received, retryable=False) from error
        return received

    def _client(self) -> "AsyncAnthropic":
        import anthropic
        import httpx2

        return anthropic.AsyncAnthropic(
            api_key=self.api_key.get_secret_value(),
            base_url=self.base_url,
            max_retries=0,
            default_headers=outgoing_headers(),
            timeout=httpx2.Timeout(self.idle_timeout_s, connect=10),
            http_client=anthropic.DefaultAsyncHttpxClient(verify=tls_context()),
        )

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        content: list[dict[str, Any]] = [{"type": "text", "text": prompt.user}]
        if prompt.image is not None:
            content.insert(0, _picture_block(prompt.image))
        return {
            "model": self.model_id,
            "max_tokens": self.max_output_tokens,
            **({} if self.effort == "default" else {"output_config": {"effort": self.effort}}),
            "system": [{"type": "text", "text": prompt.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": content}],
        }

    def _received(self, message: "Message") -> Received:
        return Received(
            text="".join(block.text for block in message.content if block.type == "text"),
            model_id=message.model,
            usage=self.pricing.usage({"usage": message.usage.model_dump()}),
            stop_detail=message.stop_reason or "",
        )


def _picture_block(picture: Picture) -> dict[str, Any]:
    data = base64.b64encode(picture.data).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": picture.media_type, "data": data}}


def _is_passing(error: "APIError") -> bool:
    """Overload and the provider's own faults pass. A 429 is our account's limit, and like every 4xx does not."""
    status = getattr(error, "status_code", 0)
    return status >= 500 or (status < 400 and _kind(error) in PASSING_ERRORS)


def _kind(error: "APIError") -> str:
    inner = error.body.get("error") if isinstance(error.body, dict) else None
    return str(inner.get("type", "")) if isinstance(inner, dict) else ""


def _words(error: Exception) -> str:
    status = getattr(error, "status_code", None)
    text = str(error) or type(error).__name__
    return f"HTTP {status}: {text}" if status else text
