"""What there is to run Blender scripts with, and how to mend what is missing."""

import subprocess
import sys
from pathlib import Path

from blocks.blender.client import listens, probe
from blocks.blender.outcome import BlenderStatus

NO_BLENDER = "install bpy: run `make`, or set ATELIER_BLENDER_PYTHON to a Python 3.11 that has it, or BLENDER_PATH"


def look(python: Path, server: Path | None, executable: Path | None) -> BlenderStatus:
    """Look at the Python with bpy, the server and the external Blender, in that order."""
    found = _probe(python)
    if found and found["bpy"]:
        warm = server is not None and listens(server)
        cold_by_accident = server is not None and not warm
        return BlenderStatus(
            present=True,
            version=found["bpy"],
            mode="warm" if warm else "cold",
            lockdown=not found["lockdown"],
            how_to_mend=[*_named(found["lockdown"]), *([f"no server listens at {server}"] if cold_by_accident else [])],
        )
    version = _external_version(executable) if executable else ""
    lack = _probe(Path(sys.executable)) or {"lockdown": "no Python to run a lockdown"}
    return BlenderStatus(
        present=bool(version),
        version=version,
        mode="external" if version else "missing",
        lockdown=not lack["lockdown"],
        how_to_mend=[*([] if version else [NO_BLENDER]), *_named(lack["lockdown"])],
    )


def _named(lack: str) -> list[str]:
    return [lack] if lack else []


def _probe(python: Path) -> dict[str, str] | None:
    try:
        return probe(python)
    except (OSError, subprocess.SubprocessError):
        return None


def _external_version(executable: Path) -> str:
    """Return what `blender --version` says first, empty when it does not run."""
    try:
        done = subprocess.run([str(executable), "--version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.partition("\n")[0].removeprefix("Blender ").strip()
