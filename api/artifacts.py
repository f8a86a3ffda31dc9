"""Stored bytes over HTTP: streamed, known by their digest, and open to whoever holds a signed link."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from blocks.artifacts import ArtifactStore
from tasks.domain.pictures import sniff

router = APIRouter()

# Shown in the browser as what they are; everything else is downloaded, so that nothing stored can run as a page.
SHOWN = {"image/png", "image/jpeg", "image/webp", "image/gif", "model/gltf-binary"}


@router.get("/artifacts/{sha256}")
async def read_signed(
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query(max_length=128)],
    request: Request,
) -> Response:
    """Serve what a signed link names; 403 when the link is forged or has expired."""
    store: ArtifactStore = request.app.state.store
    if not store.verify_signature(sha256, expires=expires, signature=signature):
        raise HTTPException(403, "the link is not genuine or has expired")
    return await serve(store, sha256, request)


async def serve(store: ArtifactStore, sha256: str, request: Request, *, name: str = "") -> Response:
    """Stream the content `sha256`, or answer 304 to a client that has it.

    The media type is told from the bytes. Raises ArtifactNotFound before anything is sent.
    """
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "private, no-cache"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    chunks = store.stream(f"azure://{store.container}/hashed/{sha256}")
    head = await anext(chunks, b"")
    media_type = sniff(head, complete=False)
    disposition = "inline" if media_type in SHOWN else "attachment"
    headers["Content-Disposition"] = f'{disposition}; filename="{name}"' if name else disposition
    return StreamingResponse(_rejoined(head, chunks), media_type=media_type, headers=headers)


async def _rejoined(head: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield head
    async for chunk in rest:
        yield chunk
