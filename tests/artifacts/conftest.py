"""One store per backend: a local directory, memory, and Azure Blob as Azurite speaks it."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from blocks.artifacts import ArtifactStore
from blocks.azure_account import AzureAccount
from tests.artifacts.azurite import running_azurite


@pytest.fixture(scope="session")
def azurite() -> Iterator[AzureAccount]:
    with running_azurite() as account:
        yield account


@pytest.fixture(params=["local", "memory", "azure"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ArtifactStore:
    """An empty store; on Azure its container does not exist yet."""
    container = f"test-{secrets.token_hex(8)}"
    azure = request.getfixturevalue("azurite") if request.param == "azure" else None
    return ArtifactStore(backend=request.param, container=container, home=tmp_path, azure=azure)
