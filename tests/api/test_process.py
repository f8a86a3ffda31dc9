"""The shim as a process: `python -m api`."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from api.settings import ApiSettings, RingSettings
from tests.api.conftest import free_port


def start(home: Path, port: int, ring_port: int) -> subprocess.Popen[str]:
    """Start the shim on those ports, with no Prefect behind it."""
    environment = os.environ | {
        "ATELIER_HOME": str(home),
        "ATELIER_API_PORT": str(port),
        "RING_GEN_PORT": str(ring_port),
        "RING_GEN_HOST": "127.0.0.1",
        "AGENTIC_PORT": str(free_port()),
        "TRYON_API_PORT": str(free_port()),
        "IMAGE_DUAL_GEN_PORT": str(free_port()),
        "IMAGE_JSON_FROM_IMAGE_PORT": str(free_port()),
        "IMAGE_CREATE_JSON_PORT": str(free_port()),
        "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api",
    }
    return subprocess.Popen([sys.executable, "-m", "api"], env=environment, stderr=subprocess.PIPE, text=True)


def test_one_process_serves_both_doors_and_stops_politely(tmp_path: Path) -> None:
    """Both ports answer, the contract is at root on its own and under /ring on the other, and SIGTERM ends it well."""
    port, ring_port = free_port(), free_port()
    shim = start(tmp_path, port, ring_port)
    try:
        urls = [f"http://127.0.0.1:{port}/ring/tool/schema", f"http://127.0.0.1:{ring_port}/tool/schema"]
        assert {answered(url)["name"] for url in urls} == {"ring-generate"}
    finally:
        shim.send_signal(signal.SIGTERM)
    assert shim.wait(15) == 0


def answered(url: str) -> dict[str, str]:
    """Return the JSON at `url` as soon as somebody listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return dict(httpx.get(url, timeout=5).json())
        except httpx.ConnectError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def test_a_taken_port_is_an_error(tmp_path: Path) -> None:
    """When one of its ports is taken the shim ends with an error, rather than serve half."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shim = start(tmp_path, free_port(), taken.getsockname()[1])
        _, complaint = shim.communicate(timeout=60)
    assert shim.returncode != 0
    assert "address already in use" in complaint


def test_the_defaults_are_the_contracts() -> None:
    """The register's defaults, so that a service started without any variable behaves as documented."""
    ring = RingSettings.model_construct()
    assert (ring.host, ring.port, ring.max_error_retries, ring.max_cost_per_request_usd) == ("0.0.0.0", 8102, 3, 5.0)
    assert (ring.max_queue_size, ring.sync_wait_timeout_seconds, ring.finished_job_ttl_seconds) == (64, 600, 3600)
    assert (ring.cleanup_interval_seconds, ring.max_job_records, ring.service_name) == (
        30,
        2000,
        "ring-generator-service",
    )
    assert ring.api_key is None
    assert ApiSettings().host == "127.0.0.1"
