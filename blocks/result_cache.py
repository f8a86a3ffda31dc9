"""Prefect's cached task results, as the files that they are.

Prefect keeps one file per cache key in a directory and never removes any. It has no call that lists them, so this
reads the directory; where results lie elsewhere there is nothing to read, and None says so.
"""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

from prefect.filesystems import LocalFileSystem
from prefect.results import aget_default_result_storage

from tasks.domain.retention import CachedResult, Stored, artifacts_named_in


class ResultCache:
    """The cached results in one directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    async def of_this_process(cls) -> "ResultCache | None":
        """Return the cache that this process's tasks write to, None when it is no local directory."""
        storage = await aget_default_result_storage()
        if not isinstance(storage, LocalFileSystem) or storage.basepath is None:
            return None
        return cls(Path(storage.basepath).expanduser())

    def read(self) -> tuple[list[CachedResult], list[Stored]]:
        """Return the cached results, and the files that are none."""
        results, foreign = [], []
        for path in sorted(self._folder.rglob("*")):
            try:
                file, content = self._stored(path), path.read_bytes()
            except (FileNotFoundError, IsADirectoryError):  # replaced while we look, or no file at all
                continue
            try:
                results.append(CachedResult(file, _artifacts_of(content)))
            except ValueError:
                foreign.append(file)
        return results, foreign

    def remove(self, name: str) -> None:
        """Forget the result in file `name`; it may be gone already."""
        (self._folder / name).unlink(missing_ok=True)

    def _stored(self, path: Path) -> Stored:
        status = path.stat()
        name = path.relative_to(self._folder).as_posix()
        return Stored(name, datetime.fromtimestamp(status.st_mtime, UTC), status.st_size)


def _artifacts_of(content: bytes) -> set[str] | None:
    """Return what a result record names, without unpickling it; raises ValueError when it is no record."""
    record = json.loads(content)
    if not isinstance(record, dict) or not isinstance(record.get("result"), str) or "metadata" not in record:
        raise ValueError("not a result record")
    kind = str(record["metadata"].get("serializer", {}).get("type", ""))
    if kind == "json":
        return artifacts_named_in(record["result"].encode())
    if kind == "pickle":
        return artifacts_named_in(base64.decodebytes(record["result"].encode()))
    return None
