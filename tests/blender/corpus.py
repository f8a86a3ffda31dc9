"""The hostile scripts: each says its class, its goal and the layer that must stop it."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "hostile"
SECRET = "canary-of-the-operator"
MIB = 1 << 20

# What each layer looks like from inside, unless a script says otherwise.
EVIDENCE = {
    "landlock": r"STOPPED EACCES|Permission denied",
    "seccomp": r"STOPPED EPERM|Operation not permitted",
    "clean-env": r"^NOTHING$",
    "outside-proof": "",
}
# Appended to every script, sandboxed or not: says what came of the attack.
EPILOGUE = """
import errno as _errno
def _tell():
    try:
        print("GOAL" if attack(TARGET) else "NOTHING", flush=True)
    except OSError as error:
        print("STOPPED", _errno.errorcode.get(error.errno, error.errno), error, flush=True)
    except BaseException as error:
        print("STOPPED", type(error).__name__, error, flush=True)
        raise
_tell()
"""


@dataclass(frozen=True)
class Attack:
    """One hostile script."""

    name: str
    kind: str
    goal: str
    layer: str
    evidence: str
    code: str

    def script(self, target: dict[str, Any]) -> str:
        """Return the whole script, aimed at `target`."""
        return f"TARGET = {target!r}\n{self.code}{EPILOGUE}"


def load() -> list[Attack]:
    """Return every hostile script, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.py"))]


def _read(path: Path) -> Attack:
    code = path.read_text()
    told = dict(re.findall(r"^# (class|goal|layer|evidence): (.+)$", code, re.MULTILINE))
    evidence = told.get("evidence") or EVIDENCE.get(told["layer"], "")
    return Attack(path.stem, told["class"], told["goal"], told["layer"], evidence, code)


def lay_out(folder: Path, library: Path) -> dict[str, str]:
    """Make the things that attacks aim at in `folder`, and return where they are."""
    (folder / "private").mkdir(parents=True)
    (folder / "drop").mkdir()
    secret, program, machine_code = (folder / "private" / name for name in ("key.txt", "program.py", "library.so"))
    secret.write_text(SECRET)
    secret.chmod(0o600)
    program.write_text("import bpy\nRAN = True\nbpy.app.driver_namespace['ran'] = True\n")
    shutil.copy(library, machine_code)
    return {
        "secret": str(secret),
        "program": str(program),
        "library": str(machine_code),
        "folder": str(folder / "drop"),
    }


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Return mode and content of everything under `folder`."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mode, path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    }
