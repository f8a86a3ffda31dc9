"""Bytes inside a request: stored first, so that only references travel on."""

import asyncio
from typing import Any, get_args

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from api.base64_bytes import read_base64
from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from blocks.fetching import Fetcher
from deployments.catalog import Pipeline
from tasks.domain.errors import InvalidInput
from tasks.domain.pictures import MAX_PICTURE_BYTES, check_picture

MAX_INLINE_BYTES = 12 * 1024 * 1024  # what fits the largest body, in base64
INLINE, FETCHED = {"base64", "media_type"}, {"url"}
PLACEHOLDER = {"uri": "azure://nowhere/hashed/" + "0" * 64, "sha256": "0" * 64, "media_type": "", "size": 0}


async def checked_request(request: dict[str, Any], pipeline: Pipeline, store: ArtifactStore) -> dict[str, Any]:
    """Return `request` as the pipeline takes it, its inline bytes stored.

    Everything else is checked before a byte is decoded or fetched.

    Raises:
        RequestValidationError: it does not fit the pipeline's request model.
        InvalidInput: bytes that are none, too large, or not what the field wants.
        UpstreamError: a URL could not be fetched.
    """
    fields = [name for name in artifact_fields(pipeline.request_model) if isinstance(request.get(name), dict)]
    _validated(pipeline.request_model, request | dict.fromkeys(fields, PLACEHOLDER))
    stored = {
        name: await _stored(request[name], f"request.{name}", store, picture=name in pipeline.pictures)
        for name in fields
    }
    return _validated(pipeline.request_model, request | stored)


def artifact_fields(model: type[BaseModel]) -> list[str]:
    """Return the fields of `model` that hold one artifact."""
    return [
        name
        for name, field in model.model_fields.items()
        if Artifact in (field.annotation, *get_args(field.annotation))
    ]


def _validated(model: type[BaseModel], request: dict[str, Any]) -> dict[str, Any]:
    try:
        return model.model_validate(request).model_dump(mode="json")
    except ValidationError as error:
        raise RequestValidationError(
            [{**item, "loc": ("body", "request", *item["loc"])} for item in error.errors(include_url=False)]
        ) from error


async def _stored(value: dict[str, Any], field: str, store: ArtifactStore, *, picture: bool) -> dict[str, Any]:
    limit = MAX_PICTURE_BYTES if picture else MAX_INLINE_BYTES
    if "base64" in value and set(value) <= INLINE:
        if not isinstance(value["base64"], str):
            raise InvalidInput(field, "base64 must be a string")
        data = await asyncio.to_thread(read_base64, value["base64"], field, limit)
    elif set(value) == FETCHED:
        data = (await Fetcher().fetch(str(value["url"]), field=field, max_bytes=limit)).data
    else:
        return await _referenced(value, field, store, picture=picture)
    media_type = await asyncio.to_thread(check_picture, data, field=field) if picture else None
    artifact = await store.write(data, media_type=media_type, max_bytes=limit, field=field)
    if value.get("media_type") not in (None, artifact.media_type):
        raise InvalidInput(field, f"is {artifact.media_type}, not {value['media_type']}")
    return artifact.model_dump()


async def _referenced(value: dict[str, Any], field: str, store: ArtifactStore, *, picture: bool) -> dict[str, Any]:
    """Return the reference `value` if it names something stored here; a picture's bytes are looked at again."""
    try:
        artifact = Artifact.model_validate(value)
        if store.digest(artifact) != artifact.sha256:
            raise InvalidInput(field, "uri and sha256 name different content")
        if picture:
            check_picture(await store.read(artifact, max_bytes=MAX_PICTURE_BYTES, field=field), field=field)
        elif not await store.exists(artifact):
            raise ArtifactNotFound(artifact.sha256)
    except ValidationError as error:
        raise InvalidInput(field, 'must be {"base64": …}, {"url": …} or a reference to an artifact') from error
    except ArtifactNotFound as error:
        raise InvalidInput(field, "nothing is stored under that digest") from error
    return artifact.model_dump()
