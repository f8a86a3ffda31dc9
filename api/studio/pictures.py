"""Pictures on the wire: blobs of our store, signed links, data URLs and base64, all brought to bytes."""

import asyncio
import base64
import re

from api.base64_bytes import DATA_URL_HEAD, read_base64
from api.studio.requests import Picture
from api.studio.settings import StudioSettings
from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from blocks.fetching import Fetcher
from blocks.try_on.uploads import read_upload
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.images.opening import open_picture

_URL = re.compile(r"https?://", re.IGNORECASE)


class Pictures:
    """Reads the pictures that requests name or carry, and stores those that answers name."""

    def __init__(self, settings: StudioSettings, store: ArtifactStore, fetcher: Fetcher | None = None) -> None:
        self._settings = settings
        self._store = store
        self._fetcher = fetcher or Fetcher()

    async def named(self, reference: str, field: str, *, max_px: int) -> bytes:
        """Return the file behind `reference`: an azure:// URI, a URL, or a data URL.

        Raises InvalidInput naming `field` for what is no picture of at most `max_px` pixels by its header,
        ArtifactNotFound for an unknown blob.
        """
        data = await self._bytes(reference.strip(), field)
        await asyncio.to_thread(open_picture, data, field=field, max_px=max_px)
        return data

    async def carried(self, text: str, field: str, *, max_px: int) -> bytes:
        """Return the file that `text` carries in base64; raises InvalidInput as `named` does."""
        data = await asyncio.to_thread(read_base64, text, field, self._settings.max_picture_bytes)
        await asyncio.to_thread(open_picture, data, field=field, max_px=max_px)
        return data

    async def given(self, picture: Picture, field: str, *, max_px: int) -> bytes:
        """Return the file that the deployed dialect names or carries."""
        if picture.base64 is not None:
            return await self.carried(picture.base64, f"{field}.base64", max_px=max_px)
        return await self.named(picture.uri or "", f"{field}.uri", max_px=max_px)

    async def keep(self, data: bytes) -> Artifact:
        """Store `data` and return its reference."""
        return await self._store.write(data)

    async def _bytes(self, reference: str, field: str) -> bytes:
        if reference.startswith("azure://"):
            return await self._blob(reference, field)
        if _URL.match(reference):
            return await self._fetched(reference, field)
        if DATA_URL_HEAD.match(reference):
            return await asyncio.to_thread(read_base64, reference, field, self._settings.max_picture_bytes)
        raise InvalidInput(field, "must be an azure:// URI, an https URL or a data URL")

    async def _blob(self, uri: str, field: str) -> bytes:
        limit = self._settings.max_picture_bytes
        try:
            if uri.startswith(f"azure://{self._store.container}/hashed/"):
                return await self._store.read(uri, max_bytes=limit, field=field)
            return await read_upload(uri, store=self._store, field=field, max_bytes=limit)
        except ArtifactNotFound as error:
            raise ArtifactNotFound(f"{field}: {error}") from error
        except InvalidInput as error:
            raise InvalidInput(field, error.problem) from error  # the store calls it by another name

    async def _fetched(self, url: str, field: str) -> bytes:
        limit, patience_s = self._settings.max_picture_bytes, self._settings.fetch_timeout_s
        try:
            return (await self._fetcher.fetch(url, field=field, max_bytes=limit, timeout_s=patience_s)).data
        except UpstreamError as error:
            if error.retryable:
                raise
            raise InvalidInput(field, str(error)) from error  # a link that expired stays expired


def to_base64(data: bytes) -> str:
    """Return `data` in bare base64."""
    return base64.b64encode(data).decode()
