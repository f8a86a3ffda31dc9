"""The private PostgreSQL: Prefect's server runs on it, its databases are apart, and nothing of it stays."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from deployments.postgres import Cluster, private_cluster
from deployments.processes import Process
from deployments.settings import free_ports
from tests.waiting import until

DEADLINE_S = 180


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One server for the tests here."""
    with private_cluster(tmp_path_factory.mktemp("postgres"), fsync=False) as cluster:
        yield cluster


def query(url: str, sql: str) -> list[asyncpg.Record]:
    async def fetched() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    return asyncio.run(fetched())


@contextmanager
def prefect_server(url: str, home: Path) -> Iterator[httpx.Client]:
    """Prefect's server by our factory on the database `url`, and a client of its API."""
    (port,) = free_ports(1)
    environment = os.environ | {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": url,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "deployments.server:create_app", "--port", str(port)]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30) as client:

        def ready() -> bool:
            try:
                return client.get("/health").is_success
            except httpx.TransportError:
                return False

        server = Process("prefect", command, environment, home / "log", ready, Path.cwd())
        server.start()
        try:
            server.wait_ready(time.monotonic() + DEADLINE_S)
            yield client
        finally:
            server.ask_to_stop()
            server.wait_stopped()


def test_prefects_server_runs_on_it(cluster: Cluster, tmp_path: Path) -> None:
    """Our server factory starts on a fresh database; a flow is a row there, and a schedule makes its runs."""
    url = cluster.database("served")
    with prefect_server(url, tmp_path) as client:
        flow = client.post("/flows/", json={"name": "hourly"}).json()["id"]
        hourly = {"schedule": {"interval": 3600}, "active": True}
        client.post("/deployments/", json={"name": "kept", "flow_id": flow, "schedules": [hourly]}).raise_for_status()
        until(lambda: client.post("/flow_runs/count", json={}).json() > 0, "a run is to be counted")
    assert [row["name"] for row in query(url, "select name from flow")] == ["hourly"]


def test_databases_are_apart_and_begin_empty(cluster: Cluster) -> None:
    """Each has Prefect's tables and nothing of what another was given."""
    first, second = cluster.database("first"), cluster.database("second")
    query(first, "insert into flow (name) values ('only here')")
    assert [row["name"] for row in query(first, "select name from flow")] == ["only here"]
    assert query(second, "select name from flow") == []


def test_it_listens_on_loopback_alone(cluster: Cluster) -> None:
    """Nobody else on the network reaches a server that asks for no password."""
    url = cluster.database("asked")
    assert query(url, "show listen_addresses")[0][0] == "127.0.0.1"
    assert query(url, "show unix_socket_directories")[0][0] == ""


def test_it_ends_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    """`kill -9` of whoever started it leaves no server behind."""
    code = (
        "import sys, time; from pathlib import Path; from deployments.postgres import private_cluster\n"
        "with private_cluster(Path(sys.argv[1])) as cluster: print(cluster.port, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    port = parent.stdout.readline().strip()
    family = psutil.Process(parent.pid).children(recursive=True)
    server = next(member.cmdline() for member in family if f"port={port}" in member.cmdline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: not any(map(alive, family)), "every process is to be gone")
    shutil.rmtree(server[server.index("-D") + 1])


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
