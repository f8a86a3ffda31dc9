"""A migrated SQLite database to start from: a hundred migrations take longer than the rest of the stack's start.

The first stack of a checkout migrates an empty database and keeps a copy; stacks in new homes begin with that.
"""

import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from blocks.settings import CHECKOUT

TEMPLATE = CHECKOUT / ".atelier" / "cache" / f"prefect-{version('prefect')}.db"
CONNECTION_VARIABLES = ("PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL")


def path_of(home: Path) -> Path:
    """Return where Prefect's server keeps the SQLite database of `home`."""
    return home / "prefect" / "prefect.db"


def is_own(environment: Mapping[str, str]) -> bool:
    """Tell whether the database is the SQLite file of this home, which no other stack uses."""
    return not any(name in environment for name in CONNECTION_VARIABLES)


def copy_template(home: Path, environment: Mapping[str, str]) -> bool:
    """Give a new home the migrated database, if there is one; tell whether a template has yet to be made."""
    target = path_of(home)
    if target.exists() or not is_own(environment):
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    if TEMPLATE.exists():
        shutil.copyfile(TEMPLATE, target)
    return not TEMPLATE.exists()


def keep_template(home: Path) -> None:
    """Copy the database of `home`, migrated and still empty, for the homes to come."""
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    draft = TEMPLATE.with_name(f"{TEMPLATE.name}.{home.name}.part")
    with closing(sqlite3.connect(path_of(home))) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)
    draft.replace(TEMPLATE)
