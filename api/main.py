"""The combined app: every contract under its prefix, behind one door."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from api import artifacts
from api.contracts.agentic import create_agentic_app
from api.contracts.agentic_workflows import Workflows
from api.contracts.ring import create_ring_app
from api.contracts.ring_jobs import RingJobs
from api.errors import install_error_handlers
from api.middleware import install_middleware
from api.settings import AgenticSettings, ApiSettings, RingSettings, agentic_settings, api_settings, ring_settings
from blocks.artifacts import ArtifactStore


def create_app(ring: RingSettings, agentic: AgenticSettings, api: ApiSettings, store: ArtifactStore) -> FastAPI:
    """Build the combined app."""
    jobs = RingJobs(ring, api, store)
    workflows = Workflows(agentic, api, jobs)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with jobs, workflows:  # a mounted app's own lifespan is not run
            yield

    app = FastAPI(title="Atelier", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.store = store

    @app.get("/")
    async def contracts(request: Request) -> dict[str, str]:
        """Name the contracts and where each is."""
        root = request.scope.get("root_path", "")
        return {"service": "atelier", "ring": f"{root}/ring/", "agentic": f"{root}/agentic/"}

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Say that the combined app lives; each contract tells its own health."""
        return {"status": "ok", "service": "atelier"}

    app.include_router(artifacts.router)
    app.mount("/ring", create_ring_app(jobs))
    app.mount("/agentic", create_agentic_app(workflows))
    install_error_handlers(app)
    install_middleware(app, api)
    return app


app = create_app(ring_settings(), agentic_settings(), api_settings(), ArtifactStore.from_settings())
