"""One Prefect server for the tests of this folder; each test file has pools and workers of its own."""

from collections.abc import Iterator

import pytest

from deployments.settings import StackSettings
from deployments.stack import Stack
from tests.worker.engine import Engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A server after its set-up, without any worker; workers poll rarely enough that only events make them quick."""
    home = tmp_path_factory.mktemp("home")
    extra = {"ATELIER_SCHEDULES": "off"}
    with Stack(home, StackSettings(ports="auto"), pools=[], api=False, environment=extra) as stack:
        yield Engine(stack.parts.prefect_api_url, dict(stack.environment), home)
