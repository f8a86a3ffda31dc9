"""The demo command, as a person runs it, on a real stack."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

from blocks.settings import CHECKOUT
from deployments.state import StackState
from deployments.state import running_stack as running_stack_of

KEYS = ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "RING_GEN_ANTHROPIC_API_KEY", "RING_GEN_GEMINI_API_KEY")
BAND = "A plain platinum comfort band, US 7"


@dataclass(frozen=True)
class Kept:
    """A stack that `demo --keep` left up, where it says that it runs, and what it said when it made its ring."""

    environment: dict[str, str]
    state: StackState
    said: str


def deployments(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deployments", *arguments]
    return subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """What a person has after `demo --keep` in a new home: a stack without any provider's key, that asks for one."""
    folder = tmp_path_factory.mktemp("demo")
    service = {
        "ATELIER_HOME": str(folder / "home"),
        "RING_GEN_API_KEY": "let-me-in",
        "COLUMNS": "200",
        "ATELIER_HERO_PX": "128",
    }
    environment = {**os.environ, **dict.fromkeys(KEYS, ""), **service, "COLUMNS": "200"}
    answer = deployments(environment, "demo", "--keep", BAND, "--out", str(folder / "out"))
    try:
        assert answer.returncode == 0, answer.stdout + answer.stderr
        state = running_stack_of(folder / "home")
        assert state is not None
        yield Kept(environment, state, answer.stdout)
    finally:
        deployments(environment, "down")


def test_a_prompt_becomes_a_ring_a_picture_and_a_report(kept: Kept, tmp_path: Path) -> None:
    """The running stack is used, with its key; three files come out, and the terminal says what a buyer asks."""
    answer = deployments(kept.environment, "demo", BAND, "--out", str(tmp_path))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"Using the stack that runs already (process {kept.state.pid})" in answer.stdout
    assert (tmp_path / "ring.glb").read_bytes().startswith(b"glTF")
    assert (tmp_path / "hero.png").read_bytes().startswith(b"\x89PNG")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["status"] == "succeeded"
    assert report["result"]["llm_used"] == "offline"
    assert "US 7" in answer.stdout
    assert "platinum" in answer.stdout
    assert report["result"]["prefect_run_url"] in answer.stdout


def test_a_refusal_is_a_failure_with_its_reason(kept: Kept, tmp_path: Path) -> None:
    """A provider without its key: status 1, the variable named, and no file of an earlier run left to mislead."""
    (tmp_path / "ring.glb").write_bytes(b"stale")
    answer = deployments(kept.environment, "demo", "A band", "--model", "claude", "--out", str(tmp_path))
    assert answer.returncode == 1
    assert "ANTHROPIC_API_KEY" in answer.stdout
    assert not (tmp_path / "ring.glb").exists()


def test_status_says_what_runs(kept: Kept) -> None:
    """`status` finds the stack by its home and ends with 0 while all of it answers."""
    answer = deployments(kept.environment, "status")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert str(kept.state.ring_url) in answer.stdout
    assert "atelier-blender" in answer.stdout


def test_status_of_nothing_is_said_as_systemd_says_it(tmp_path: Path) -> None:
    """No stack in the home: status 3, and the command that starts one."""
    answer = deployments({**os.environ, "ATELIER_HOME": str(tmp_path)}, "status")
    assert answer.returncode == 3
    assert "python -m deployments up" in answer.stdout


def test_keep_leaves_the_stack_up_and_down_stops_it(kept: Kept) -> None:
    """With --keep the command returns while its stack still answers, and says so; `down` leaves nothing of it."""
    assert f"The stack stays up: {kept.state.ring_url}" in kept.said
    assert httpx.get(f"{kept.state.ring_url}/health").is_success
    processes = [psutil.Process(pid) for pid in (kept.state.pid, *kept.state.processes.values())]
    assert deployments(kept.environment, "down").returncode == 0
    assert not [process for process in processes if process.is_running()]
