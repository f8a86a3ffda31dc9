"""Stored bytes over HTTP: streamed, in ranges too, known by their digest, open to whoever holds a signed link."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from blocks.artifacts import HEAD_BYTES, ArtifactStore
from tasks.domain.pictures import sniff

router = APIRouter(tags=["artifacts"])

# Shown in the browser as what they are; everything else is downloaded, so that nothing stored can run as a page.
SHOWN = {"image/png", "image/jpeg", "image/webp", "image/gif", "model/gltf-binary"}
_RANGE = re.compile(r"bytes=(?P<first>\d{0,15})-(?P<last>\d{0,15})")
_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_BYTES = {"application/octet-stream": {"example": "glTF…"}}


@router.api_route(
    "/artifacts/{sha256}",
    methods=["GET"],
    response_class=StreamingResponse,
    responses={
        200: {"content": _BYTES},
        206: {"content": _BYTES, "description": "The part that `Range: bytes=…` asked for"},
        416: {"description": "The part lies outside"},
    },
)
@router.head("/artifacts/{sha256}", include_in_schema=False)
async def read_signed(
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", examples=[_EXAMPLE])],
    expires: Annotated[int, Query(examples=[1772370000])],
    signature: Annotated[str, Query(max_length=128, examples=["0f3c"])],
    request: Request,
) -> Response:
    """Serve what a signed link names; 403 when the link is forged or has expired."""
    store: ArtifactStore = request.app.state.store
    if not store.verify_signature(sha256, expires=expires, signature=signature):
        raise HTTPException(403, "the link is not genuine or has expired")
    return await serve(store, sha256, request)


async def serve(store: ArtifactStore, sha256: str, request: Request, *, name: str = "") -> Response:
    """Stream the content `sha256` or the range of it that is asked for, or answer 304 to a client that has it.

    The media type is told from the bytes. Raises ArtifactNotFound before anything is sent.
    """
    uri = f"azure://{store.container}/hashed/{sha256}"
    headers = {"ETag": f'"{sha256}"', "Cache-Control": "private, no-cache", "Accept-Ranges": "bytes"}
    headers["Content-Encoding"] = "identity"  # never packed on the way: a range counts the bytes as they are
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    size = await store.size(uri)
    media_type = sniff(await store.read_range(uri, 0, min(size, HEAD_BYTES)), complete=size <= HEAD_BYTES)
    disposition = "inline" if media_type in SHOWN else "attachment"
    headers["Content-Disposition"] = f'{disposition}; filename="{name}"' if name else disposition
    asked = _asked_range(request, headers["ETag"])
    if asked is None:
        headers["Content-Length"] = str(size)
        return _streamed(request, store.stream(uri), 200, media_type, headers)
    part = _part(asked, size)
    if not part:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    headers |= {"Content-Length": str(len(part)), "Content-Range": f"bytes {part[0]}-{part[-1]}/{size}"}
    return _streamed(request, store.stream_range(uri, part.start, part.stop), 206, media_type, headers)


def _streamed(
    request: Request, chunks: AsyncIterator[bytes], status: int, media_type: str, headers: dict[str, str]
) -> Response:
    if request.method == "HEAD":
        return Response(status_code=status, media_type=media_type, headers=headers)
    return StreamingResponse(chunks, status, headers, media_type)


def _asked_range(request: Request, etag: str) -> re.Match[str] | None:
    """Return the one range that is asked for; several, or one of other content, are answered with everything."""
    match = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    return match if match and request.headers.get("if-range", etag) == etag else None


def _part(asked: re.Match[str], size: int) -> range:
    """Return the bytes that are asked for, none when the range lies outside or says nothing."""
    first, last = asked["first"], asked["last"]
    if first:
        return range(int(first), min(int(last) + 1, size) if last else size)
    return range(max(size - int(last), 0), size) if last else range(0)
