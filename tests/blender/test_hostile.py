"""No hostile script reaches its goal, each is stopped by the layer it names, and each would work without the wall."""

import re
from typing import Any

import psutil
import pytest

from blocks.blender.verdict import MIN_GLB_BYTES
from tasks.domain.errors import AtelierError
from tasks.domain.rings.proof import prove
from tests.blender import corpus
from tests.blender.conftest import Raid

ATTACKS = corpus.load()
every_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: f"{attack.kind}-{attack.name}")


def test_the_corpus_is_broad():
    """There are at least 60 scripts in at least 20 classes, and each names a known layer."""
    assert len(ATTACKS) >= 60
    assert len({attack.kind for attack in ATTACKS}) >= 20
    layers = {attack.layer for attack in ATTACKS}
    assert layers == {"landlock", "seccomp", "rlimit", "watchdog", "clean-env", "outside-proof"}


@every_attack
def test_the_goal_is_not_reached(attack: corpus.Attack, raid: Raid):
    """Behind the wall no script says that it reached its goal, and nothing outside has changed."""
    outcome = raid.outcomes[attack.name]
    assert not re.search(r"^GOAL$", outcome.log_tail, re.MULTILINE)
    assert raid.untouched[attack.name]
    if outcome.ok:  # a forged file may have the right form; what it holds is the proof's to say
        assert attack.layer == "outside-proof"
        with pytest.raises(AtelierError):
            prove(outcome.glb or b"")


@every_attack
def test_the_named_layer_stops_it(attack: corpus.Attack, raid: Raid):
    """What the script saw, or the runner, is what that layer answers with."""
    outcome = raid.outcomes[attack.name]
    seen = f"{outcome.log_tail}\n{outcome.error}"
    assert re.search(attack.evidence, seen, re.MULTILINE), seen


@every_attack
def test_it_would_work_without_the_wall(attack: corpus.Attack, control: dict[str, dict[str, Any]]):
    """Unsandboxed the same script reaches its goal, so that the wall is what stops it."""
    result = control[attack.name]
    if attack.layer == "watchdog":
        assert result["alive"] or "GOAL" in result["log"]
    elif attack.layer == "outside-proof":  # the success test of old: there is a file, and it has some size
        assert (result["folder"] / "ring.glb").stat().st_size >= MIN_GLB_BYTES
    else:
        assert re.search(r"^GOAL$", result["log"], re.MULTILINE), result["log"]


def test_nobody_calls_out(raid: Raid):
    """No listener on this machine heard from any script."""
    assert raid.callers == 0


def test_nothing_survives(raid: Raid, server: Any):
    """After the last deadline the server is the only process left of all jobs."""
    mine = [process.pid for process in psutil.process_iter() if str(server.socket) in _command(process)]
    assert mine == [server.pid]
    assert not list((server.socket.parent / "jobs").iterdir())


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
