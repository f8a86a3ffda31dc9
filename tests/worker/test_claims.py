"""A claim names a process so that no other is taken for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import psutil
import pytest
from prefect.client.schemas.objects import FlowRun

from deployments.worker.claims import Claim, is_alive
from deployments.worker.recovery import kill_leftover


@pytest.fixture
def sleeper() -> Iterator[Claim]:
    """A live process that leads a group of its own."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(command, start_new_session=True) as process:
        yield Claim("w", Claim.of_this_process("w").host, process.pid, psutil.Process(process.pid).create_time())
        process.kill()


@pytest.mark.parametrize("name", ["atelier-cpu", "a worker @home", "ProcessWorker 1-2"])
def test_a_claim_survives_being_written(name: str) -> None:
    """What is read is what was written, whatever the worker's name, bare or as a signature."""
    claim = Claim.of_this_process(name)
    assert Claim.read(claim.signature) == claim
    assert Claim.read(str(claim)) == claim


@pytest.mark.parametrize("text", [None, "", "12345", "Flow run was resumed", "w@h process x since 1"])
def test_other_words_are_no_claim(text: str | None) -> None:
    """A stock worker's process id, or no message, is nobody's claim."""
    assert Claim.read(text) is None


def test_a_process_number_given_out_again_is_another_process(sleeper: Claim) -> None:
    """Same number, other start: not alive, so its work may be taken up; the right start is."""
    assert is_alive(sleeper)
    assert not is_alive(replace(sleeper, since=sleeper.since - 60))


def test_only_the_next_life_of_the_same_worker_succeeds_it(sleeper: Claim) -> None:
    """A live process keeps its runs; of a dead one, only the worker of its name on its host inherits."""
    dead = replace(sleeper, since=sleeper.since - 60)
    heir = Claim("w", dead.host, os.getpid(), psutil.Process().create_time())
    assert dead.is_succeeded_by(heir)
    assert heir.is_succeeded_by(heir)
    assert not sleeper.is_succeeded_by(heir)
    assert not dead.is_succeeded_by(replace(heir, name="x"))
    assert not dead.is_succeeded_by(replace(heir, host="elsewhere"))


def test_a_leftover_is_killed_and_a_stranger_with_its_number_is_not(sleeper: Claim) -> None:
    """The run's process is killed by number and start; with another start nothing happens to who has the number."""
    kill_leftover(FlowRun(flow_id=uuid4(), infrastructure_pid=str(replace(sleeper, since=sleeper.since - 60))))
    assert is_alive(sleeper)
    kill_leftover(FlowRun(flow_id=uuid4(), infrastructure_pid=str(sleeper)))
    psutil.wait_procs([psutil.Process(sleeper.pid)], timeout=30)
    assert not is_alive(sleeper)
