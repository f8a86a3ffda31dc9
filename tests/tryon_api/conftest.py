"""The try-on contract over real HTTP, in front of a real Prefect server."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from api.contracts.tryon import create_native_app
from api.settings import ApiSettings, TryOnApiSettings
from blocks.artifacts import ArtifactStore
from blocks.try_on.settings import TryOnSettings
from tests.prefect_server import Hand, Served, free_port
from tests.shim import api_settings, prefect_url, served
from tests.tryon_api.pictures import photo_body

__all__ = ["Client", "Hand", "Served", "Shim", "api_settings", "bare", "free_port", "prefect_url", "served"]

PREFIXES = ("jewelry-gen-", "preprocess-", "generate-")


class Client(httpx.AsyncClient):
    """A client of the contract."""

    async def started(self, route: str = "start", **fields: Any) -> str:
        """Start a workflow; return its id."""
        answer = await self.post(f"/workflow/{route}", json=photo_body() | fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["workflowId"])

    async def status(self, workflow: str, **query: str) -> dict[str, Any]:
        """Return a workflow's status."""
        answer = await self.get(f"/workflow/{workflow}", params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def refused(self, route: str, body: dict[str, Any], status: int = 422) -> str:
        """Send a request that is refused; return why."""
        answer = await self.post(route, json=body)
        assert answer.status_code == status, answer.text
        detail = answer.json()["detail"]
        assert isinstance(detail, str)
        return detail


@dataclass
class Shim:
    """Serves the contract with settings of a test's own."""

    served: Served
    api: ApiSettings
    store: ArtifactStore
    clients: list[Client] = field(default_factory=list)

    async def client(self, upstreams: TryOnSettings | None = None, **settings: Any) -> Client:
        """Serve the contract; return its client."""
        chosen = TryOnApiSettings(probe_services="off").model_copy(update=settings)
        app = create_native_app(chosen, upstreams or TryOnSettings(), self.api, self.store)
        self.clients.append(Client(base_url=await self.served.start(app), timeout=60, verify=False))
        return self.clients[-1]


@pytest.fixture
async def shim(served: Served, api_settings: ApiSettings, store: ArtifactStore) -> AsyncIterator[Shim]:
    """Serves the contract with settings of the test's own."""
    made = Shim(served, api_settings, store)
    yield made
    for client in made.clients:
        await client.aclose()


@pytest.fixture
async def tryon(shim: Shim) -> Client:
    """A client of the contract at root."""
    return await shim.client()


def bare(workflow: str) -> str:
    """Return a workflow's id without its prefix."""
    return next(workflow.removeprefix(prefix) for prefix in PREFIXES if workflow.startswith(prefix))
