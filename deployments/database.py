"""A migrated SQLite database to start from: a hundred migrations take longer than the rest of the stack's start.

The first stack of a checkout migrates an empty database and keeps a copy; stacks in new homes begin with that.
"""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from enum import Enum
from importlib.metadata import entry_points, version
from pathlib import Path

from blocks.settings import CHECKOUT


def _template() -> Path:
    """Return where the template lies that fits the installed Prefect and its integrations, whose blocks it has."""
    distributions = [point.dist for point in entry_points(group="prefect.collections") if point.dist]
    integrations = sorted({f"{each.name} {each.version}" for each in distributions})
    digest = hashlib.sha256("\n".join(integrations).encode()).hexdigest()[:8]
    return CHECKOUT / ".atelier" / "cache" / f"prefect-{version('prefect')}-{digest}.db"


TEMPLATE = _template()
# Prefect's server imports every integration at each start, for 3 s, to register the block types that the template has.
BLOCKS_REGISTERED = {
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",
}
CONNECTION_VARIABLES = ("PREFECT_API_DATABASE_CONNECTION_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL")


def path_of(home: Path) -> Path:
    """Return where Prefect's server keeps the SQLite database of `home`."""
    return home / "prefect" / "prefect.db"


def is_own(environment: Mapping[str, str]) -> bool:
    """Tell whether the database is the SQLite file of this home, which no other stack uses."""
    return not any(name in environment for name in CONNECTION_VARIABLES)


class Beginning(Enum):
    """What a server finds when it starts: a database of its own or of another's, a copied template, or nothing."""

    EXISTING, COPIED, NOTHING = range(3)

    @property
    def environment(self) -> dict[str, str]:
        """What to add to the server's environment."""
        return BLOCKS_REGISTERED if self is Beginning.COPIED else {}


def copy_template(home: Path, environment: Mapping[str, str]) -> Beginning:
    """Give a new home the migrated database, if there is one; after NOTHING, `keep_template` of a ready server."""
    target = path_of(home)
    if target.exists() or not is_own(environment):
        return Beginning.EXISTING
    target.parent.mkdir(parents=True, exist_ok=True)
    if not TEMPLATE.exists():
        return Beginning.NOTHING
    shutil.copyfile(TEMPLATE, target)
    return Beginning.COPIED


def keep_template(home: Path) -> None:
    """Copy the database of `home`, migrated, with its block types and still empty, for the homes to come."""
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    draft = TEMPLATE.with_name(f"{TEMPLATE.name}.{os.getpid()}.part")
    with closing(sqlite3.connect(path_of(home))) as source, closing(sqlite3.connect(draft)) as copy:
        source.backup(copy)
    draft.replace(TEMPLATE)
