"""The gallery: every picture that the endpoints made, by file name, newest first, with a thumbnail beside it.

One small document per picture lies in the artifact store under `gallery/`; the bytes lie where all bytes lie.
"""

import re
from datetime import datetime

from pydantic import BaseModel, Field

from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore

FOLDER = "gallery"
MAX_NAME = 180
KEPT = 20_000  # documents that one process remembers; they never change
_FORBIDDEN = re.compile(r"[^A-Za-z0-9._-]+")


class GalleryEntry(BaseModel):
    """One picture of the gallery."""

    filename: str
    picture: Artifact
    thumbnail: Artifact
    created: datetime
    width_px: int = Field(ge=1)
    height_px: int = Field(ge=1)
    job: str = Field("", description="The run that made it")
    round: int = 0
    endpoint: str = ""
    prompt: str = ""
    seed: int | None = None
    engine: str = Field("", description="What drew it, as the endpoint says")


class Gallery:
    """The gallery of one store. It remembers what it has read, since entries never change."""

    def __init__(self, store: ArtifactStore) -> None:
        self._store = store
        self._known: dict[str, GalleryEntry] = {}

    async def add(self, entry: GalleryEntry) -> GalleryEntry:
        """Put `entry` in, and return it under the name that it got: another picture may have its own already."""
        there = await self._add_as(entry.filename, entry)
        if there.picture.sha256 == entry.picture.sha256:
            return there
        stem, dot, suffix = entry.filename.rpartition(".")
        name = f"{stem or suffix}_{entry.picture.sha256[:12]}{dot + suffix if dot else ''}"
        return await self._add_as(name, entry)

    async def _add_as(self, name: str, entry: GalleryEntry) -> GalleryEntry:
        """Put `entry` in under `name`, unless a picture has that name; return the one that has it now."""
        named = entry.model_copy(update={"filename": name})
        while not await self._store.create_named(_document(name), named.model_dump_json().encode()):
            if there := await self.find(name):
                return there
        return named

    async def find(self, filename: str) -> GalleryEntry | None:
        """Return the picture of that name, None when there is none."""
        if filename != safe_filename(filename):
            return None
        if filename not in self._known:
            try:
                document = await self._store.read_named(_document(filename))
            except ArtifactNotFound:
                return None
            if len(self._known) >= KEPT:
                self._known.clear()
            self._known[filename] = GalleryEntry.model_validate_json(document)
        return self._known[filename]

    async def newest(self, limit: int) -> list[GalleryEntry]:
        """Return the `limit` newest pictures, newest first."""
        stored = await self._store.stored("named", FOLDER)
        newest = sorted(stored, key=lambda document: (document.written, document.name), reverse=True)[:limit]
        names = [document.name.removeprefix(f"{FOLDER}/").removesuffix(".json") for document in newest]
        found = [await self.find(name) for name in names]
        return sorted((entry for entry in found if entry), key=lambda entry: entry.created, reverse=True)


def safe_filename(name: str) -> str:
    """Return `name` without folders and without whatever a file name of ours does not have."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _FORBIDDEN.sub("_", last).lstrip(".")[-MAX_NAME:] or "_"


def _document(filename: str) -> str:
    return f"{FOLDER}/{filename}.json"
