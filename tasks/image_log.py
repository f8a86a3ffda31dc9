"""Copies of pictures in a folder of the user's own, and one row for each in its generation_log.csv."""

import csv
import fcntl
import io
import os
import tempfile
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from pathlib import Path

LOG = "generation_log.csv"


@dataclass(frozen=True)
class Row:
    """One row of the log."""

    timestamp: str
    endpoint: str
    prompt: str
    seed: int | None
    filename: str
    duration: float | None
    status: str
    error: str = ""


def timestamp(moment: datetime) -> str:
    """Return `moment` as the log and the job's documents write it: local ISO time."""
    return moment.astimezone().replace(tzinfo=None).isoformat(timespec="seconds")


def leave_copy(folder: Path, filename: str, data: bytes) -> None:
    """Write a picture into the folder, whole or not at all; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as part:
        part.write(data)
    os.chmod(part.name, 0o644)
    os.replace(part.name, folder / filename)


def append(folder: Path, row: Row) -> None:
    """Add the row, and the heading to a new file, in one write that no other run's can cut; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG).open("ab", buffering=0) as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        lines = io.StringIO(newline="")
        writer = csv.writer(lines)
        if log.seek(0, os.SEEK_END) == 0:
            writer.writerow(field.name for field in fields(Row))
        writer.writerow("" if value is None else value for value in astuple(row))
        log.write(lines.getvalue().encode())


def is_logged(folder: Path, filename: str) -> bool:
    """Tell whether a row names the picture; raises OSError."""
    if not (folder / LOG).exists():
        return False
    with (folder / LOG).open(newline="", encoding="utf-8", errors="replace") as log:
        return any(row.get("filename") == filename for row in csv.DictReader(log))
