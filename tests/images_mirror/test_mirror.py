"""The copy of the jobs that `sqlite3` reads."""

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.contracts.image_mirror import COLUMNS
from tests.images_api.conftest import Client, Shim, finished, written
from tests.images_api.documents import picture, under_way
from tests.prefect_server import Hand
from tests.waiting import eventually


@pytest.fixture
def file(shim: Shim) -> Path:
    """The mirror's file."""
    return shim.store.home / "jobs.db"


def row(file: Path, job: str) -> dict[str, Any]:
    """Return a job's row, nothing when it has none."""
    if not file.exists():
        return {}
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        try:
            found = database.execute("SELECT * FROM jobs WHERE id = ?", [job]).fetchone()
        except sqlite3.OperationalError:  # the table is just being made
            return {}
    return dict(found) if found else {}


async def shown(file: Path, job: str, **wanted: Any) -> dict[str, Any]:
    """Return a job's row once it has what is wanted."""

    async def fits() -> dict[str, Any] | None:
        found = row(file, job)
        return found if found and wanted.items() <= found.items() else None

    found = await eventually(fits, f"{wanted} is to be in the row, which is {row(file, job)}")
    assert found
    return found


async def test_a_job_from_its_queue_to_its_end(dual: Client, hand: Hand, file: Path) -> None:
    """The row follows the job, column by column, with the contract's words in lower case."""
    answer = await dual.post("/api/v1/generate", data={"prompt": "a barn", "steps": 9}, files={"image": picture()})
    job = answer.json()["job_id"]
    waiting = await shown(file, job, status="queued", queue_position=1)
    assert list(waiting) == list(COLUMNS)
    payload = json.loads(waiting["payload"])
    assert (payload["prompt"], payload["steps"], payload["has_image"]) == ("a barn", 9, True)
    assert "image" not in payload
    await hand.start(job)
    await written(hand, job, under_way())
    running = await shown(file, job, status="running", current_run=2, queue_position=None)
    document = await dual.job(job)
    for name in ("results", "endpoint_prompts", "endpoint_status", "llm_status"):
        assert json.loads(running[name]) == document[name]
    await finished(hand, job, under_way(success=True))
    ended = await shown(file, job, status="complete")
    assert (ended["error"], ended["completed_at"]) == (None, (await dual.job(job))["completed_at"])


def sqlite_command(file: Path, query: str) -> list[str]:
    """Return the command that asks the file from outside; where there is no `sqlite3`, one that prints the same."""
    if found := shutil.which("sqlite3"):
        return [found, str(file), query]
    script = "import sqlite3, sys; [print(*row, sep='|') for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2])]"
    return [sys.executable, "-c", script, str(file), query]


async def test_the_seeds_command(dual: Client, file: Path) -> None:
    """What the old system's users type shows what waits, while the service runs."""
    job = await dual.queued()
    await shown(file, job)
    command = sqlite_command(file, "SELECT id, status FROM jobs WHERE status = 'queued'")
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    assert told.stdout == f"{job}|queued\n"


async def test_edits_have_no_effect(dual: Client, hand: Hand, file: Path) -> None:
    """Nobody reads it back: the job is what it was, and so is its row at the next change."""
    job = await dual.queued()
    await shown(file, job)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE jobs SET status = 'complete', current_prompt = 'mine'")
    assert (await dual.job(job))["status"] == "queued"
    await hand.start(job)
    assert (await shown(file, job, status="running"))["current_prompt"] == ""


async def test_a_restart_finds_what_it_missed(shim: Shim, hand: Hand, file: Path) -> None:
    """Jobs that began, ended or went away while nobody looked are put right; those of another system stay."""
    first = await shim.dual_gen()
    begun, ended, gone = [await first.queued() for _ in range(3)]
    for job in (begun, ended, gone):
        await shown(file, job)
    await shim.served.stop()
    await hand.start(begun)
    await hand.start(ended)
    await finished(hand, ended, under_way(success=True))
    await hand.client.delete_flow_run(await hand.run_id(gone))
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("INSERT INTO jobs (id, status) VALUES ('old', 'complete')")
    await shim.dual_gen()
    await shown(file, begun, status="running")
    await shown(file, ended, status="complete")
    assert (await shown(file, gone, status="error"))["error"] == "there is no such job any more"
    assert row(file, "old")["status"] == "complete"


async def test_many_that_end_at_once_are_all_put_right(dual: Client, file: Path) -> None:
    """More jobs than a list shows end between two looks."""
    jobs = [await dual.queued() for _ in range(25)]
    for job in jobs:
        await shown(file, job)
    assert (await dual.post("/api/v1/queue/clear")).json()["cleared"] == 25
    for job in jobs:
        await shown(file, job, status="cancelled")


async def test_a_file_that_was_deleted_is_made_again(dual: Client, file: Path) -> None:
    """With every job in it."""
    old = await dual.queued()
    await shown(file, old)
    for each in file.parent.glob("jobs.db*"):
        each.unlink()
    new = await dual.queued()
    await shown(file, new)
    await shown(file, old)


async def test_a_file_that_is_no_database_is_left_alone(shim: Shim, file: Path, caplog) -> None:
    """The service serves, and says once what is wrong."""
    file.write_text("my notes, which nobody should overwrite " * 100)
    dual = await shim.dual_gen()
    job = await dual.queued()

    async def warned() -> list[str]:
        return [record.getMessage() for record in caplog.records if "not copied" in record.getMessage()]

    assert len(await eventually(warned, "a warning")) == 1
    assert (await dual.job(job))["status"] == "queued"
    assert file.read_text().startswith("my notes")
