"""The warm worker under faults: it wakes, stops, dies and comes back, and touches only what is its own."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.waiting import until
from tests.worker.engine import Engine, Worker

BURST = 16
NEVER = "86400"  # seconds between polls: whatever this worker hears of, events told it


@pytest.fixture(scope="module")
def worker(engine: Engine) -> Iterator[Worker]:
    """A worker that never polls, for the tests that leave it running."""
    pool = engine.pool("warm")
    with engine.worker(pool, "warm-1", PREFECT_WORKER_QUERY_SECONDS=NEVER) as running:
        first = engine.start(engine.deploy("plain", pool))
        assert engine.ends(first) == ("COMPLETED", "Completed", 1)
        yield running


def holding(engine: Engine, run: str, folder: Path, start: int = 1) -> list[psutil.Process]:
    """Return the run's process and its child in a session of its own, once both are there."""
    said = folder / f"{run}.{start}"
    until(lambda: said.exists() and len(said.read_text().split()) == 2, f"{run} is to hold")
    engine.reaches(run, "RUNNING")
    return [psutil.Process(int(pid)) for pid in said.read_text().split()]


def all_gone(processes: list[psutil.Process]) -> bool:
    """Wait for processes to be gone."""
    psutil.wait_procs(processes, timeout=30)
    return not any(process.is_running() for process in processes)


def test_each_run_of_a_burst_is_taken_up_once_and_memory_stays_flat(engine: Engine, worker: Worker) -> None:
    """All of them complete, none is started twice, and another burst leaves worker and zygote where the first did."""
    deployment = engine.deploy("plain", worker.pool)

    def after_a_burst_mb() -> float:
        runs = [engine.start(deployment, x=n) for n in range(BURST)]
        assert {engine.ends(run) for run in runs} == {("COMPLETED", "Completed", 1)}
        # Pages that a run's process still shares with the zygote would count for neither.
        until(lambda: not worker.zygote().children(), "the runs' processes are to be gone")
        tree = [psutil.Process(worker.pid), *psutil.Process(worker.pid).children()]
        return sum(process.memory_full_info().uss for process in tree) / 2**20

    before_mb = after_a_burst_mb()
    assert after_a_burst_mb() - before_mb < BURST / 2


def test_a_run_says_who_ran_it(engine: Engine, worker: Worker) -> None:
    """Labels and events are the stock worker's."""
    run = engine.start(engine.deploy("plain", worker.pool))
    engine.ends(run)
    names = ("prefect.worker.name", "prefect.worker.type", "prefect.work-pool.name")
    labels = until(lambda: _labels(engine, run, names), "the labels are to be written")
    assert labels == [worker.name, "warm-process", worker.pool]
    events = {"any_resource": {"id": [f"prefect.flow-run.{run}"]}, "event": {"prefix": ["prefect.worker."]}}
    wanted = {"prefect.worker.submitted-flow-run", "prefect.worker.executed-flow-run"}

    def told() -> bool:
        found = engine.call("POST", "/events/filter", {"filter": events})["events"]
        return {event["event"] for event in found} == wanted

    until(told, "both events are to be there")


def _labels(engine: Engine, run: str, names: tuple[str, ...]) -> list[str] | None:
    labels = engine.run(run)["labels"]
    return [labels[name] for name in names] if set(names) <= set(labels) else None


def test_a_cancelled_run_takes_its_whole_family_and_nobody_else(engine: Engine, worker: Worker, tmp_path: Path) -> None:
    """Its process, and a child in a session of its own, are gone; a run beside it goes on to its end."""
    deployment = engine.deploy("hold", worker.pool)
    doomed, other = (engine.start(deployment, folder=str(tmp_path)) for _ in range(2))
    family, others = holding(engine, doomed, tmp_path), holding(engine, other, tmp_path)
    engine.cancel(doomed)
    assert engine.ends(doomed) == ("CANCELLED", "Cancelled", 1)
    assert all_gone(family)
    assert all(process.is_running() for process in others)
    engine.cancel(other)
    assert engine.ends(other)[0] == "CANCELLED"


def test_a_zygotes_death_loses_no_run_and_a_run_that_kills_thrice_is_crashed(
    engine: Engine, worker: Worker, tmp_path: Path
) -> None:
    """A run whose zygote dies starts again; at its third loss it is CRASHED, and says why."""
    run = engine.start(engine.deploy("hold", worker.pool), folder=str(tmp_path))
    for start in (1, 2, 3):
        family = holding(engine, run, tmp_path, start)
        family[0].parent().kill()  # the zygote
        assert all_gone(family[:1])
        family[1].kill()
    assert engine.ends(run) == ("CRASHED", "Crashed", 3)
    assert "3 times" in engine.run(run)["state"]["message"]
    assert engine.ends(engine.start(engine.deploy("plain", worker.pool)))[0] == "COMPLETED"


def test_a_killed_worker_takes_up_its_own_runs_and_no_others(engine: Engine, tmp_path: Path) -> None:
    """SIGKILL of one of two workers: its process is gone; back again it repeats its run, and finishes a cancelling one.

    The other worker's run never notices: same process, one start.
    """
    pool = engine.pool("shared")
    deployment = engine.deploy("hold", pool)
    with engine.worker(pool, "shared-1") as first:
        run, cancelled = (engine.start(deployment, folder=str(tmp_path)) for _ in range(2))
        lost = [*holding(engine, run, tmp_path), *holding(engine, cancelled, tmp_path)]
        until(lambda: "shared-1@" in (engine.run(cancelled)["infrastructure_pid"] or ""), "the process is to be known")
        first.send(signal.SIGSTOP)  # the next run is the other worker's
        with engine.worker(pool, "shared-2"):
            others = engine.start(deployment, folder=str(tmp_path))
            kept = holding(engine, others, tmp_path)
            engine.cancel(cancelled)
            first.send(signal.SIGKILL)
            first.wait()
            assert all_gone([lost[0], lost[2]])
            lost[1].kill()
            lost[3].kill()
            assert engine.run(run)["state_type"] == "RUNNING"  # as its process left it: nobody else may judge
            (tmp_path / "go").touch()
            first.start()
            assert engine.ends(run) == ("COMPLETED", "Completed", 2)
            assert engine.ends(cancelled) == ("CANCELLED", "Cancelled", 1)
            assert all(process.is_running() for process in kept)
            assert engine.run(others)["run_count"] == 1
            engine.cancel(others)
            assert engine.ends(others) == ("CANCELLED", "Cancelled", 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_hands_its_runs_back(engine: Engine, tmp_path: Path, number: int) -> None:
    """Started with `&` from a script, by either command, it ends in good order; its run waits and can be cancelled."""
    pool = engine.pool(f"stop-{number}")
    ours = f"{sys.executable} -m deployments.worker {pool} --name stop-{number}"
    stock = f"{Path(sys.executable).with_name('prefect')} worker start --pool {pool} --name stop-{number}"
    command = ours if number == signal.SIGTERM else stock
    script = ["sh", "-c", f"{command} & echo $! > {tmp_path}/pid; wait; wait"]
    run = engine.start(engine.deploy("hold", pool), folder=str(tmp_path))
    with engine.worker(pool, f"stop-{number}", script) as shell:
        family = holding(engine, run, tmp_path)
        psutil.Process(int((tmp_path / "pid").read_text())).send_signal(number)
        shell.wait()
    assert all_gone(family)
    after = engine.run(run)
    assert (after["state_name"], after["infrastructure_pid"]) == ("AwaitingRetry", "")
    engine.cancel(run)
    assert engine.ends(run) == ("CANCELLED", "Cancelled", 1)


def test_a_run_that_finishes_has_its_time_when_the_worker_stops(engine: Engine, tmp_path: Path) -> None:
    """Of two runs the tagged one goes on to its end, and the worker ends with it; the other is handed back at once."""
    pool = engine.pool("finishing")
    with engine.worker(pool, "finishing-1", IMAGE_FINISH_S="120") as worker:
        deployment = engine.deploy("until_told", pool)
        finishing, other = (engine.start(deployment, tags=tags, folder=str(tmp_path)) for tags in (["finishes"], []))
        for run in (finishing, other):
            until((tmp_path / f"{run}.1").exists, f"{run} is to hold")
        worker.send(signal.SIGTERM)
        engine.reaches(other, "AwaitingRetry")
        assert engine.run(finishing)["state_type"] == "RUNNING"
        (tmp_path / "go").touch()
        worker.wait()
        assert engine.ends(finishing) == ("COMPLETED", "Completed", 1)


def test_a_run_that_does_not_finish_in_time_is_handed_back(engine: Engine, tmp_path: Path) -> None:
    """Its time is up, and it waits for the next worker, which starts it again; it was never called complete."""
    pool = engine.pool("unfinished")
    with engine.worker(pool, "unfinished-1", IMAGE_FINISH_S="1") as worker:
        run = engine.start(engine.deploy("until_told", pool), tags=["finishes"], folder=str(tmp_path))
        until((tmp_path / f"{run}.1").exists, "it is to hold")
        worker.send(signal.SIGTERM)
        worker.wait()
        assert engine.run(run)["state_name"] == "AwaitingRetry"
        (tmp_path / "go").touch()
        worker.start()
        assert engine.ends(run) == ("COMPLETED", "Completed", 2)
