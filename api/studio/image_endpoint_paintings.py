"""Pictures that the image endpoint has painted: kept in the store under names that tell them apart, and made once.

A picture depends on nothing but its order, and its name on nothing but that: whoever asks for the same again, also
while it is being painted or after a restart, gets the same picture.
"""

import asyncio
from functools import partial

from fastapi import Request
from pydantic import BaseModel

from api.studio.image_endpoint_requests import EndpointImage
from api.studio.workbench import Workbench
from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from tasks.domain.images.decoding import encode_jpeg
from tasks.domain.painting.order import Painting, PaintingOrder
from tasks.domain.painting.painter import paint

ENGINE = "studio-painter"
FOLDER = "image-endpoint"


class Kept(BaseModel):
    """One picture of the store, and what is told of it."""

    picture: Artifact
    image: EndpointImage


class Paintings:
    """Paints pictures on the studio's workbench and keeps them."""

    def __init__(self, workbench: Workbench, store: ArtifactStore) -> None:
        self._workbench = workbench
        self._store = store
        self._under_way: dict[str, tuple[asyncio.Task[Kept], list[Request]]] = {}

    async def painted(self, order: PaintingOrder, request: Request) -> EndpointImage:
        """Return the picture of `order`, painted unless it is there; callers that ask at once share one painting.

        Raises Busy, and ClientGone once all who asked have hung up.
        """
        name = f"painter_{order.digest[:24]}_{order.seed}.jpg"
        if name not in self._under_way:
            waiting: list[Request] = []
            task = asyncio.create_task(self._painted(name, order, waiting), name=name)
            self._under_way[name] = task, waiting
        task, waiting = self._under_way[name]
        waiting.append(request)
        return (await asyncio.shield(task)).image

    async def kept(self, name: str) -> Kept:
        """Return the picture of that name; raises ArtifactNotFound."""
        return Kept.model_validate_json(await self._store.read_named(f"{FOLDER}/{name}.json"))

    async def _painted(self, name: str, order: PaintingOrder, waiting: list[Request]) -> Kept:
        try:
            return await self._found(name) or await self._new(name, order, waiting)
        finally:
            del self._under_way[name]

    async def _found(self, name: str) -> Kept | None:
        try:
            kept = await self.kept(name)
        except ArtifactNotFound:
            return None
        return kept if await self._store.exists(kept.picture) else None

    async def _new(self, name: str, order: PaintingOrder, waiting: list[Request]) -> Kept:
        async def gone() -> bool:
            for request in waiting:  # one more may come while the others are asked
                if not await request.is_disconnected():
                    return False
            return True

        held_bytes = 0 if order.start is None else order.start.nbytes
        painting, data = await self._workbench.answer(partial(_encoded, order), gone, held_bytes=held_bytes)
        kept = Kept(picture=await self._store.write(data), image=_told(name, order, painting))
        await self._store.write_named(f"{FOLDER}/{name}.json", kept.model_dump_json().encode())
        return kept


def _encoded(order: PaintingOrder) -> tuple[Painting, bytes]:
    painting = paint(order)
    return painting, encode_jpeg(painting.pixels)


def _told(name: str, order: PaintingOrder, painting: Painting) -> EndpointImage:
    return EndpointImage(
        filename=name,
        seed=order.seed,
        width=order.width_px,
        height=order.height_px,
        engine=ENGINE,
        steps=order.steps,
        guidance_scale=order.guidance,
        strength=None if order.start is None else order.strength,
        read=painting.read,
        unread=painting.unread,
    )
