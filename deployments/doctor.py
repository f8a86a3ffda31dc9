"""`doctor`: what is missing on this machine, and the exact command that mends it."""

import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.table import Table

from blocks.settings import CHECKOUT, settings
from deployments import system
from deployments.interpreters import MODELS_PYTHON
from deployments.settings import LOOPBACK, StackSettings
from deployments.state import running_stack
from tasks.domain.errors import UpstreamError
from tasks.domain.meshes import meshlab

KEYS = ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENAI_API_KEY")
MIN_FREE_BYTES = 2 * 1024**3
ASSET = CHECKOUT / "api" / "console" / "vendor" / "model-viewer.min.js"
LOCKDOWN = CHECKOUT / "blocks" / "blender" / "runtime"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; `mend` is the command or advice, and `required` what nothing works without."""

    what: str
    fine: bool
    seen: str
    mend: str = ""
    required: bool = True


def doctor(*, system_only: bool = False) -> int:
    """Print every finding; 0 when nothing required is missing."""
    console = Console(highlight=False)
    findings = list(_system() if system_only else _everything())
    console.print(_table(findings))
    for finding in findings:
        if not finding.fine:  # a command must stay on one line, however narrow the terminal is
            console.print(f"{finding.what}: {finding.mend}", soft_wrap=True, markup=False)
    missing = [finding for finding in findings if finding.required and not finding.fine]
    if not missing:
        console.print("Nothing required is missing.")
    return 1 if missing else 0


def _everything() -> Iterator[Finding]:
    yield from _system()
    yield _packages()
    yield _blender()
    yield _lockdown()
    yield _meshlab()
    yield _models()
    yield _assets()
    yield from _ports()
    yield _disk()
    yield from _keys()
    yield _browser()
    yield _azurite()


def _system() -> Iterator[Finding]:
    packages = system.missing_packages()
    seen = "Python 3.11, make, shared libraries" if not packages else f"missing: {', '.join(packages)}"
    yield Finding("System", not packages, seen, system.apt_line(packages) if packages else "")


def _packages() -> Finding:
    """Compare what is installed with the lock file."""
    locked = re.findall(r"^([\w.-]+)==(\S+)", (CHECKOUT / "requirements.lock").read_text(), flags=re.MULTILINE)
    wrong = [name for name, wanted in locked if _installed(name) not in (wanted, None)]
    absent = [name for name, wanted in locked if _installed(name) is None]
    # A lock file covers every platform, so a few packages are rightly absent; a wrong version never is.
    seen = f"{len(locked) - len(absent)} packages as locked" if not wrong else f"not as locked: {', '.join(wrong[:5])}"
    return Finding("Python packages", not wrong, seen, "make environment")


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _blender() -> Finding:
    python, external = settings().blender_python, settings().blender_executable
    if external is not None:
        return Finding("Blender", external.exists(), str(external), "set BLENDER_PATH to a Blender, or unset it")
    answer = _run([str(python), "-c", "import bpy; print(bpy.app.version_string)"]) if python.exists() else None
    fine = answer is not None and answer.returncode == 0
    seen = f"bpy {answer.stdout.split()[-1]}" if answer and fine else _last_line(answer) or f"no {python}"
    return Finding("Blender", fine, seen, "make environment")


def _lockdown() -> Finding:
    """Ask the lockdown itself, in the environment that it runs in."""
    answer = _run([str(settings().blender_python), "-c", "import lockdown; print(lockdown.missing())"], LOCKDOWN)
    fine = answer is not None and answer.returncode == 0 and not answer.stdout.strip()
    seen = "Landlock and seccomp" if fine else (answer.stdout.strip() if answer else "") or _last_line(answer)
    mend = "Linux 5.13 or later with Landlock; or accept running scripts unprotected: ATELIER_ALLOW_UNSANDBOXED=1"
    return Finding("Lockdown", fine or settings().allow_unsandboxed, seen, mend)


def _meshlab() -> Finding:
    try:
        meshlab.check_filters()
    except UpstreamError as error:
        return Finding("MeshLab", False, error.detail, system.apt_line(["libgl1", "libopengl0"]))
    return Finding("MeshLab", True, f"pymeshlab {meshlab.version()}, with every filter that cleaning needs")


def _models() -> Finding:
    """Ask the studio's models themselves, in the environment that they run in."""
    if not MODELS_PYTHON.exists():
        return Finding("Models", False, "only a try-on on a GPU wants them", "make gpu", required=False)
    answer = _run([str(MODELS_PYTHON), "-m", "api.studio.models"])
    if answer is None or answer.returncode:
        return Finding("Models", False, _last_line(answer), "make gpu", required=False)
    missing: dict[str, str] = json.loads(answer.stdout)
    seen = f"not used: {', '.join(missing)}" if missing else "SAM3, BiRefNet and FLUX Fill"
    return Finding("Models", not missing, seen, "; ".join(missing.values()), required=False)


def _assets() -> Finding:
    return Finding("Web assets", ASSET.exists(), "there" if ASSET.exists() else "missing", "make assets")


def _ports() -> Iterator[Finding]:
    stack = running_stack(settings().home)
    if stack is not None:
        yield Finding("Ports", True, f"held by the stack that runs (process {stack.pid})")
        return
    chosen = StackSettings()
    runpod = (chosen.runpod_image_port, chosen.runpod_model_port)
    images = (chosen.dual_gen_port, chosen.json_from_image_port, chosen.create_json_port)
    contracts = (chosen.ring_port, chosen.agentic_port, chosen.tryon_port, *runpod, *images)
    ports = (chosen.prefect_port, chosen.api_port, *contracts, chosen.studio_port)
    taken = [port for port in ports if not _is_free(port)]
    seen = f"taken: {', '.join(map(str, taken))}" if taken else "free"
    mend = "ATELIER_PORTS=auto, or a variable for each port: README, Settings"
    yield Finding("Ports", not taken, seen, mend, required=False)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def _disk() -> Finding:
    free = shutil.disk_usage(CHECKOUT).free
    mend = f"free some space, or set ATELIER_HOME to a directory that has {MIN_FREE_BYTES // 1024**3} GiB"
    return Finding("Disk", free >= MIN_FREE_BYTES, f"{free / 1024**3:.1f} GiB free", mend)


def _keys() -> Iterator[Finding]:
    for key in KEYS:
        given = bool(os.environ.get(key, "").strip())
        mend = f"export {key}=… (without any key rings and concepts are drawn offline)"
        yield Finding(key, given, "set" if given else "not set", mend, required=False)


def _browser() -> Finding:
    found = system.browser()
    mend = system.apt_line([system.HEADLESS_SHELL])
    return Finding("Chromium", bool(found), found or "only the tests want it", mend, required=False)


def _azurite() -> Finding:
    found = (settings().home / "tools" / "azurite" / ".installed").exists()
    return Finding("Azurite", found, "there" if found else "only the tests want it", "make test installs it", False)


def _run(command: list[str], folder: os.PathLike[str] = CHECKOUT) -> "subprocess.CompletedProcess[str] | None":
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None


def _last_line(answer: "subprocess.CompletedProcess[str] | None") -> str:
    return (answer.stderr.strip().splitlines() or [""])[-1] if answer else ""


def _table(findings: list[Finding]) -> Table:
    table = Table(box=None, show_header=False)
    for finding in findings:
        wanting = "[red]missing[/red]" if finding.required else "[yellow]–[/yellow]"
        table.add_row("[green]ok[/green]" if finding.fine else wanting, finding.what, finding.seen)
    return table
