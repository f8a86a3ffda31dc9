"""The TRELLIS contract as routes, over whatever makes models: the studio's inflation, or TRELLIS on a GPU.

Only FastAPI, Pillow and numpy are needed here, so that a GPU server need not install the rest of the project.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.studio.engines import Reconstructor
from api.studio.requests import Picture
from api.studio.trellis_requests import GenerateModel, How
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.images.decoding import decode

GLB_TYPE = "model/gltf-binary"
RETRY_AFTER_S = 15
FIELD = "image"

T = TypeVar("T")
Read = Callable[[Picture], Awaitable[bytes]]


class Line(Protocol):
    """Where work waits for its turn; the studio's workbench is one."""

    @property
    def unfinished(self) -> int:
        """How many pieces wait or are being worked on."""

    async def answer(self, work: Callable[[], T], gone: Callable[[], Awaitable[bool]], *, held_bytes: int = 0) -> T:
        """Return what `work` returns, done in a thread when its turn comes; `gone` tells whether the client left."""


def trellis(
    reconstructors: Sequence[Reconstructor], read: Read, line: Line, *, max_px: int, prefix: str = ""
) -> APIRouter:
    """Return the routes over `reconstructors`, the first of which is used when none is asked for.

    `read` gives a picture's file; one of more than `max_px` pixels is refused.
    """
    router = APIRouter(prefix=prefix, tags=["trellis"])

    @router.get("/health")
    async def health() -> dict[str, Any]:
        """Say that the service is there, what makes its models, on what, and how many wait."""
        return {
            "status": "online",
            "service": "trellis",
            "engine": reconstructors[0].name,
            "engines": [each.name for each in reconstructors],
            "device": reconstructors[0].device,
            "queued": line.unfinished,
        }

    @router.post("/generate", responses={200: {"content": {GLB_TYPE: {}}}}, response_class=Response)
    async def generate(body: GenerateModel, request: Request) -> Response:
        """Make a model of a picture."""
        reconstructor = chosen(reconstructors, body.model)
        data = await read(body.image)
        work = partial(reconstructed, reconstructor, data, body, max_px)
        try:
            glb = await line.answer(work, request.is_disconnected, held_bytes=len(data))
        except UpstreamError as error:
            if not error.retryable:
                raise
            return JSONResponse({"detail": str(error)}, 503, {"Retry-After": str(RETRY_AFTER_S)})
        return Response(glb, media_type=GLB_TYPE, headers={"X-Engine": reconstructor.name, "X-Seed": str(body.seed)})

    if prefix:
        router.get("", include_in_schema=False)(health)
        router.get("/", include_in_schema=False)(health)
    return router


def chosen(reconstructors: Sequence[Reconstructor], model: str | None) -> Reconstructor:
    """Return the one that answers for `model`; raises InvalidInput naming those that are here."""
    for each in reconstructors:
        if model is None or model in each.models:
            return each
    names = ", ".join(each.name for each in reconstructors)
    raise InvalidInput("model", f"there is no {model} here; there is {names}")


def reconstructed(reconstructor: Reconstructor, data: bytes, how: How, max_px: int) -> bytes:
    """Return the GLB; raises InvalidInput naming the image."""
    return reconstructor.reconstruct(decode(data, field=FIELD, max_px=max_px), how)
