"""The studio's image endpoint: the contract of image generators, answered by the painter."""

import hashlib
import secrets
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response

from api.studio.image_endpoint_paintings import ENGINE, Paintings
from api.studio.image_endpoint_requests import EndpointAnswer, GeneratePicture, Key
from api.studio.studio import Studio, flat
from blocks.artifacts import ArtifactNotFound, ArtifactStore
from tasks.domain.errors import InvalidInput
from tasks.domain.images.decoding import Pixels
from tasks.domain.painting.order import PaintingOrder, fitted, size_px

PREFIX = "/image-endpoint"
FIELD = "input_image"
KEPT = {"Cache-Control": "private, max-age=31536000, immutable"}  # a name never gets another picture


def image_endpoint(studio: Studio, store: ArtifactStore) -> APIRouter:
    """Return the endpoint's routes."""
    router = APIRouter(prefix=PREFIX, tags=["image endpoint"])
    paintings = Paintings(studio.workbench, store)

    @router.get("", include_in_schema=False)
    @router.get("/", include_in_schema=False)
    @router.get("/health")
    async def health() -> dict[str, Any]:
        """Say that the endpoint is there, what makes its pictures, and how many wait."""
        return {
            "status": "online",
            "service": "image-endpoint",
            "engine": ENGINE,
            "queued": studio.workbench.unfinished,
        }

    @router.post("/generate")
    async def generate(
        body: GeneratePicture, request: Request, idempotency_key: Annotated[Key, Header()] = None
    ) -> EndpointAnswer:
        """Paint one picture. The same body with the same `Idempotency-Key`, or with the same seed, is painted once."""
        order = await _order(studio, body, _seed(body.seed, idempotency_key), request)
        return EndpointAnswer(images=[await paintings.painted(order, request)])

    @router.get("/images/{filename}", response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    async def image(filename: str) -> Response:
        """Return a picture that `generate` named."""
        try:
            kept = await paintings.kept(filename)
        except InvalidInput as error:
            raise ArtifactNotFound("there is no picture of that name") from error
        headers = KEPT | {"ETag": f'"{kept.picture.sha256}"'}
        return Response(await store.read(kept.picture), media_type=kept.picture.media_type, headers=headers)

    return router


def _seed(asked: int | None, key: str | None) -> int:
    """Return the seed that is asked for; else the one that the key stands for; else any."""
    if asked is not None:
        return asked
    if key is not None:
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4])
    return secrets.randbelow(2**32)


async def _order(studio: Studio, body: GeneratePicture, seed: int, request: Request) -> PaintingOrder:
    """Return what is to be painted; raises InvalidInput naming the picture to start from."""
    width_px, height_px = size_px(body.size, body.orientation)
    order = PaintingOrder(body.prompt, seed, width_px, height_px, body.steps, body.guidance_scale)
    if body.input_image is None:
        return order
    data = await studio.pictures.carried(body.input_image, FIELD, max_px=studio.settings.max_work_pixels)
    read = partial(_start, studio, data, width_px, height_px)
    start = await studio.workbench.answer(read, request.is_disconnected, held_bytes=len(data))
    return replace(order, start=start, strength=body.strength)


def _start(studio: Studio, data: bytes, width_px: int, height_px: int) -> Pixels:
    return fitted(flat(studio.photo(data, FIELD)), width_px, height_px)
