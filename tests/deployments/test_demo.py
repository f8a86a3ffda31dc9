"""The demo command, as a person runs it, on a real stack."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from blocks.settings import CHECKOUT
from deployments.state import running_stack as running_stack_of
from tests.stack import RunningStack, running_stack

KEYS = ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "RING_GEN_ANTHROPIC_API_KEY", "RING_GEN_GEMINI_API_KEY")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack without any key, that asks for one itself."""
    environment = {**dict.fromkeys(KEYS, ""), "RING_GEN_API_KEY": "let-me-in"}
    with running_stack(tmp_path_factory.mktemp("demo"), environment) as running:
        yield running


def demo(stack: RunningStack, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deployments", "demo", *arguments, "--out", str(out)]
    environment = stack.environment | {"COLUMNS": "200"}
    return subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)


def test_a_prompt_becomes_a_ring_a_picture_and_a_report(stack: RunningStack, tmp_path: Path) -> None:
    """The running stack is used, with its key; three files come out, and the terminal says what a buyer asks."""
    answer = demo(stack, tmp_path, "A plain platinum comfort band, US 7")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (tmp_path / "ring.glb").read_bytes().startswith(b"glTF")
    assert (tmp_path / "hero.png").read_bytes().startswith(b"\x89PNG")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["status"] == "succeeded"
    assert report["result"]["llm_used"] == "offline"
    assert "US 7" in answer.stdout
    assert "platinum" in answer.stdout
    assert report["result"]["prefect_run_url"] in answer.stdout


def test_a_refusal_is_a_failure_with_its_reason(stack: RunningStack, tmp_path: Path) -> None:
    """A provider without its key: status 1, the variable named, and no file of an earlier run left to mislead."""
    (tmp_path / "ring.glb").write_bytes(b"stale")
    answer = demo(stack, tmp_path, "A band", "--model", "claude")
    assert answer.returncode == 1
    assert "ANTHROPIC_API_KEY" in answer.stdout
    assert not (tmp_path / "ring.glb").exists()


def test_status_says_what_runs(stack: RunningStack) -> None:
    """`status` finds the stack by its home and ends with 0 while all of it answers."""
    command = [sys.executable, "-m", "deployments", "status"]
    answer = subprocess.run(command, env=stack.environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert stack.ring_url in answer.stdout
    assert "atelier-blender" in answer.stdout


def test_status_of_nothing_is_said_as_systemd_says_it(tmp_path: Path) -> None:
    """No stack in the home: status 3, and the command that starts one."""
    environment = {**os.environ, "ATELIER_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "deployments", "status"]
    answer = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=60)
    assert answer.returncode == 3
    assert "python -m deployments up" in answer.stdout


def test_keep_leaves_the_stack_up_and_down_stops_it(tmp_path: Path) -> None:
    """With --keep the command returns while its stack still answers; `down` leaves nothing of it."""
    environment = {**os.environ, **dict.fromkeys(KEYS, ""), "ATELIER_HOME": str(tmp_path / "home"), "COLUMNS": "200"}
    command = [sys.executable, "-m", "deployments"]
    demo = [*command, "demo", "--keep", "A plain silver band", "--out", str(tmp_path / "out")]
    answer = subprocess.run(demo, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=300)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    state = running_stack_of(tmp_path / "home")
    assert state is not None
    assert httpx.get(f"{state.ring_url}/health").is_success
    processes = [psutil.Process(pid) for pid in (state.pid, *state.processes.values())]
    subprocess.run([*command, "down"], env=environment, cwd=CHECKOUT, check=True, timeout=60)
    assert not [process for process in processes if process.is_running()]
