"""An image endpoint over HTTP: an order in, one picture out. Whether to try again is the caller's policy."""

import asyncio
import base64
import math
from typing import Any, ClassVar, Literal, Self
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, Field

from blocks.artifacts import Artifact, ArtifactStore
from blocks.http_service import HttpService
from blocks.images.gallery import safe_filename
from blocks.images.settings import EndpointEntry, ImageSettings, image_settings
from blocks.replies import Reply
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.images.opening import load, open_picture
from tasks.domain.pictures import MAX_PICTURE_PIXELS, sniff

FETCH_TIMEOUT_S = 60  # to download a picture that is made
MAX_STATS, MAX_STAT_CHARACTERS = 40, 2000
MOST = 2**63  # no seed is larger
EndpointState = Literal["online", "timeout", "offline"]
Stat = str | int | float | bool | None


class PictureOrder(BaseModel):
    """One picture, as an endpoint is asked for it."""

    model_config = ConfigDict(frozen=True)

    prompt: str
    orientation: Literal["landscape", "portrait", "square"] = "landscape"
    size: Literal["0.5mp", "1mp", "2mp", "4mp"] = "1mp"
    steps: int = 25
    seed: int | None = Field(None, description="None: the endpoint chooses")
    guidance_scale: float | None = None
    image: Artifact | None = Field(None, description="A picture to start from")
    strength: float = Field(0.75, description="How far from `image`; sent only with one")


class MadePicture(BaseModel):
    """A picture that an endpoint made, stored."""

    filename: str = Field(description="The endpoint's, of harmless characters and without folders")
    picture: Artifact
    stats: dict[str, Stat] = Field(description="What the endpoint says of it: filename, seed, engine, …")


class ImageEndpoint(HttpService):
    """A server that makes pictures from words, one request after another or several at once."""

    _block_type_name = "Image endpoint"
    _block_type_slug = "image-endpoint"
    _description = "Makes a picture from a prompt and a seed, from another picture if there is one."

    service: ClassVar[str] = "image endpoint"
    variable: ClassVar[str] = "IMAGE_ENDPOINTS"

    name: str = Field("", description="As jobs and pages call it")
    timeout_s: float = Field(720, gt=0, description="To make a picture")
    probe_timeout_s: float = Field(3, gt=0)

    @classmethod
    def of(cls, entry: EndpointEntry, settings: ImageSettings | None = None) -> Self:
        """Return the endpoint that config.json lists as `entry`."""
        settings = settings or image_settings()
        return cls(
            url=entry.address,
            name=entry.label,
            timeout_s=settings.endpoint_timeout_s,
            probe_timeout_s=settings.probe_timeout_s,
        )

    async def generate(self, order: PictureOrder, *, key: str) -> MadePicture:
        """Return the picture for `order`, stored. The same `key` asks an endpoint that knows keys for the same picture.

        Raises UpstreamError: to be retried when the endpoint is away, busy, too slow or in trouble, or a picture comes
        damaged; not when it refuses the order, whose reason it gives, or answers with something that is no picture.
        """
        store = ArtifactStore.from_settings()
        reply = await self.post("/generate", await _body(order, store), self.timeout_s, {"Idempotency-Key": key})
        stats = self._first_image(reply)
        name = stats.text("filename")
        data = await self.download(f"/images/{quote(name, safe='')}", FETCH_TIMEOUT_S)
        await asyncio.to_thread(self._check, data)
        filename = safe_filename(name)
        kept = {stat: value for stat, value in stats.body.items() if _is_small(value)}
        return MadePicture(
            filename=filename,
            picture=await store.write(data),
            stats=dict(list(kept.items())[:MAX_STATS]) | {"filename": filename},
        )

    async def state(self) -> EndpointState:
        """Ask whether the endpoint is there: whatever it answers, it is."""
        try:
            async with asyncio.timeout(self.probe_timeout_s):
                await self._exchange("GET", "/health", None, self.probe_timeout_s, {})
        except (TimeoutError, httpx.TimeoutException):
            return "timeout"
        except (httpx.TransportError, httpx.InvalidURL):
            return "offline"
        return "online"

    def _first_image(self, reply: Reply) -> Reply:
        """Return what the answer says of its picture; raises UpstreamError when it has none."""
        if not reply.flag("success"):
            said = reply.optional_text("error")
            raise UpstreamError(self.service, said or "answers that it made no picture, and not why")
        images = reply.at("images")
        if not isinstance(images, list) or not images or not isinstance(images[0], dict):
            raise reply.wrong("images", "must be a list with an object in it")
        return Reply(self.service, images[0])

    def _check(self, data: bytes) -> None:
        """Raise UpstreamError unless `data` is a whole picture."""
        if not sniff(data).startswith("image/"):
            raise UpstreamError(self.service, "answers with something that is no picture")
        try:
            load(open_picture(data, field="picture", max_px=MAX_PICTURE_PIXELS), data, field="picture")
        except InvalidInput as error:
            raise UpstreamError(self.service, f"its picture cannot be used: {error.problem}", retryable=True) from error


async def _body(order: PictureOrder, store: ArtifactStore) -> dict[str, Any]:
    body = order.model_dump(exclude={"image", "strength"}, exclude_none=True) | {"batch": 1}
    if order.image is None:
        return body
    encoded = base64.b64encode(await store.read(order.image)).decode()
    return body | {"input_image": f"data:{order.image.media_type};base64,{encoded}", "strength": order.strength}


def _is_small(value: Any) -> bool:
    """Tell what of an endpoint's words is kept: no nested data, no embedded picture, nothing that JSON cannot say."""
    if isinstance(value, str):
        return len(value) <= MAX_STAT_CHARACTERS
    if isinstance(value, int):
        return abs(value) < MOST
    return value is None or (isinstance(value, float) and math.isfinite(value))
