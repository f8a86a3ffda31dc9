"""What the stack consists of: each part's command, and how to see that it is ready."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from blocks.images.settings import image_settings
from blocks.settings import CHECKOUT
from deployments import probes
from deployments.catalog import CPU
from deployments.environment import studio_url
from deployments.interpreters import studio_python
from deployments.processes import Process
from deployments.settings import LOOPBACK, StackSettings

STUDIO = "studio"
BLENDER_SERVER = CHECKOUT / "blocks" / "blender" / "runtime" / "server.py"


@dataclass(frozen=True)
class Parts:
    """Builds the processes of one stack."""

    home: Path
    settings: StackSettings
    environment: dict[str, str]

    @property
    def prefect_url(self) -> str:
        """Prefect's user interface."""
        return f"http://{LOOPBACK}:{self.settings.prefect_port}"

    @property
    def prefect_api_url(self) -> str:
        """Prefect's REST API."""
        return f"{self.prefect_url}/api"

    @property
    def api_url(self) -> str:
        """The combined app."""
        return f"http://{LOOPBACK}:{self.settings.api_port}"

    @property
    def ring_url(self) -> str:
        """The ring contract at root."""
        return f"http://{LOOPBACK}:{self.settings.ring_port}"

    @property
    def agentic_url(self) -> str:
        """The agentic contract at root."""
        return f"http://{LOOPBACK}:{self.settings.agentic_port}"

    @property
    def tryon_url(self) -> str:
        """The try-on contract at root."""
        return f"http://{LOOPBACK}:{self.settings.tryon_port}"

    @property
    def runpod_urls(self) -> list[str]:
        """RunPod's contract at root: the image worker's, then the model worker's."""
        ports = (self.settings.runpod_image_port, self.settings.runpod_model_port)
        return [f"http://{LOOPBACK}:{port}" for port in ports]

    @property
    def image_urls(self) -> list[str]:
        """The image contracts at root: Dual Gen, JSON-from-Image, Create-JSON."""
        ports = (self.settings.dual_gen_port, self.settings.json_from_image_port, self.settings.create_json_port)
        return [f"http://{LOOPBACK}:{port}" for port in ports]

    @property
    def studio_url(self) -> str:
        """The model services of this machine."""
        return studio_url(self.settings)

    def server(self, beginning: dict[str, str]) -> Process:
        """Prefect's server; uvicorn directly, since Prefect's own command adds half a second and a banner.

        `beginning` is added to its environment: what `database.copy_template` says of the database.
        """
        port = str(self.settings.prefect_port)
        app = ["--factory", "deployments.server:create_app", "--log-level", "warning"]
        command = [sys.executable, "-m", "uvicorn", *app, "--host", LOOPBACK, "--port", port]
        return self._process("prefect", command, partial(probes.answers, f"{self.prefect_api_url}/health"), beginning)

    def setup(self, *, recover: bool) -> Process:
        """The set-up; it waits for the server, does its work and ends. `recover`: the database is this stack's own."""
        options = ["--recover"] if recover else []
        return self._process("setup", [sys.executable, "-m", "deployments.setup", *options], lambda: False)

    def blender(self, python: Path, socket: Path) -> Process:
        """The warm Blender beside the blender pool's worker."""
        command = [str(python), str(BLENDER_SERVER), "--socket", str(socket)]
        return self._process("blender", command, partial(probes.listens, socket))

    def worker(self, pool: str) -> Process:
        """One pool's worker. What runs at once is the deployments' business: a limit of its own would make
        Prefect's stock worker end itself when a run is started again while its last process still lingers. The pool of
        the image jobs has their time to finish before it must be gone."""
        command = [sys.executable, "-m", "deployments.worker", pool]
        process = self._process(
            f"worker-{pool}", command, lambda: bool(probes.workers_online(self.prefect_api_url, pool))
        )
        return replace(process, grace_s=process.grace_s + image_settings().finish_s) if pool == CPU else process

    def studio(self) -> Process:
        """The model services, for whoever has one of them nowhere else."""
        ready = partial(probes.answers, f"{self.studio_url}/health")
        python = studio_python(self.settings.studio_python, self.environment.get("ATELIER_STUDIO_ENGINE", "auto"))
        return self._process(STUDIO, [str(python), "-m", "api.studio"], ready)

    def api(self) -> Process:
        """The shim, on its own port and on the contracts'."""
        contracts = (self.ring_url, self.agentic_url, self.tryon_url, *self.runpod_urls, *self.image_urls)
        urls = [f"{url}/health" for url in (self.api_url, *contracts)]
        return self._process("api", [sys.executable, "-m", "api"], lambda: all(map(probes.answers, urls)))

    def _process(
        self, name: str, command: list[str], ready: Callable[[], bool], extra: dict[str, str] | None = None
    ) -> Process:
        log, environment = self.home / "logs" / f"{name}.log", self.environment | (extra or {})
        return Process(name, command, environment, log, ready, CHECKOUT, self.settings.stop_grace_s)
