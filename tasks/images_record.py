"""The record of an image job: what its pages show while it runs, and what a run that is taken up again goes on from."""

import asyncio
from typing import Any

from prefect import get_run_logger
from pydantic import ValidationError

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from flows.contracts import ImagesResult, WriterStatus
from tasks.current_run import current_run
from tasks.domain.errors import UpstreamError
from tasks.writing_beside import WritingBeside

PAUSE_S = 0.1  # at least, between two writings


async def job_so_far() -> ImagesResult:
    """Return what this run had done when it was last written down: its finished rounds, and nothing under way."""
    try:
        document = await ArtifactStore.from_settings().read_named(_name())
        found = ImagesResult.model_validate_json(document)
    except (ArtifactNotFound, ValidationError):  # the form of another version: pictures are kept beside it
        return ImagesResult()
    fresh: dict[str, Any] = {"success": False, "error": None, "endpoint_status": {}, "llm_status": WriterStatus()}
    return found.model_copy(update=fresh)


class Record(WritingBeside):
    """Writes `result` down when it has changed, beside the work and not in its way; `settle` waits for it."""

    def __init__(self, result: ImagesResult) -> None:
        self._result = result
        self._store = ArtifactStore.from_settings()
        self._document = _name()
        self._is_stale = False
        self._turn = asyncio.Lock()

    def changed(self) -> None:
        """Have the result written soon; changes that come meanwhile go along."""
        self._is_stale = True
        self._write_soon()

    async def settle(self) -> None:
        """Return when the result is written as it is now."""
        async with self._turn:
            await self._write()

    async def _keep_up(self) -> None:
        while self._is_stale:
            async with self._turn:
                try:
                    await self._write()
                except UpstreamError as error:  # what counts is settled, and fails there
                    get_run_logger().warning("the job's state was not written: %s", error)
            await asyncio.sleep(PAUSE_S)

    async def _write(self) -> None:
        self._is_stale = False
        await self._store.write_named(self._document, self._result.model_dump_json().encode())


def _name() -> str:
    return f"runs/{current_run().id}/job.json"
