"""The ring contract as an app: at root on its own port, or mounted under a prefix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from api import artifacts
from api.auth import require_key
from api.contracts import ring_run, ring_service, ring_sessions
from api.contracts.ring_jobs import RingJobs
from api.errors import install_error_handlers
from api.middleware import install_middleware
from api.pages import install_pages
from api.settings import ApiSettings, RingSettings, api_settings, ring_settings
from blocks.artifacts import ArtifactStore


def create_ring_app(jobs: RingJobs) -> FastAPI:
    """Build the contract's app around `jobs`, which it opens and closes when it is served by itself."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with jobs:
            yield

    app = FastAPI(
        title="Ring generator", version=ring_service.VERSION, docs_url=None, redoc_url=None, lifespan=lifespan
    )
    app.state.jobs = jobs
    app.state.store = jobs.store
    guarded = [Depends(require_key(jobs.settings.api_key))]
    app.include_router(ring_service.router)
    app.include_router(ring_run.router, dependencies=guarded)
    app.include_router(ring_sessions.router, dependencies=guarded)
    app.include_router(artifacts.router)
    install_error_handlers(app)
    install_pages(app)
    return app


def create_native_app(ring: RingSettings, api: ApiSettings, store: ArtifactStore) -> FastAPI:
    """Build the app that is served on the contract's own port."""
    app = create_ring_app(RingJobs(ring, api, store))
    install_middleware(app, api)
    return app


ring_app = create_native_app(ring_settings(), api_settings(), ArtifactStore.from_settings())
