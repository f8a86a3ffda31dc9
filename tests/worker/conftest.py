"""One Prefect server for the tests of this folder; each test file has pools and workers of its own."""

from collections.abc import Iterator

import pytest

from tests.worker.engine import Engine, prefect_server


@pytest.fixture(scope="package")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A server without any worker."""
    with prefect_server(tmp_path_factory.mktemp("worker-home")) as running:
        yield running
