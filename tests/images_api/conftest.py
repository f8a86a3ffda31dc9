"""The image contracts over real HTTP, in front of a real Prefect server."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from prefect.states import Completed, Failed, State

from api.contracts import create_json, dual_gen, json_from_image
from api.settings import ApiSettings
from blocks.artifacts import ArtifactStore
from blocks.images.settings import ImageSettings
from flows.contracts.images import AnalyzeResult, ImagesResult
from tests.prefect_server import Hand, Served
from tests.shim import api_settings, prefect_url, served

__all__ = ["api_settings", "prefect_url", "served"]

App = Callable[[ImageSettings, ApiSettings, ArtifactStore], FastAPI]


class Client(httpx.AsyncClient):
    """A client of one of the contracts."""

    async def queued(self, **fields: Any) -> str:
        """Queue a job; return its id."""
        answer = await self.post("/api/v1/generate", json={"prompt": "a barn"} | fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["job_id"])

    async def job(self, job: str) -> dict[str, Any]:
        """Return a job's document."""
        answer = await self.get(f"/api/v1/status/{job}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def read(self, route: str, **query: Any) -> Any:
        """Return what a route answers."""
        answer = await self.get(route, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check that `answer` is an error in the envelope; return the error."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"success", "error", "correlation_id"}
    assert body["success"] is False
    assert body["correlation_id"] == answer.headers["x-correlation-id"]
    error = body["error"]
    assert set(error) == {"code", "message", "details"}
    assert (error["code"], bool(error["message"])) == (code, True)
    return dict(error)


def wrong(answer: httpx.Response, code: str = "VALIDATION_ERROR") -> dict[str, str]:
    """Check that fields of a request were refused; return what is wrong with each."""
    fields = refused(answer, 400, code)["details"]["fields"]
    assert {field["code"] for field in fields} == {code}
    return {field["field"]: field["message"] for field in fields}


@dataclass
class Shim:
    """Serves the contracts with settings of a test's own."""

    served: Served
    api: ApiSettings
    store: ArtifactStore
    clients: list[Client] = field(default_factory=list)

    async def dual_gen(self, **settings: Any) -> Client:
        """Serve Dual Gen; return its client."""
        return await self._client(dual_gen.create_native_app, settings)

    async def json_from_image(self, **settings: Any) -> Client:
        """Serve JSON-from-Image; return its client."""
        return await self._client(json_from_image.create_native_app, settings)

    async def create_json(self, **settings: Any) -> Client:
        """Serve Create-JSON; return its client."""
        return await self._client(create_json.create_native_app, settings)

    async def _client(self, app: App, settings: dict[str, Any]) -> Client:
        chosen = ImageSettings(**{"database_path": self.store.home / "jobs.db"} | settings)
        self.clients.append(Client(base_url=await self.served.start(app(chosen, self.api, self.store)), timeout=60))
        return self.clients[-1]


@pytest.fixture
async def shim(served: Served, api_settings: ApiSettings, store: ArtifactStore, hand: Hand) -> AsyncIterator[Shim]:
    """Serves the contracts with settings of the test's own; `hand` cancels what a test leaves waiting."""
    made = Shim(served, api_settings, store)
    yield made
    for client in made.clients:
        await client.aclose()


@pytest.fixture
async def dual(shim: Shim) -> Client:
    """A client of Dual Gen."""
    return await shim.dual_gen()


async def written(hand: Hand, job: str, result: ImagesResult | AnalyzeResult, document: str = "job.json") -> None:
    """Write down how far a run is, as its flow does."""
    await hand.store.write_named(f"runs/{job}/{document}", result.model_dump_json().encode())


async def finished(hand: Hand, job: str, result: ImagesResult | AnalyzeResult, state: State | None = None) -> None:
    """Write the result and end the run, as its flow does."""
    await written(hand, job, result)
    await written(hand, job, result, "result.json")
    await hand.set(job, state or (Completed() if result.success else Failed(message=result.error)))
