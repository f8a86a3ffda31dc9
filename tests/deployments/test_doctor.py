"""What is missing is said in one command that can be pasted."""

import os
import subprocess
import sys
from pathlib import Path

from blocks.settings import CHECKOUT
from deployments import system

SYSTEM = CHECKOUT / "deployments" / "system.py"


def test_the_apt_line_is_one_exact_command() -> None:
    """All packages stand in one line, with sudo only for those who need it."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    assert system.apt_line(["libx11-6", "make"]) == f"{sudo}apt-get install -y --no-install-recommends libx11-6 make"


def test_the_system_check_needs_nothing_but_python(tmp_path: Path) -> None:
    """It runs isolated, without any installed package, and finds that this machine's make is out of reach."""
    command = [sys.executable, "-IS", str(SYSTEM), "--names"]
    answer = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, timeout=30)
    assert answer.returncode == 1
    assert "make" in answer.stdout.split()
    assert answer.stderr == ""


def test_what_is_missing_is_named_with_its_cure_and_a_key_is_never_printed(tmp_path: Path) -> None:
    """A Blender Python that does not exist ends the doctor with 1 and the command that makes one, on one line.

    Of a key it tells that it is set, and nothing else.
    """
    environment = os.environ | {
        "ANTHROPIC_API_KEY": "sk-very-secret",
        "ATELIER_BLENDER_PYTHON": str(tmp_path / "none"),
        "ATELIER_STUDIO_ENGINE": "classical",  # torch is not asked after
        "COLUMNS": "60",
    }
    command = [sys.executable, "-m", "deployments", "doctor"]
    answer = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 1
    assert "Blender: make environment" in answer.stdout.splitlines()
    assert "secret" not in answer.stdout + answer.stderr
    assert "ANTHROPIC_API_KEY" in answer.stdout


def test_help_is_quick_and_names_every_command() -> None:
    """The parser imports neither Prefect nor the web: `--help` lists all commands."""
    code = "import sys; from deployments.__main__ import parser; parser(); print('prefect' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, timeout=30)
    assert answer.stdout.strip() == "False"
    listed = subprocess.run(
        [sys.executable, "-m", "deployments", "--help"], cwd=CHECKOUT, capture_output=True, text=True, timeout=30
    ).stdout
    assert all(name in listed for name in ("up", "status", "doctor", "demo", "design", "build", "prove"))
