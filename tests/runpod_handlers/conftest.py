"""The workers' files as RunPod's SDK runs them: processes of their own, without Prefect, on a disk that is watched."""

import ast
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import trimesh
from PIL import Image

from blocks.artifacts import ArtifactStore
from tests.loopback import Answer, Call, LoopbackServer
from tests.prefect_server import free_port
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
WORKERS = ROOT / "deployments" / "runpod"
PUBLIC_URL = "https://atelier.example"
RUN_TIMEOUT_S = 600
RESULT = re.compile(r"Job result: (\{.*\})")
JSON = {"Content-Type": "application/json"}


def picture() -> bytes:
    """A dark ring on white, as PNG."""
    y, x = np.mgrid[:256, :256]
    radius = np.hypot(x - 128, y - 128)
    pixels = np.full((256, 256, 3), 255, np.uint8)
    pixels[(radius > 60) & (radius < 100)] = (150, 110, 40)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def box() -> bytes:
    """A box of 1 × 0.5 × 0.8 glTF units, as GLB."""
    mesh = trimesh.creation.box(extents=(1.0, 0.5, 0.8))
    return bytes(trimesh.Scene(mesh).export(file_type="glb"))


class Outside(LoopbackServer):
    """The rest of the world: files to fetch, and a TRELLIS server that makes the same box of every picture."""

    def __init__(self) -> None:
        super().__init__(self._given)
        self._files = {"/samples/ring.png": picture(), "/samples/ring.glb": box(), "/samples/page.html": b"<html>"}

    def _given(self, call: Call) -> Answer:
        if call.path == "/trellis/generate":
            return Answer(200, box(), "model/gltf-binary")
        found = self._files.get(call.path)
        return Answer(404) if found is None else Answer(200, found, "application/octet-stream")


@pytest.fixture(scope="package")
def outside() -> Iterator[Outside]:
    with Outside() as outside:
        yield outside


@dataclass
class Sandbox:
    """Runs a worker's file in folders of its own."""

    home: Path
    outside: Outside

    @property
    def environment(self) -> dict[str, str]:
        for folder in ("scratch", "work", "user", "store"):
            (self.home / folder).mkdir(exist_ok=True)
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HOME": str(self.home / "user"),
            "TMPDIR": str(self.home / "scratch"),
            "ATELIER_HOME": str(self.home / "store"),
            "ATELIER_FETCH_ALLOW": "127.0.0.1/32",
            "TRELLIS_URL": f"{self.outside.url}/trellis",
            "RUNPOD_PUBLIC_URL": PUBLIC_URL,
            "ATELIER_IMAGE_OFFLINE_PX": "160",
            "PYTHONUNBUFFERED": "1",
        }

    def local(self, text: str) -> str:
        """Return an input whose URLs lead to the world outside of the test."""
        return text.replace(PUBLIC_URL, self.outside.url)

    def does(self, worker: str, test_input: str) -> subprocess.CompletedProcess[str]:
        """Let the SDK's local runner do one of the worker's files of inputs."""
        environment = self.environment
        given = self.local((WORKERS / worker / test_input).read_text())
        (self.home / "work" / "test_input.json").write_text(given)
        return self._run(worker, [], environment)

    @contextmanager
    def serves(self, worker: str) -> Iterator["LocalApi"]:
        """Let the SDK's local API server serve a worker."""
        port = free_port()
        arguments = ["--rp_serve_api", "--rp_api_host", "127.0.0.1", "--rp_api_port", str(port)]
        log = self.home / "server.log"
        with log.open("w") as out:
            server = subprocess.Popen(
                self._command(worker, arguments), env=self.environment, cwd=self.home / "work", stdout=out, stderr=out
            )
            try:
                api = LocalApi(self, f"http://127.0.0.1:{port}")
                until(lambda: server.poll() is not None or api.answers(), "the SDK's server is to listen")
                yield api
            finally:
                server.terminate()
                server.wait(60)

    def left(self) -> set[str]:
        """Return what lies in the worker's temporary and working folders, but for the input itself."""
        folders = (self.home / "scratch", self.home / "work")
        found = {path.name for folder in folders for path in folder.rglob("*")}
        return found - {"test_input.json"}

    @property
    def store(self) -> ArtifactStore:
        return ArtifactStore(backend="local", home=self.home / "store")

    def _command(self, worker: str, arguments: list[str]) -> list[str]:
        return [sys.executable, str(WORKERS / worker / "rp_handler.py"), *arguments]

    def _run(self, worker: str, arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(worker, arguments),
            env=environment,
            cwd=self.home / "work",
            capture_output=True,
            text=True,
            timeout=RUN_TIMEOUT_S,
            check=False,
        )


@dataclass
class LocalApi:
    """A worker behind the SDK's local API server."""

    sandbox: Sandbox
    url: str

    def answers(self) -> bool:
        """Tell whether it listens."""
        try:
            return httpx.get(f"{self.url}/openapi.json", timeout=5, verify=False).is_success
        except httpx.TransportError:
            return False

    def runsync(self, **given: Any) -> dict[str, Any]:
        """Have a job done; return its document."""
        body = self.sandbox.local(json.dumps({"input": given}))
        answer = httpx.post(f"{self.url}/runsync", content=body, headers=JSON, timeout=RUN_TIMEOUT_S, verify=False)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def sandbox(tmp_path: Path, outside: Outside) -> Sandbox:
    return Sandbox(tmp_path, outside)


def output_of(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """Return the output that the SDK's runner printed."""
    found = RESULT.search(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    assert found, done.stdout
    output = ast.literal_eval(found[1])["output"]
    assert isinstance(output, dict)
    return output
