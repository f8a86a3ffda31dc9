"""What every folder of tests may use: a store, and a worker's hand on the folder's own Prefect server (`prefect_url`).

Run with `-n 2`, whole folders run side by side: what a folder's tests share, such as a stack, is started once.

Stacks are set up with their schedules paused, so that nothing runs but what a test asks for. The environment says so,
since it reaches every process that a test starts, the command line's too.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prefect.client.orchestration import PrefectClient
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from blocks.artifacts import ArtifactStore
from tests.prefect_server import Hand, cancel_leftovers

os.environ["ATELIER_SCHEDULES"] = "off"


class ByFolder(LoadScopeScheduling):
    """Hands a worker whole folders of tests."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("/")[1]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    """Choose who runs what under `-n`."""
    return ByFolder(config, log)


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    """An artifact store of the test's own."""
    return ArtifactStore(backend="local", home=tmp_path)


@pytest.fixture
async def hand(prefect_url: str, store: ArtifactStore) -> AsyncIterator[Hand]:
    """The worker's hand; what the test leaves waiting is cancelled, before the next test counts what waits."""
    async with PrefectClient(api=prefect_url) as client:
        yield Hand(client, store)
        await cancel_leftovers(client)
