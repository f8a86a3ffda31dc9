"""The warm worker does with runs what Prefect's stock worker does: same final state, same number of starts.

This is also what shows, when Prefect is upgraded, whether the private parts in `internals.py` still hold.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from tests.waiting import until
from tests.worker.engine import Engine

TYPES = ["warm-process", "process"]


class Runs(dict[str, str]):
    """Ids of runs by what they are to show; `folder` is where they write."""

    def __init__(self, engine: Engine, pool: str, folder: Path) -> None:
        super().__init__()
        self.engine, self.pool, self.folder = engine, pool, folder


@pytest.fixture(scope="module")
def all_runs(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Runs]]:
    """One run of each kind for each worker type, all at once: the stock worker takes seconds for each."""
    with ExitStack() as workers:
        yield {kind: workers.enter_context(worked(engine, kind, tmp_path_factory.mktemp(kind))) for kind in TYPES}


@pytest.fixture(params=TYPES)
def runs(request: pytest.FixtureRequest, all_runs: dict[str, Runs]) -> Runs:
    """The runs of one worker type."""
    return all_runs[request.param]


@contextmanager
def worked(engine: Engine, worker_type: str, folder: Path) -> Iterator[Runs]:
    """Create a pool of `worker_type`, one run of each kind in it, and a worker while the block lasts."""
    pool = engine.pool(f"contract-{worker_type}", worker_type)
    started = Runs(engine, pool, folder)
    for flow in ("fail_once", "too_slow", "wait_for_word", "outer"):
        started[flow] = engine.start(engine.deploy(flow, pool))
    for flow in ("hold", "crash"):
        started[flow] = engine.start(engine.deploy(flow, pool), folder=str(folder))
    coloured = engine.deploy("notes", pool, job_variables={"env": {"COLOUR": "red"}})
    started["notes"] = engine.start(coloured, folder=str(folder), lines=["COLOUR", "PREFECT__FLOW_RUN_ID"])
    due = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    started["scheduled"] = engine.start(engine.deploy("plain", pool, name=f"{pool}-later"), at=due)
    limits = {"concurrency_limit": 1, "concurrency_options": {"collision_strategy": "ENQUEUE"}}
    alone = engine.deploy("alone", pool, **limits)
    started |= {f"alone {n}": engine.start(alone, folder=str(folder)) for n in (1, 2)}
    with engine.worker(pool, f"worker-of-{pool}"):
        yield started
        for held in folder.glob("*.1"):
            for pid in map(int, held.read_text().split()):
                if psutil.pid_exists(pid):
                    psutil.Process(pid).kill()


@pytest.mark.parametrize(
    ("flow", "end"),
    [
        ("scheduled", ("COMPLETED", "Completed", 1)),
        ("fail_once", ("COMPLETED", "Completed", 2)),
        ("too_slow", ("FAILED", "TimedOut", 1)),
        ("outer", ("COMPLETED", "Completed", 1)),
        ("crash", ("CRASHED", "Crashed", 1)),
    ],
)
def test_a_run_ends_as_it_should(runs: Runs, flow: str, end: tuple[str, str, int]) -> None:
    """Success, a retry, a time-out, subflows, a process that breaks off: state and starts are the stock worker's."""
    assert runs.engine.ends(runs[flow]) == end


def test_parameters_and_environment_reach_the_run(runs: Runs) -> None:
    """What the run and the deployment's job variables say is what the flow sees."""
    assert runs.engine.ends(runs["notes"]) == ("COMPLETED", "Completed", 1)
    assert (runs.folder / runs["notes"]).read_text().split() == ["red", runs["notes"]]


def test_an_event_of_a_run_names_all_that_is_around_it(runs: Runs) -> None:
    """Its flow run, flow, deployment, queue and pool: automations and Prefect's pages find it by them."""
    run = runs.engine.run(runs["notes"])
    around = {"flow-run": run["id"], "flow": run["flow_id"], "deployment": run["deployment_id"]}
    around |= {"work-queue": run["work_queue_id"], "work-pool": run["work_pool_id"]}
    wanted = {"filter": {"resource": {"id": [f"atelier.note.{run['id']}"]}}}
    events = until(lambda: runs.engine.call("POST", "/events/filter", wanted)["events"], "the event is to be kept")
    named = {item["prefect.resource.id"]: item["prefect.resource.name"] for item in events[0]["related"]}
    assert named.keys() == {f"prefect.{kind}.{key}" for kind, key in around.items()}
    assert named[f"prefect.work-pool.{run['work_pool_id']}"] == run["work_pool_name"]


def test_a_cancelled_run_ends_cancelled_after_its_hook(runs: Runs) -> None:
    """Cancelling stops the process, then the hook runs, then the run is CANCELLED."""
    process = int(until((runs.folder / f"{runs['hold']}.1").exists, "hold is to run") and _pid(runs, "hold"))
    runs.engine.reaches(runs["hold"], "RUNNING")
    until(lambda: runs.engine.run(runs["hold"])["infrastructure_pid"], "hold is to have a process")
    runs.engine.cancel(runs["hold"])
    assert runs.engine.ends(runs["hold"]) == ("CANCELLED", "Cancelled", 1)
    assert not psutil.pid_exists(process)
    assert (runs.folder / f"{runs['hold']}.hook").read_text() == "CANCELLING"


def test_a_crashed_run_has_its_hook(runs: Runs) -> None:
    """The hook of a run whose process broke off runs elsewhere, and sees that it crashed."""
    hook = runs.folder / f"{runs['crash']}.hook"
    until(lambda: hook.exists() and hook.read_text(), "the hook is to run")
    assert hook.read_text() == "CRASHED"


def test_a_suspended_run_goes_on(runs: Runs) -> None:
    """Suspending ends the process; resuming starts another, which goes on; Prefect counts that as one start."""
    runs.engine.reaches(runs["wait_for_word"], "Suspended")
    runs.engine.call("POST", f"/flow_runs/{runs['wait_for_word']}/resume", {})
    assert runs.engine.ends(runs["wait_for_word"]) == ("COMPLETED", "Completed", 1)


def test_a_scheduled_run_starts_when_it_is_due(runs: Runs) -> None:
    """Not before its time, and without being asked again."""
    assert runs.engine.ends(runs["scheduled"]) == ("COMPLETED", "Completed", 1)
    run = runs.engine.run(runs["scheduled"])
    assert run["start_time"] >= run["expected_start_time"]


def test_a_subflow_is_a_run_of_its_own(runs: Runs) -> None:
    """Both calls of the inner flow are runs that completed."""
    assert runs.engine.ends(runs["outer"])[0] == "COMPLETED"
    parents = {"flow_runs": {"parent_flow_run_id": {"any_": [runs["outer"]]}}}
    inner = runs.engine.call("POST", "/flow_runs/filter", parents)
    assert [run["state_type"] for run in inner] == ["COMPLETED", "COMPLETED"]


def test_a_deployments_limit_holds(runs: Runs) -> None:
    """Two runs of a deployment that allows one at a time: one waits, and both complete."""
    ends = [runs.engine.ends(runs[f"alone {n}"]) for n in (1, 2)]
    assert ends == [("COMPLETED", "Completed", 1)] * 2


def _pid(runs: Runs, flow: str) -> str:
    return (runs.folder / f"{runs[flow]}.1").read_text().split()[0]
