"""Has the code changed since it was imported? A fingerprint of the project's sources and of what is installed."""

import os
import sysconfig
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = ("blocks", "flows", "tasks")  # all that a flow imports from this project, its prompts and tables included

Fingerprint = frozenset[tuple[str, int, int]]


def fingerprint(root: Path = CHECKOUT, packages: tuple[str, ...] = PACKAGES) -> Fingerprint:
    """Return path, time of change (ns) and size (bytes) of every file under `packages`; about a millisecond.

    The folder of installed packages stands for all that is in it: installing or removing one changes its time.
    """
    installed = os.stat(sysconfig.get_path("purelib"))
    files = (entry for package in packages for entry in _files(root / package))
    facts = {(entry.path, entry.stat().st_mtime_ns, entry.stat().st_size) for entry in files}
    return frozenset(facts | {("installed", installed.st_mtime_ns, 0)})


def _files(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__":
                    yield from _files(entry.path)
            else:
                yield entry
