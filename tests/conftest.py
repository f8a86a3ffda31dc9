"""What every folder of tests may use: a store, and a worker's hand on the folder's own Prefect server (`prefect_url`).

Run with `-n 2`, whole folders run side by side: what a folder's tests share, such as a stack, is started once.
More than two are no faster on two cores.

Stacks are set up with their schedules paused, so that nothing runs but what a test asks for. The environment says so,
since it reaches every process that a test starts, the command line's too.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.events.worker import EventsWorker
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_LOCAL_STORAGE_PATH,
    temporary_settings,
)
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from blocks.artifacts import ArtifactStore
from tests.prefect_server import Hand, cancel_leftovers, prefect_server

os.environ["ATELIER_SCHEDULES"] = "off"

DRAIN_S = 30.0
SLOWEST = (
    "life", "worker", "pages_on_the_stack", "deployments", "page_models3d", "page", "images_life", "page_images",
    "models3d", "agentic", "upkeep", "outside", "runpod_handlers", "kit_heads", "native", "flows", "fuzz", "gpu",
)  # fmt: skip


class ByFolder(LoadScopeScheduling):
    """Hands a worker whole folders of tests, in the order of the collection."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        config.option.loadscopereorder = False  # by the number of tests, which says little of their time
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return nodeid.split("/")[1]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFolder:
    """Choose who runs what under `-n`."""
    return ByFolder(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the folders that take minutes first, so that no worker waits long for the other at the end."""
    places = {folder: place for place, folder in enumerate(SLOWEST)}
    items.sort(key=lambda item: places.get(item.nodeid.split("/")[1], len(SLOWEST)))


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    """An artifact store of the test's own."""
    return ArtifactStore(backend="local", home=tmp_path)


@pytest.fixture(scope="session")
def process_prefect_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The Prefect of all flows and tasks that run in the tests' own process.

    It is one for the whole process, since Prefect keeps one sender of events and one acquirer of slots a process,
    both bound to the server that they saw first.
    """
    with prefect_server(tmp_path_factory.mktemp("process")) as url:
        yield url
        EventsWorker.drain_all(timeout=DRAIN_S)


@pytest.fixture
def prefect(process_prefect_url: str, tmp_path: Path) -> Iterator[None]:
    """A real Prefect around the flows and tasks that a test calls; their cached results are the test's own."""
    where = {PREFECT_API_URL: process_prefect_url, PREFECT_LOCAL_STORAGE_PATH: tmp_path / "results"}
    with temporary_settings(where):
        yield


@pytest.fixture
async def hand(prefect_url: str, store: ArtifactStore) -> AsyncIterator[Hand]:
    """The worker's hand; what the test leaves waiting is cancelled, before the next test counts what waits."""
    async with PrefectClient(api=prefect_url) as client:
        yield Hand(client, store)
        await cancel_leftovers(client)
