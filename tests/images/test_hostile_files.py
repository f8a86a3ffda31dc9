"""Files that are no pictures, are cut off, lie or explode."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.images.hostile_files import CONTROL

ROOT = Path(__file__).resolve().parents[2]
MAX_SECONDS = 1.0


@pytest.fixture(scope="module")
def answers() -> dict[str, dict]:
    """What became of each file, in one process with 512 MB to spare."""
    command = [sys.executable, "-m", "tests.images.hostile_files"]
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    told = [json.loads(line) for line in child.stdout.splitlines()]
    assert child.returncode == 0, f"after {told[-1:]}: {child.stderr[-2000:]}"
    return {answer["name"]: answer for answer in told}


def test_each_is_refused_and_the_error_names_the_field(answers: dict[str, dict]):
    """No file is taken, none raises anything but InvalidInput, and each error begins with the field's name."""
    assert len(answers) > 100
    files = {name: answer["refused"] for name, answer in answers.items() if name != CONTROL}
    assert {name: refused for name, refused in files.items() if not (refused or "").startswith("photo: ")} == {}


def test_none_takes_a_second(answers: dict[str, dict]):
    """Each is refused within a second of CPU, the bombs too."""
    assert {name: answer["seconds"] for name, answer in answers.items() if answer["seconds"] > MAX_SECONDS} == {}


def test_the_memory_is_bounded(answers: dict[str, dict]):
    """The process that refused them all could not have taken 512 MB: taking more failed."""
    assert answers[CONTROL]["refused"] == CONTROL
