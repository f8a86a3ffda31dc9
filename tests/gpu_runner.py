"""Tests of what runs in the models' own environment: run there, all in one child, and told of one by one."""

import ast
import os
import subprocess
import threading
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PYTHON = ROOT / ".venv-gpu" / "bin" / "python"
CHECKS = ROOT / "tests" / "gpu" / "on_torch"
TIMEOUT_S = 600  # half a minute on an idle machine
OPTIONS = [
    "-q",
    "-p",
    "tests.gpu.on_torch.fixtures",
    "--import-mode=importlib",
    "-p",
    "no:cacheprovider",
    f"--confcutdir={CHECKS}",
]


@dataclass
class Outcome:
    """What became of the checks: each with its failures, and what the models' hub was asked for meanwhile."""

    failures: dict[str, list[str]] = field(default_factory=dict)
    asked_of_the_hub: list[str] = field(default_factory=list)
    output: str = ""


def names() -> list[str]:
    """Return every check as file::function, read from the sources, since this Python cannot import them."""
    return [
        f"{path.stem}::{node.name}"
        for path in sorted(CHECKS.glob("check_*.py"))
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    ]


def run(folder: Path) -> Outcome:
    """Run all checks with the models' Python; `folder` takes its report and its cache."""
    report = folder / "report.xml"
    with _hub() as (url, asked):
        command = [str(PYTHON), "-m", "pytest", *OPTIONS, f"--junitxml={report}", "-o", "addopts=", str(CHECKS)]
        environment = _environment(folder, url)
        done = subprocess.run(
            [*command, "-o", "python_files=check_*.py"],
            capture_output=True, text=True, timeout=TIMEOUT_S, check=False, cwd=ROOT, env=environment,
        )  # fmt: skip
    outcome = Outcome(asked_of_the_hub=asked, output=(done.stdout + done.stderr)[-4000:])
    if report.exists():
        outcome.failures = _failures(report)
    return outcome


def _environment(folder: Path, hub: str) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "ATELIER_STUDIO_"))}
    threads = {"OMP_NUM_THREADS": "2", "TOKENIZERS_PARALLELISM": "false"}
    return given | threads | {"HF_HOME": str(folder / "hf"), "HF_ENDPOINT": hub}


def _failures(report: Path) -> dict[str, list[str]]:
    failures: dict[str, list[str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname', '').rsplit('.', 1)[-1]}::{case.get('name', '').split('[')[0]}"
        told = [part.text or part.get("message", "") for part in case if part.tag in {"failure", "error", "skipped"}]
        failures.setdefault(name, []).extend(told)
    return failures


@contextmanager
def _hub() -> Iterator[tuple[str, list[str]]]:
    """Stand where models are downloaded from; note who asks for what, and have nothing."""
    asked: list[str] = []

    class Nothing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_error(404)

        do_HEAD = do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
