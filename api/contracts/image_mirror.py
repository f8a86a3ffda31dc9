"""A copy of the jobs in an SQLite file, for people with `sqlite3`. Nothing reads it back: to edit it has no effect."""

import asyncio
import hashlib
import json
import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from prefect.client.schemas.objects import FlowRun

from api.contracts.dual_gen_jobs import DualGen
from api.errors import RunNotFound
from api.states import image_word
from tasks.domain.errors import AtelierError

logger = logging.getLogger("atelier.images.dual_gen")

BUSY_S, IDLE_S = 1.0, 3.0  # between two looks, while jobs wait or run and while none does
LOCKED_S = 5.0  # patience with somebody who writes to the file
GONE = "there is no such job any more"

COLUMNS = {
    "id": "TEXT PRIMARY KEY",
    "status": "TEXT NOT NULL",
    "payload": "TEXT",
    "results": "TEXT",
    "current_run": "INTEGER",
    "current_prompt": "TEXT",
    "endpoint_prompts": "TEXT",
    "endpoint_status": "TEXT",
    "llm_status": "TEXT",
    "error": "TEXT",
    "created_at": "TEXT",
    "started_at": "TEXT",
    "completed_at": "TEXT",
    "total_elapsed": "REAL",
    "queue_position": "INTEGER",
}
UNFINISHED = ("queued", "running")
AS_JSON = ("results", "endpoint_prompts", "endpoint_status", "llm_status")


@dataclass(frozen=True)
class Row:
    """A job that has changed: its run, its document, and how many jobs are before it and itself."""

    run: FlowRun
    document: bytes
    position: int | None

    def values(self) -> tuple[Any, ...]:
        """Return it column by column."""
        job = json.loads(self.document)
        job |= {name: json.dumps(job[name]) for name in AS_JSON}
        asked = dict(self.run.parameters.get("request") or {})
        payload = {name: value for name, value in asked.items() if name != "image"} | {"has_image": job["has_image"]}
        job |= {"payload": json.dumps(payload), "queue_position": self.position}
        return tuple(job[name] for name in COLUMNS)


class Mirror:
    """Keeps the file in step with the jobs while it is entered."""

    def __init__(self, found: DualGen, path: Path) -> None:
        self._found = found
        self._path = path
        self._seen: dict[str, str] = {}  # by job: what its row was made from
        self._unfinished: set[str] = set()
        self._begun = False
        self._trouble = ""

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._keep_in_step())
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _keep_in_step(self) -> None:
        while True:
            try:
                await self.look()
                self._trouble = ""
            except (AtelierError, sqlite3.Error, OSError) as error:
                self._warn(error)
                self._seen, self._begun = {}, False  # the file may be another by now
            await asyncio.sleep(BUSY_S if self._unfinished else IDLE_S)

    async def look(self) -> None:
        """Write down what has changed since the last look; the first one looks at every job."""
        queue = await self._found.queue.get()
        positions = {str(run.id): number for number, run in enumerate(queue.waiting, 1)}
        shown = {str(run.id): run for run in [*queue.waiting, *queue.begun, *queue.ended]}
        if not self._begun:
            known = await asyncio.to_thread(_prepared, self._path)
            self._unfinished |= {job for job, status in known.items() if status in UNFINISHED}
            every = {str(run.id): run for run in await self._found.runs.every()}
            shown |= {job: run for job, run in every.items() if known.get(job) != image_word(run.state)}
        gone = await self._add_missing(shown)
        rows = [row for run in shown.values() if (row := await self._changed(run, positions.get(str(run.id))))]
        await asyncio.to_thread(_write, self._path, rows, gone)
        self._seen |= {str(row.run.id): _digest(row) for row in rows}
        self._unfinished = {job for job, run in shown.items() if run.state is None or not run.state.is_final()}
        self._begun = True

    async def _add_missing(self, shown: dict[str, FlowRun]) -> list[str]:
        """Add to `shown` the jobs that were under way and are in no list now; return those that are gone."""
        gone = []
        for job in self._unfinished - shown.keys():
            try:
                shown[job] = await self._found.find(job)
            except RunNotFound:
                gone.append(job)
        return gone

    async def _changed(self, run: FlowRun, position: int | None) -> Row | None:
        row = Row(run, await self._found.documents.of(run), position)
        return row if self._seen.get(str(run.id)) != _digest(row) else None

    def _warn(self, error: Exception) -> None:
        """Say once what is wrong, not at every look."""
        if str(error) != self._trouble:
            logger.warning("the jobs are not copied to %s: %s", self._path, error)
        self._trouble = str(error)


def _digest(row: Row) -> str:
    return hashlib.sha256(row.document + str(row.position).encode()).hexdigest()


def _prepared(path: Path) -> dict[str, str]:
    """Make the file and its table, unless they are there, and return the status of each job in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(_opened(path)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")  # who reads is never told that the file is locked
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        database.execute(f"CREATE TABLE IF NOT EXISTS jobs ({columns})")
        known = {name for _, name, *_ in database.execute("PRAGMA table_info(jobs)")}
        for name in COLUMNS.keys() - known:
            database.execute(f"ALTER TABLE jobs ADD COLUMN {name}")
        return dict(database.execute("SELECT id, status FROM jobs"))


def _write(path: Path, rows: Sequence[Row], gone: Sequence[str]) -> None:
    if not rows and not gone:
        return
    marks = ", ".join("?" * len(COLUMNS))
    with closing(_opened(path)) as database, database:
        database.executemany(
            f"INSERT OR REPLACE INTO jobs ({', '.join(COLUMNS)}) VALUES ({marks})", [row.values() for row in rows]
        )
        database.executemany("UPDATE jobs SET status = 'error', error = ? WHERE id = ?", [(GONE, job) for job in gone])


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=LOCKED_S)
