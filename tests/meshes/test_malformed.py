"""Malformed models of every format: refused with words, or taken as what they are; never a crash, never a hang."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.meshes.malformed import CONTROL, MUST_BE_REFUSED

ROOT = Path(__file__).resolve().parents[2]
MAX_SECONDS = 5.0


@pytest.fixture(scope="module")
def answers() -> dict[str, dict]:
    """What became of each file, in one process with 1 GB to spare."""
    command = [sys.executable, "-m", "tests.meshes.malformed"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    told = [json.loads(line) for line in child.stdout.splitlines()]
    assert child.returncode == 0, f"after {told[-1:]}: {child.stderr[-2000:]}"
    return {answer["name"]: answer for answer in told}


def test_each_is_refused_in_words_or_taken_as_a_sound_model(answers: dict[str, dict]):
    """At least 200 files: none raises anything but InvalidInput, which names the field; what is taken is sound."""
    files = [answer for name, answer in answers.items() if name != CONTROL]
    assert len(files) >= 200
    wrong = [one for one in files if not (one["sound"] or (one["refused"] or "").startswith("upload: "))]
    assert wrong == []


def test_lies_are_refused(answers: dict[str, dict]):
    """A file whose structure is wrong on purpose is never taken."""
    assert [name for name, one in answers.items() if name.startswith(MUST_BE_REFUSED) and not one["refused"]] == []


def test_none_takes_five_seconds(answers: dict[str, dict]):
    """Each is dealt with within five seconds of CPU, the bombs too."""
    assert {name: one["seconds"] for name, one in answers.items() if one["seconds"] > MAX_SECONDS} == {}


def test_the_memory_is_bounded(answers: dict[str, dict]):
    """The process that dealt with them all could not have taken 1 GB: taking more failed."""
    assert answers[CONTROL]["refused"] == CONTROL
