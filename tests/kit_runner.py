"""The ring kit for tests: its pure modules in this process, and all of it in real Blender in a child."""

import subprocess
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNTIME = ROOT / "blocks" / "blender" / "runtime"
BLENDER_PYTHON = ROOT / ".venv-blender" / "bin" / "python"
TIMEOUT_S = 240
LEAVE = "\nimport os, sys\nsys.stdout.flush()\nos._exit(0)"  # taking Blender apart is not what is tested


def make_pure_kit_importable() -> None:
    """Put a bare `ring_kit` in place: the package's own __init__ needs bpy, its pure modules do not."""
    if "ring_kit" not in sys.modules:
        bare = types.ModuleType("ring_kit")
        bare.__path__ = [str(RUNTIME / "ring_kit")]
        sys.modules["ring_kit"] = bare


def printed_in_blender(code: str) -> str:
    """Run `code` with Blender's Python and return what it printed; AssertionError with its errors when it fails."""
    command = [str(BLENDER_PYTHON), "-I", "-c", code + LEAVE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr[-2000:]}"
    return done.stdout
