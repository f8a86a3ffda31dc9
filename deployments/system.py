"""What only the operating system can give, checked with nothing but Python: `python3 deployments/system.py`.

Prints one apt-get line for everything that is missing and ends with 1, or prints nothing and ends with 0.
`--tests` adds what the tests want; `--names` prints the packages alone.
"""

import ctypes
import glob
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterator

# Shared libraries that Blender as a module, MeshLab and the lockdown load, with Debian's names of their packages.
LIBRARIES = {
    "libX11.so.6": "libx11-6",
    "libXrender.so.1": "libxrender1",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libSM.so.6": "libsm6",
    "libICE.so.6": "libice6",
    "libXext.so.6": "libxext6",
    "libGL.so.1": "libgl1",
    "libOpenGL.so.0": "libopengl0",  # without it MeshLab loses filters without a word
    "libseccomp.so.2": "libseccomp2",
}
# Debian's headless shell takes half the time of a whole browser, which paints windows that nobody sees.
HEADLESS_SHELL = "chromium-headless-shell"
BROWSERS = (HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing_packages(tests: bool = False) -> "list[str]":
    """Return the Debian packages to install, empty where nothing is missing."""
    return list(_missing(tests))


def apt_line(packages: "list[str]") -> str:
    """Return the command that installs `packages`."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"


def browser() -> "str | None":
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def postgres_folder() -> "str | None":
    """Return the folder of PostgreSQL's server programs, the newest of Debian's, or None."""
    folders = glob.glob("/usr/lib/postgresql/*/bin/postgres") + list(filter(None, [shutil.which("postgres")]))
    versioned = sorted(folders, key=lambda path: [int(part) for part in re.findall(r"\d+", path)])
    return os.path.dirname(versioned[-1]) if versioned else None


def _missing(tests: bool) -> "Iterator[str]":
    if sys.version_info[:2] != (3, 11):
        yield "python3.11"
    if importlib.util.find_spec("ensurepip") is None:
        yield "python3.11-venv"
    if shutil.which("make") is None:
        yield "make"
    for library, package in LIBRARIES.items():
        if not _loads(library):
            yield package
    if tests and browser() is None:
        yield HEADLESS_SHELL
    if tests and postgres_folder() is None:
        yield "postgresql"


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


if __name__ == "__main__":
    packages = missing_packages("--tests" in sys.argv[1:])
    if packages and "--names" in sys.argv[1:]:
        print(" ".join(packages))
    elif packages:
        print("These system packages are missing. Install them with:\n\n    " + apt_line(packages) + "\n")
    sys.exit(1 if packages else 0)
