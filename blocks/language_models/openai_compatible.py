"""LM Studio, Ollama and other servers of OpenAI's chat completions, on its SDK: free, and mostly without a key."""

import asyncio
import base64
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, SecretStr

from blocks.language_models.answers import Prompt, Stop, Usage
from blocks.language_models.model import MALFORMED, LanguageModel, Received, why_no_answer
from blocks.language_models.prices import Price
from blocks.language_models.tls import tls_context
from blocks.tracing import outgoing_headers
from tasks.domain.pictures import Picture

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletion, ChatCompletionMessage

NO_KEY = SecretStr("no-key-is-needed")  # the SDK wants one
NOT_THE_FORMAT = "the answer is not in the form of chat completions"
FREE = Price(input=0, output=0)
PASSING = {408, 409, 425, 429}  # beside 5xx: a server that is loading a model or busy with another request
THOUGHTS = ("reasoning_content", "reasoning")  # LM Studio's name and Ollama's


class OpenAICompatible(LanguageModel):
    """A server of one's own, asked for a whole answer at once."""

    _block_type_name = "OpenAI-compatible server"
    _block_type_slug = "openai-compatible"
    _description = "LM Studio, Ollama or another server of OpenAI's protocol, for prompts and for looking at pictures."

    service: ClassVar[str] = "lm studio"
    provider_id: ClassVar[str] = "openai"
    stops: ClassVar[dict[str, Stop]] = {"stop": "complete", "length": "truncated", "content_filter": "refused"}

    model_id: str = Field("", description="As the server lists it; empty: the first that it lists")
    api_key: SecretStr = NO_KEY
    max_output_tokens: int = Field(4096, ge=64, le=128_000, description="Thinking included")
    num_ctx: int | None = Field(None, ge=256, description="Context length that Ollama is asked for")
    price: Price | None = Field(FREE, description="Of whoever pays for the server")

    def _load_sdk(self) -> None:
        from openai.types import Model
        from openai.types.chat import ChatCompletion, ChatCompletionMessage

        client = self._client()
        _ = client.chat.completions, client.models  # the SDK imports its resources when they are first used
        for model in (Model, ChatCompletion, ChatCompletionMessage):
            model.model_rebuild()  # and builds these when an answer comes

    async def _ask(self, prompt: Prompt) -> Received:
        import httpx2
        import openai

        nothing = Received()
        try:
            async with asyncio.timeout(self.timeout_s), self._client() as client:
                model_id = self.model_id or await _first_model(client)
                completion = await client.chat.completions.create(**self._request(model_id, prompt))
            return _received(completion)
        except (openai.APIConnectionError, httpx2.TransportError, TimeoutError) as error:
            why = why_no_answer(error)
            words = f"took longer than {self.timeout_s:g} s" if why == "timeout" else str(error)
            raise self._failure(words or type(error).__name__, nothing, retryable=True, why=why) from error
        except openai.APIStatusError as error:
            status, words = error.status_code, f"HTTP {error.status_code}: {error.message}"
            passing = status >= 500 or status in PASSING
            raise self._failure(words, nothing, retryable=passing, why="refused", status=status) from error
        except (openai.APIError, *MALFORMED) as error:
            raise self._failure(NOT_THE_FORMAT, nothing, retryable=False) from error

    def _client(self) -> "AsyncOpenAI":
        import httpx2
        import openai

        return openai.AsyncOpenAI(
            api_key=self.api_key.get_secret_value(),
            base_url=self.base_url,
            max_retries=0,
            timeout=httpx2.Timeout(self.timeout_s, connect=10),
            default_headers=outgoing_headers(),
            http_client=openai.DefaultAsyncHttpxClient(verify=tls_context()),
        )

    def _request(self, model_id: str, prompt: Prompt) -> dict[str, Any]:
        content: Any = prompt.user
        if prompt.image is not None:
            content = [{"type": "text", "text": prompt.user}, _picture_part(prompt.image)]
        return {
            "model": model_id,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": content}],
            "max_tokens": self.max_output_tokens,
            **({} if prompt.temperature is None else {"temperature": prompt.temperature}),
            **({"extra_body": {"options": {"num_ctx": self.num_ctx}}} if self.num_ctx else {}),
        }


async def _first_model(client: "AsyncOpenAI") -> str:
    """Return the first model of the server's list that is not one for embeddings."""
    listed = [model.id async for model in client.models.list()]
    return next((name for name in listed if "embed" not in name.lower()), "")


def _received(completion: "ChatCompletion") -> Received:
    choice = completion.choices[0]
    return Received(
        text=_text(choice.message),
        model_id=completion.model or "",
        usage=_usage(completion.usage),
        stop_detail=choice.finish_reason or "stop",  # not every server says why it stopped
    )


def _text(message: "ChatCompletionMessage") -> str:
    """Return what it said; of a model that only thought aloud, what it thought."""
    said = message.content or ""
    if said.strip():
        return said
    thoughts = (getattr(message, name, None) for name in THOUGHTS)
    return next((thought for thought in thoughts if isinstance(thought, str) and thought.strip()), said)


def _usage(reported: "CompletionUsage | None") -> Usage:
    """Read the tokens, which not every server counts."""
    if reported is None:
        return Usage()
    read, written = reported.prompt_tokens_details, reported.completion_tokens_details
    return Usage(
        input_tokens=reported.prompt_tokens or 0,
        output_tokens=reported.completion_tokens or 0,
        cached_input_tokens=(read.cached_tokens if read else None) or 0,
        thinking_tokens=(written.reasoning_tokens if written else None) or 0,
    )


def _picture_part(picture: Picture) -> dict[str, Any]:
    data = base64.b64encode(picture.data).decode()
    return {"type": "image_url", "image_url": {"url": f"data:{picture.media_type};base64,{data}"}}
