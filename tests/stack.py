"""A real stack for tests: the same code as `up`, on free ports, in a home of its own.

@pytest.fixture(scope="package")
def stack(tmp_path_factory):
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deployments.catalog import BLENDER
from deployments.settings import StackSettings
from deployments.stack import Stack

# For stacks that need no model service: services of one's own are named, so none is started. Nobody listens there.
WITHOUT_STUDIO = dict.fromkeys(
    ("IMAGE_MANIPULATOR_URL", "BIREFNET_URL", "SAM3_URL", "A100_SERVER_URL", "TRELLIS_URL", "IMAGE_ENDPOINT_URL"),
    "http://127.0.0.1:9",
)


@dataclass(frozen=True)
class RunningStack:
    """Where a running stack answers, and the environment that all of it has."""

    home: Path
    ring_url: str
    api_url: str
    tryon_url: str
    runpod_urls: list[str]
    image_urls: list[str]
    prefect_api_url: str
    environment: dict[str, str]


@contextmanager
def running_stack(
    home: Path, environment: dict[str, str] | None = None, pools: tuple[str, ...] = (BLENDER,), *, api: bool = True
) -> Iterator[RunningStack]:
    """Start server, set-up, Blender, the workers of `pools` and, unless told otherwise, the API; stop all afterwards.

    `environment` is added to that of every process: keys and addresses of loopback services, limits.
    """
    settings = StackSettings(ports="auto")
    environment = {"ATELIER_SCHEDULES": "off"} | (environment or {})  # no probe or night may run beside a test
    with Stack(home, settings, pools=pools, api=api, environment=environment) as stack:
        parts = stack.parts
        yield RunningStack(
            stack.home,
            parts.ring_url,
            parts.api_url,
            parts.tryon_url,
            parts.runpod_urls,
            parts.image_urls,
            parts.prefect_api_url,
            stack.environment,
        )
