"""What clients of the image contracts send: fields and a picture, as JSON or as a form, checked and stored."""

import asyncio
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from pydantic_core import from_json
from starlette.datastructures import UploadFile

from api.base64_bytes import TooManyBytes, decoded, in_turns
from api.contracts.image_envelope import ContractError, wrong_field
from api.middleware import BodyTooLarge
from blocks.artifacts import Artifact, ArtifactStore
from blocks.images.settings import ImageSettings
from tasks.domain.errors import InvalidInput
from tasks.domain.pictures import check_picture, sniff

FORMATS = ("image/jpeg", "image/png", "image/webp", "image/gif")
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
MEGABYTE = 1024 * 1024
FRAME_BYTES = 4 * MEGABYTE  # of a body, beside its picture: two prompts of the longest kind, and their escapes
MAX_FILES, MAX_FIELDS = 4, 64


@dataclass(frozen=True)
class Sent:
    """A request's fields, and its picture, if there is one."""

    fields: dict[str, Any]
    picture: bytes | None


def max_body_bytes(settings: ImageSettings) -> int:
    """Return how long a body may be: a picture in base64, broken into lines perhaps, and the rest."""
    return settings.max_image_bytes * 11 // 8 + FRAME_BYTES


async def read_sent(request: Request, settings: ImageSettings) -> Sent:
    """Read a request with a picture in `image` or `image_base64`; raises ContractError for what cannot be read."""
    try:
        fields = await _form(request, settings) if _is_form(request) else await read_object(request)
    except BodyTooLarge as error:
        raise _too_large(settings.max_image_bytes) from error
    given = [fields.pop(name, None) for name in ("image", "image_base64")]
    picture = next((each for each in given if each not in (None, "", b"")), None)
    if isinstance(picture, str):
        picture = await asyncio.to_thread(_from_base64, picture, settings.max_image_bytes)
    elif picture is not None and not isinstance(picture, bytes):
        raise wrong_field("image", "must be base64")
    if picture is not None:
        await asyncio.to_thread(_check, picture, settings.max_image_bytes)
    return Sent(fields, picture)


async def read_object(request: Request) -> dict[str, Any]:
    """Return the JSON object that is the body, whatever its media type is called; an empty body is an empty one."""
    raw = await request.body()
    if not raw.strip():
        return {}
    try:
        parsed = await asyncio.to_thread(from_json, raw, allow_inf_nan=False)
    except ValueError as error:
        raise wrong_field("body", "is not JSON") from error
    if not isinstance(parsed, dict):
        raise wrong_field("body", "must be an object")
    return parsed


async def stored(store: ArtifactStore, picture: bytes) -> Artifact:
    """Store a picture."""
    return await store.write(in_turns(picture), field="image")


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0].strip().lower() in FORMS


async def _form(request: Request, settings: ImageSettings) -> dict[str, Any]:
    """Return a form's fields; those that are files as bytes, and not even those if they are called otherwise."""
    limits: dict[str, Any] = {"max_files": MAX_FILES, "max_fields": MAX_FIELDS}
    async with request.form(**limits, max_part_size=max_body_bytes(settings)) as form:
        fields: dict[str, Any] = {name: value for name, value in form.items() if isinstance(value, str)}
        file = form.get("image")
        if isinstance(file, UploadFile):
            if (file.size or 0) > settings.max_image_bytes:
                raise _too_large(settings.max_image_bytes)
            fields["image"] = await file.read()
    return fields


def _from_base64(text: str, max_bytes: int) -> bytes:
    try:
        return decoded(text, max_bytes)
    except TooManyBytes as error:
        raise _too_large(max_bytes) from error
    except ValueError as error:
        raise wrong_field("image", "is not base64") from error


def _check(picture: bytes, max_bytes: int) -> None:
    if len(picture) > max_bytes:
        raise _too_large(max_bytes)
    if sniff(picture) not in FORMATS:
        raise wrong_field("image", "must be a JPEG, PNG, WebP or GIF", "INVALID_IMAGE_FORMAT")
    try:
        check_picture(picture, field="image", max_bytes=max_bytes)
    except InvalidInput as error:
        raise wrong_field("image", error.problem, "INVALID_IMAGE_FORMAT") from error


def _too_large(max_bytes: int) -> ContractError:
    limit = f"{max_bytes / MEGABYTE:g} MB"
    return wrong_field("image", f"the image is larger than the {limit} that are taken", "IMAGE_TOO_LARGE")
