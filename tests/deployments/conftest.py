"""One real stack for the tests of this folder, without the API."""

from collections.abc import Iterator

import pytest

from deployments.catalog import CPU
from deployments.settings import StackSettings
from deployments.stack import Stack


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A server, the set-up and the lightest pool's worker, in a home of their own."""
    home = tmp_path_factory.mktemp("home")
    settings = StackSettings(ports="auto")
    with Stack(home, settings, pools=[CPU], api=False) as running:
        yield running
