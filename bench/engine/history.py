"""What ten thousand finished runs in the database cost the runs of today: the same figures before and after.

The old runs are copies of real ones, the newest of each deployment (a ring's and a trivial one's above all), each with
all its states, a few seconds apart; on SQLite, the default. Their events, logs and task runs are not copied.
"""

import sqlite3
import statistics
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.states import Cancelling

from bench.engine import shim as shims
from bench.engine.burst import RUNS, at_once
from bench.engine.cancel import cancel_s
from bench.engine.house import size
from bench.engine.runs import percentile, timed_run
from bench.figures import Figures, figure

OLD_RUNS, APART_S = 10_000, 7
LATENCIES, SUBMISSIONS, CANCELS = 20, 40, 3
TIMES = ("created", "updated", "expected_start_time", "start_time", "end_time", "state_timestamp", "timestamp")
NEWEST = """
    select * from flow_run
    where state_type = 'COMPLETED' and deployment_id is not null
    group by deployment_id having end_time = max(end_time)
"""
Row = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """A running stack, and the deployments of the benchmark's flows on its cpu pool."""

    prefect: PrefectClient
    http: httpx.AsyncClient
    shim: httpx.AsyncClient
    trivial: UUID
    endless: UUID


async def figures(place: Place, database: Path) -> Figures:
    """Return each main figure after the old runs came beside itself before."""
    before = await _main_figures(place)
    copied = age(database, OLD_RUNS)
    after = await _main_figures(place)
    return {f"{name}, {copied:,} old runs / none": figure(after[name], before[name], "s", copied) for name in before}


async def _main_figures(place: Place) -> dict[str, float]:
    times = [await timed_run(place.http, place.trivial) for _ in range(size(LATENCIES) + 1)][1:]
    burst_s, _ = await at_once(place.http, place.trivial, size(RUNS))
    cancels_s = [await cancel_s(place.http, place.endless) for _ in range(size(CANCELS))]
    return {
        "trigger → RUNNING p50": percentile([each.running_s for each in times], 50),
        "trigger → COMPLETED p50": percentile([each.completed_s for each in times], 50),
        "burst": burst_s,
        "cancel → CANCELLED": statistics.median(cancels_s),
    } | await _shims_figures(place)


async def _shims_figures(place: Place) -> dict[str, float]:
    async with shims.paused(place.prefect):
        submits_s = [await shims.submit_s(place.shim, place.prefect) for _ in range(size(SUBMISSIONS))]
        async with shims.polling(place.shim) as (read, runs):
            reads_s = await shims.reads(size(shims.POLLERS), read)
            for run in runs:
                await place.prefect.set_flow_run_state(UUID(run), Cancelling())
    return {"POST → 202 p50": percentile(submits_s, 50), "state read p50": percentile(reads_s, 50)}


def age(database: Path, runs: int) -> int:
    """Give the server's SQLite file `runs` finished runs, as copies of the newest of each deployment; return how many.

    The server may be running: it sees one transaction of a few seconds.
    """
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.row_factory = sqlite3.Row
        samples = [dict(row) for row in connection.execute(NEWEST)]
        copies = [copy for sample in samples for copy in _copies(connection, sample, runs // len(samples))]
        with connection:
            _insert(connection, "flow_run", [run for run, _ in copies])
            _insert(connection, "flow_run_state", [state for _, states in copies for state in states])
        return len(copies)


def _copies(connection: sqlite3.Connection, run: Row, count: int) -> Iterator[tuple[Row, list[Row]]]:
    """Yield `count` copies of a run, each a little older than the last, with their states."""
    found = connection.execute("select * from flow_run_state where flow_run_id = ?", [run["id"]])
    states = [dict(row) for row in found]
    for number in range(1, count + 1):
        earlier = timedelta(seconds=number * APART_S)
        ids = {state["id"]: str(uuid4()) for state in states}
        own = {"id": str(uuid4()), "state_id": ids[run["state_id"]], "idempotency_key": None}
        copy = _earlier(run, earlier) | own
        yield copy, [_earlier(state, earlier) | {"id": ids[state["id"]], "flow_run_id": own["id"]} for state in states]


def _earlier(row: Row, by: timedelta) -> Row:
    """Return `row` with its times moved back, in the form that SQLAlchemy gives them on SQLite."""
    moved = {name: datetime.fromisoformat(row[name]) - by for name in TIMES if row.get(name)}
    return row | {name: time.isoformat(" ", "microseconds") for name, time in moved.items()}


def _insert(connection: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    names = list(rows[0])
    statement = f"insert into {table} ({', '.join(names)}) values ({', '.join('?' * len(names))})"
    connection.executemany(statement, [tuple(row.values()) for row in rows])
