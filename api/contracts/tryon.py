"""The try-on contract as an app: at root on its own port, or mounted under a prefix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI

from api.auth import require_key
from api.contracts import tryon_pictures, tryon_routes, tryon_service
from api.contracts.tryon_health import Health
from api.contracts.tryon_workflows import TryOnWorkflows
from api.errors import install_error_handlers
from api.middleware import install_middleware
from api.pages import install_pages
from api.settings import ApiSettings, TryOnApiSettings, api_settings, try_on_api_settings
from blocks.artifacts import ArtifactStore
from blocks.try_on.settings import TryOnSettings, try_on_settings

VERSION = "1.0.0"


def create_tryon_app(workflows: TryOnWorkflows) -> FastAPI:
    """Build the contract's app around `workflows`, which it opens and closes when it is served by itself."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with workflows:
            yield

    app = FastAPI(title="Try-on", version=VERSION, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.workflows = workflows
    app.state.health = Health(workflows.settings, workflows.upstreams)
    guarded = [Depends(require_key(workflows.settings.api_key))]
    app.include_router(tryon_service.router)
    app.include_router(tryon_routes.router, dependencies=guarded)
    app.include_router(tryon_pictures.router, dependencies=guarded)
    install_error_handlers(app)
    install_pages(app)
    return app


def create_native_app(
    settings: TryOnApiSettings, upstreams: TryOnSettings, api: ApiSettings, store: ArtifactStore
) -> FastAPI:
    """Build the app that is served on the contract's own port."""
    app = create_tryon_app(TryOnWorkflows(settings, upstreams, api, store))
    install_middleware(app, api, {"/": settings.max_body_bytes})
    return app


tryon_app = create_native_app(try_on_api_settings(), try_on_settings(), api_settings(), ArtifactStore.from_settings())
