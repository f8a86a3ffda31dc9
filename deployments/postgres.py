"""A throw-away PostgreSQL for tests and benchmarks, of this machine's packages: nothing to set up, nothing left behind.

    with private_postgres(log_folder) as url:        # postgresql+asyncpg://…, with Prefect's tables and no rows
    with private_cluster(log_folder) as cluster:     # several such databases on one server
        first, second = cluster.database("first"), cluster.database("second")

Prefect's migrations take many seconds, so the first cluster of a checkout is kept, and later ones are copies of it.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from blocks.settings import CHECKOUT
from deployments.processes import Process
from deployments.settings import LOOPBACK, free_ports
from deployments.system import apt_line, postgres_folder

OWNER, TEMPLATE = "atelier", "prefect_template"  # the cluster's superuser, and the database that others are copies of
UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL refuses to run as root
START_TIMEOUT_S, COMMAND_TIMEOUT_S, STOP_GRACE_S = 120, 600, 20
# Shared memory as files of the cluster's own: a killed server leaves nothing in /dev/shm.
OPTIONS = {"unix_socket_directories": "", "dynamic_shared_memory_type": "mmap", "max_connections": "200"}


class NoPostgres(RuntimeError):
    """This machine has no PostgreSQL server; the message is the command that installs one."""


@dataclass(frozen=True)
class Cluster:
    """A running server of our own."""

    port: int
    programs: Path

    def url(self, name: str) -> str:
        """Return what Prefect's PREFECT_SERVER_DATABASE_CONNECTION_URL takes for the database `name`."""
        return f"postgresql+asyncpg://{OWNER}@{LOOPBACK}:{self.port}/{name}"

    def database(self, name: str) -> str:
        """Create the database `name` with Prefect's tables, migrated and empty; return its URL."""
        self._createdb("--template", TEMPLATE, name)
        return self.url(name)

    def make_template(self) -> None:
        """Create the database that others are copies of: an empty one with Prefect's migrations."""
        self._createdb(TEMPLATE)
        environment = os.environ | {"PREFECT_SERVER_DATABASE_CONNECTION_URL": self.url(TEMPLATE)}
        _run([sys.executable, "-m", "prefect", "server", "database", "upgrade", "--yes"], environment)

    def answers(self) -> bool:
        """Tell whether the server accepts connections."""
        return subprocess.run([self.programs / "pg_isready", *self._address], capture_output=True).returncode == 0

    def _createdb(self, *arguments: str) -> None:
        _run([str(self.programs / "createdb"), *self._address, "--username", OWNER, *arguments])

    @property
    def _address(self) -> list[str]:
        return ["--host", LOOPBACK, "--port", str(self.port)]


@contextmanager
def private_postgres(directory: Path, *, fsync: bool = True) -> Iterator[str]:
    """Yield the URL of a database with Prefect's tables, on a server that lives as long as the block.

    `directory` takes the server's log. Without `fsync` a power cut may cost data, and writes are faster.

    Raises:
        NoPostgres: it is not installed here.
        NotReady: it did not start; the message shows the end of its log.
    """
    with private_cluster(directory, fsync=fsync) as cluster:
        yield cluster.database("prefect")


@contextmanager
def private_cluster(directory: Path, *, fsync: bool = True) -> Iterator[Cluster]:
    """Yield a server on a free loopback port that can give many databases; else as `private_postgres`."""
    programs = _programs()
    directory.mkdir(parents=True, exist_ok=True)
    kept = CHECKOUT / ".atelier" / "cache" / f"postgres-{_major(programs)}-prefect-{version('prefect')}"
    if not kept.exists():
        _keep_cluster(kept, programs, directory)
    with _temporary_folder() as data:
        shutil.copytree(kept, data, dirs_exist_ok=True)
        _give_away(data)
        with _running(data, programs, directory, fsync=fsync) as cluster:
            yield cluster


def _keep_cluster(kept: Path, programs: Path, directory: Path) -> None:
    """Make a cluster whose template database is migrated, and keep its files, whole or not at all."""
    with _temporary_folder() as data:
        _give_away(data)
        options = ["--auth=trust", f"--username={OWNER}", "--encoding=UTF8", "--locale=C", "--no-sync"]
        _run([*_as_unprivileged(), str(programs / "initdb"), "--pgdata", str(data), *options])
        with _running(data, programs, directory, fsync=False, stop=signal.SIGINT) as cluster:
            cluster.make_template()
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=kept.parent, prefix=f"{kept.name}."))
        shutil.copytree(data, draft, dirs_exist_ok=True)
        if kept.exists():  # another process was as quick
            shutil.rmtree(draft)
        else:
            draft.replace(kept)


@contextmanager
def _running(
    data: Path, programs: Path, directory: Path, *, fsync: bool, stop: signal.Signals = signal.SIGQUIT
) -> Iterator[Cluster]:
    """Run a server on the files in `data`. SIGQUIT ends it at once, SIGINT so that its files are whole."""
    cluster = Cluster(free_ports(1)[0], programs)
    options = OPTIONS | {"listen_addresses": LOOPBACK, "port": str(cluster.port), "fsync": "on" if fsync else "off"}
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command = [*_as_unprivileged(), str(programs / "postgres"), "-D", str(data), *settings]
    log = directory / "postgres.log"
    process = Process("postgres", command, dict(os.environ), log, cluster.answers, Path("/"), STOP_GRACE_S)
    process.start()
    try:
        process.wait_ready(time.monotonic() + START_TIMEOUT_S)
        yield cluster
    finally:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # else it has ended by itself
            # The keeper's SIGTERM would wait for every client to leave.
            os.kill(int((data / "postmaster.pid").read_text().split()[0]), stop)
        process.ask_to_stop()
        process.wait_stopped()


def _programs() -> Path:
    """Return the folder of the server's programs; Debian keeps them off the PATH."""
    folder = postgres_folder()
    if folder is None:
        raise NoPostgres(f"this machine has no PostgreSQL server; install it with: {apt_line(['postgresql'])}")
    return Path(folder)


def _major(programs: Path) -> str:
    """Return the major version, within which a cluster's files fit."""
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    return said.split()[2].split(".")[0]


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Yield a folder that the unprivileged user can reach, which a test's own private folder is not."""
    with tempfile.TemporaryDirectory(prefix="atelier-postgres-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _user() -> pwd.struct_passwd:
    """Return whom the server runs as when root starts it."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    return next(known[name] for name in UNPRIVILEGED if name in known)


def _as_unprivileged() -> list[str]:
    """Return what to put before a command that refuses to run as root; a change of user forgets whose death ends it."""
    if os.geteuid() != 0:
        return []
    user = _user()
    return ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups", "--pdeathsig=KILL"]


def _give_away(data: Path) -> None:
    """Make `data` what PostgreSQL demands of its folder: private, and the property of whom it runs as."""
    data.chmod(0o700)
    if os.geteuid() == 0:
        user = _user()
        for path in (data, *data.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Run a command to its end; raises RuntimeError with what it said when it fails."""
    done = subprocess.run(command, env=environment, cwd="/", capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
