"""Routes that hand out stored pictures of the try-on: an overlay of a mask, and several at once."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.bodies import body_of
from api.contracts.tryon_deps import Workflows, body
from api.contracts.tryon_images import MAX_STORED_BYTES, is_ours, size_of
from api.contracts.tryon_models import FetchBody, OverlayBody
from api.contracts.tryon_wire import Base64, json_answer
from blocks.artifacts import ArtifactDamaged, ArtifactNotFound, ArtifactStore
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.images.decoding import decode, decode_mask, encode_jpeg
from tasks.domain.masks.overlay import overlay

router = APIRouter()

OVERLAY_QUALITY = 90
MAX_OVERLAY_PIXELS = 16_000_000  # the largest canvas


@router.post("/overlay", openapi_extra=body_of(OverlayBody))
async def read_overlay(
    asked: Annotated[OverlayBody, Depends(body(OverlayBody))], request: Request, found: Workflows
) -> Response:
    """Return a picture, its mask, and the picture with the mask over it in green."""
    async with found.drawing:
        image = await _stored(found.store, asked.image_uri, "imageUri")
        mask = await _stored(found.store, asked.mask_uri, "maskUri")
        covered = await asyncio.to_thread(_overlaid, image, mask)
    encoded = {
        "imageBase64": Base64.of(image),
        "maskBase64": Base64.of(mask),
        "overlayBase64": Base64.of(covered),
    }
    return await json_answer(encoded, request)


@router.post("/images/fetch", openapi_extra=body_of(FetchBody))
async def fetch_images(
    asked: Annotated[FetchBody, Depends(body(FetchBody))], request: Request, found: Workflows
) -> Response:
    """Return stored pictures by the caller's own keys; null for whatever is none of them."""
    fetched = {key: await _fetched(found.store, uri) for key, uri in asked.uris.items()}
    return await json_answer(fetched, request)


def _overlaid(image: bytes, mask: bytes) -> bytes:
    photo = decode(image, field="imageUri", max_px=MAX_OVERLAY_PIXELS)
    height_px, width_px = photo.pixels.shape[:2]
    size_of(mask, "maskUri", MAX_OVERLAY_PIXELS)
    white = decode_mask(mask, field="maskUri", size=(width_px, height_px))
    return encode_jpeg(overlay(photo.pixels, white), quality=OVERLAY_QUALITY)


async def _stored(store: ArtifactStore, uri: str, field: str) -> bytes:
    """Return what `uri` names in our store; raises InvalidInput for any other place, ArtifactNotFound."""
    if not is_ours(store, uri):
        raise InvalidInput(field, f"must be azure://{store.container}/hashed/<sha256>")
    return await store.read(uri, max_bytes=MAX_STORED_BYTES, field=field)


async def _fetched(store: ArtifactStore, uri: Any) -> Base64 | None:
    if not isinstance(uri, str) or not is_ours(store, uri):
        return None
    try:
        data = await store.read(uri, max_bytes=MAX_STORED_BYTES)
        await asyncio.to_thread(size_of, data, "uri")
    except (InvalidInput, ArtifactNotFound, ArtifactDamaged, UpstreamError):
        return None
    return await asyncio.to_thread(Base64.of, data)
