"""Pictures of the try-on contract: out of base64 and out of storage, checked from their headers, into the store."""

import asyncio
from dataclasses import dataclass

from api.base64_bytes import TooManyBytes, decoded, in_turns
from api.errors import Refusal
from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from blocks.try_on.settings import try_on_settings
from blocks.try_on.uploads import read_upload
from tasks.domain.errors import InvalidInput
from tasks.domain.images.opening import open_picture
from tasks.domain.pictures import MAX_PICTURE_PIXELS, sniff

PHOTO = "originalImageBase64"
MIN_SIDE_PX = 64
MAX_STORED_BYTES = 64 * 1024 * 1024  # a PNG of the largest canvas


class PhotoTooLarge(Refusal):
    """The photo has more bytes than are taken."""

    status = 413

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"{PHOTO}: decodes to more than {max_bytes / 1024 / 1024:g} MB ({max_bytes} bytes)")


@dataclass(frozen=True)
class StoredPicture:
    """A picture in the store, and what its header says."""

    artifact: Artifact
    width_px: int
    height_px: int


async def store_photo(store: ArtifactStore, text: str, max_bytes: int) -> Artifact:
    """Store the photo in `text`, which is base64 or a data URL; raises PhotoTooLarge and InvalidInput."""
    data = await asyncio.to_thread(decoded_photo, text, max_bytes)
    return await store.write(in_turns(data), field=PHOTO)


def decoded_photo(text: str, max_bytes: int) -> bytes:
    """Return the bytes of a photo in base64; raises PhotoTooLarge, and InvalidInput for what is no photo."""
    try:
        data = decoded(text, max_bytes)
    except TooManyBytes as error:
        raise PhotoTooLarge(max_bytes) from error
    except ValueError as error:
        raise InvalidInput(PHOTO, "is not base64") from error
    size_of(data, PHOTO)
    return data


def size_of(data: bytes, field: str, max_px: int = MAX_PICTURE_PIXELS) -> tuple[int, int]:
    """Return width and height of the picture in `data`, in pixels, from its header.

    Raises InvalidInput naming `field` when it is no picture, or one with too few or too many pixels.
    """
    image = open_picture(data, field=field, max_px=max_px)
    if min(image.size) < MIN_SIDE_PX:
        raise InvalidInput(field, f"{image.width} × {image.height} pixels; at least {MIN_SIDE_PX} a side are needed")
    return image.width, image.height


async def referenced(store: ArtifactStore, uri: str, field: str) -> StoredPicture:
    """Return the picture that `uri` names, in our store; one that a client uploaded is copied there.

    Raises InvalidInput naming `field` for any other place, for what is not there, and for what is no picture.
    """
    if is_ours(store, uri):
        data = await _read(store, uri, field)
        width_px, height_px = await asyncio.to_thread(size_of, data, field)
        artifact = Artifact(uri=uri, sha256=store.digest(uri), media_type=sniff(data), size=len(data))
        return StoredPicture(artifact, width_px, height_px)
    data = await _uploaded(store, uri, field)
    width_px, height_px = await asyncio.to_thread(size_of, data, field)
    return StoredPicture(await store.write(in_turns(data), field=field), width_px, height_px)


def is_ours(store: ArtifactStore, uri: str) -> bool:
    """Tell whether `uri` names content of our store by its digest, which only those know who were given it."""
    try:
        store.digest(uri)
    except InvalidInput:
        return False
    return True


async def _read(store: ArtifactStore, uri: str, field: str) -> bytes:
    try:
        return await store.read(uri, max_bytes=MAX_STORED_BYTES, field=field)
    except ArtifactNotFound as error:
        raise InvalidInput(field, f"nothing is stored as {uri}") from error


async def _uploaded(store: ArtifactStore, uri: str, field: str) -> bytes:
    uploads = f"azure://{try_on_settings().uploads_container}/"
    if not uri.startswith(uploads):
        raise InvalidInput(field, f"must be azure://{store.container}/hashed/<sha256> or {uploads}<name>")
    try:
        return await read_upload(uri, store=store, field=field, max_bytes=MAX_STORED_BYTES)
    except ArtifactNotFound as error:
        raise InvalidInput(field, f"nothing is stored as {uri}") from error
