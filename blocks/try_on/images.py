"""Pictures on their way to a service and back: stored bytes on our side, a URI, a signed URL or base64 on the wire."""

import base64
import io
from dataclasses import dataclass
from typing import Literal

from PIL import Image
from pydantic import BaseModel

from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from blocks.fetching import Fetcher
from blocks.try_on.settings import try_on_settings
from blocks.try_on.uploads import read_upload
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.pictures import check_picture

MAX_BYTES = 64 * 1024 * 1024  # of one picture from a service
LINK_S = 3600  # how long a service may read what it was given a link to; it may queue our job
FETCH_TIMEOUT_S = 60


class StoredPicture(BaseModel):
    """A picture from a service, stored, and its size as its own header tells it."""

    artifact: Artifact
    width_px: int
    height_px: int


@dataclass(frozen=True)
class Wire:
    """Sends pictures of `store` to a service and keeps those that come back."""

    store: ArtifactStore
    form: Literal["azure", "sas"]

    @classmethod
    def from_settings(cls) -> "Wire":
        """Take the store, and how to refer to its pictures, from the settings."""
        return cls(ArtifactStore.from_settings(), try_on_settings().image_reference)

    def reference(self, picture: Artifact) -> str:
        """Return what a service that reads storage finds `picture` by.

        Raises InvalidInput when that is to be a signed URL and the store's backend makes none that others can call.
        """
        if self.form == "azure":
            return picture.uri
        if self.store.backend != "azure":
            raise InvalidInput("image_reference", "sas needs the store's backend azure")
        return self.store.signed_url(picture, expires_in_s=LINK_S)

    async def inline(self, picture: Artifact) -> str:
        """Return the bytes of `picture` as base64."""
        return base64.b64encode(await self.store.read(picture, max_bytes=MAX_BYTES)).decode()

    async def keep(self, value: str, *, service: str, field: str) -> StoredPicture:
        """Store the picture that `service` gave as `value` in its reply's `field`: a URI, a URL or base64.

        Raises UpstreamError naming the field when it leads nowhere or to something that is no picture.
        """
        try:
            data = await self._bytes(value, field)
            check_picture(data, field=field, max_bytes=MAX_BYTES)
        except (InvalidInput, ArtifactNotFound) as error:
            raise UpstreamError(service, str(error)) from error
        width_px, height_px = Image.open(io.BytesIO(data)).size
        return StoredPicture(artifact=await self.store.write(data), width_px=width_px, height_px=height_px)

    async def _bytes(self, value: str, field: str) -> bytes:
        if value.startswith(f"azure://{self.store.container}/hashed/"):
            return await self.store.read(value, max_bytes=MAX_BYTES, field=field)
        if value.startswith("azure://"):
            return await read_upload(value, store=self.store, field=field, max_bytes=MAX_BYTES)
        if value.startswith(("https://", "http://")):
            fetched = await Fetcher().fetch(value, field=field, max_bytes=MAX_BYTES, timeout_s=FETCH_TIMEOUT_S)
            return fetched.data
        return decoded(value, field=field)


def decoded(value: str, *, field: str) -> bytes:
    """Return the bytes of base64 or of a data URL; raises InvalidInput naming `field`."""
    head, comma, rest = value.partition(",")
    if head.startswith("data:"):
        if not comma or not head.endswith(";base64"):
            raise InvalidInput(field, "is a data URL without base64")
        value = rest
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except ValueError as error:
        raise InvalidInput(field, "is neither a URI nor base64") from error
