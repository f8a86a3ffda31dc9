"""OpenAI's images API, on its SDK: drawn from words, or from words and a picture."""

import asyncio
import base64
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from blocks.image_models.answers import Drawing, ImageUsage, Wish
from blocks.image_models.model import NOT_THE_FORMAT, ImageModel
from blocks.language_models.model import MALFORMED
from blocks.language_models.tls import tls_context
from blocks.tracing import outgoing_headers
from tasks.domain.pictures import Picture

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai.types import ImagesResponse

SIZE = "1024x1024"
# Tokens of one square picture, at most. A picture of GPT Image at high quality has been about 7,000.
MOST_TOKENS = {"low": 1_000, "medium": 3_500, "high": 12_000}


class OpenAIImages(ImageModel):
    """GPT Image by OpenAI: several pictures in one request."""

    _block_type_name = "OpenAI Images"
    _block_type_slug = "openai-images"
    _description = "GPT Image by OpenAI, for concepts from words or from a picture."

    service: ClassVar[str] = "openai"
    provider_id: ClassVar[str] = "openai"
    per_request: ClassVar[int] = 4
    input_picture_tokens: ClassVar[int] = 10_000

    model_id: str = "gpt-image-2.5-flare"
    quality: Literal["low", "medium", "high"] = Field("medium", description="What a picture costs depends on it")

    def _load_sdk(self) -> None:
        from openai.types import Image, ImagesResponse

        _ = self._client().images  # the SDK imports its resources when they are first used
        for model in (Image, ImagesResponse):
            model.model_rebuild()

    async def draw(self, wish: Wish) -> Drawing:
        import httpx2
        import openai

        try:
            async with asyncio.timeout(self.timeout_s), self._client() as client:
                response = await self._answer(client, wish)
        except (openai.APIConnectionError, httpx2.TransportError, TimeoutError) as error:
            raise self._failure(str(error) or type(error).__name__, retryable=True) from error
        except openai.APIStatusError as error:
            detail = f"HTTP {error.status_code}: {error.message}"
            raise self._failure(detail, retryable=error.status_code >= 500) from error
        except (openai.APIError, *MALFORMED) as error:
            raise self._failure(NOT_THE_FORMAT, retryable=False) from error
        return self._read(response, wish)

    def _client(self) -> "AsyncOpenAI":
        import openai

        return openai.AsyncOpenAI(
            api_key=self.api_key.get_secret_value(),
            base_url=self.base_url,
            max_retries=0,
            timeout=self.timeout_s,
            default_headers=outgoing_headers(),
            http_client=openai.DefaultAsyncHttpxClient(verify=tls_context()),
        )

    async def _answer(self, client: "AsyncOpenAI", wish: Wish) -> "ImagesResponse":
        how: dict[str, Any] = {
            "model": self.model_id,
            "prompt": wish.prompt,
            "n": wish.n,
            "size": SIZE,
            "quality": self.quality,
            "background": "opaque",
            "output_format": "png",
        }
        if wish.picture is None:
            return await client.images.generate(**how)
        return await client.images.edit(image=_file(wish.picture), **how)

    def _read(self, response: "ImagesResponse", wish: Wish) -> Drawing:
        """Take the answer apart; from here on it has been paid."""
        usage = None
        try:
            if response.usage is None and not response.data:
                raise ValueError("neither pictures nor tokens")
            usage = self._usage(response, wish)
            pictures = [base64.b64decode(image.b64_json or "", validate=True) for image in response.data or []]
        except MALFORMED as error:
            raise self._failure(NOT_THE_FORMAT, retryable=False, usage=usage) from error
        return self._drawing([picture for picture in pictures if picture], "", None, usage)

    def _usage(self, response: "ImagesResponse", wish: Wish) -> ImageUsage:
        """Return the tokens as reported; where none are, as many as there can have been."""
        if response.usage is None:
            return self._most_output(wish)
        usage = self.pricing.usage({"usage": response.usage.model_dump(exclude_none=True)})
        if usage.output_image_tokens:
            return usage
        return usage.model_copy(update={"output_image_tokens": usage.output_tokens})  # older models do not split them

    def _most_output(self, wish: Wish) -> ImageUsage:
        tokens = MOST_TOKENS[self.quality] * wish.n
        return ImageUsage(output_tokens=tokens, output_image_tokens=tokens)


def _file(picture: Picture) -> tuple[str, bytes, str]:
    """Return the picture as the SDK uploads files; the API tells its format from the name as well."""
    return f"picture.{picture.media_type.removeprefix('image/')}", picture.data, picture.media_type
