"""Dual Gen as an app: at root on its own port, or mounted under a prefix."""

import logging
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.artifacts import serve
from api.auth import require_key
from api.contracts import dual_gen_routes
from api.contracts.dual_gen_jobs import DualGen
from api.contracts.dual_gen_models import DualGenHealth
from api.contracts.dual_gen_routes import FoundDualGen
from api.contracts.image_deps import finish_app, new_app, page_routes
from api.contracts.image_envelope import documented, wrong_field
from api.contracts.image_mirror import Mirror
from api.contracts.image_uploads import max_body_bytes
from api.errors import OrchestratorUnavailable
from api.middleware import install_middleware
from api.settings import ApiSettings, api_settings
from blocks.artifacts import ArtifactStore
from blocks.images.settings import ImageSettings, image_settings

logger = logging.getLogger("atelier.images.dual_gen")

PICTURES = {"content": {"image/png": {}, "image/jpeg": {}, "image/webp": {}}, "description": "The picture"}


def create_dual_gen_app(found: DualGen) -> FastAPI:
    """Build the contract's app around `found`; served by itself it opens and closes that, and mirrors the jobs."""
    app = new_app("Dual Gen", found, Mirror(found, found.settings.database))
    app.state.dual_gen = found
    guarded = [Depends(require_key(found.settings.api_key))]
    page_routes(app, {"/": "images", "/gallery": "gallery"})
    app.add_api_route("/health", health, responses=documented())
    pictures: dict[int | str, dict[str, Any]] = {
        200: PICTURES,
        206: PICTURES,
        304: {"description": "As known"},
        416: {"description": "Lies outside"},
    }
    app.add_api_route(
        "/images/{filename}",
        picture,
        dependencies=guarded,
        response_class=StreamingResponse,
        responses={**documented(), **pictures},
    )
    app.add_api_route("/images/{filename}", picture, methods=["HEAD"], dependencies=guarded, include_in_schema=False)
    router = dual_gen_routes.routes(found.settings)
    app.include_router(router, prefix="/api/v1", dependencies=guarded)
    app.include_router(router, prefix="/api", dependencies=guarded, deprecated=True)
    app.add_middleware(Deprecating)
    finish_app(app, found.settings)
    return app


def create_native_app(settings: ImageSettings, api: ApiSettings, store: ArtifactStore) -> FastAPI:
    """Build the app that is served on the contract's own port."""
    app = create_dual_gen_app(DualGen(settings, api, store))
    install_middleware(app, api, {"/": max_body_bytes(settings)})
    return app


async def health(found: FoundDualGen) -> DualGenHealth:
    """Say how the service is; always 200, since the answer itself shows that it lives."""
    try:
        queue = await found.queue.get()
    except OrchestratorUnavailable:
        return DualGenHealth(status="degraded", queue_size=0, current_job=None)
    current = str(queue.begun[0].id) if queue.begun else None
    return DualGenHealth(status="healthy", queue_size=len(queue.waiting), current_job=current)


async def picture(
    filename: Annotated[str, Path(max_length=255)],
    request: Request,
    found: FoundDualGen,
    thumbnail: Annotated[bool, Query(description="A small one instead")] = False,
) -> Response:
    """Send a picture of the gallery, or a part of it."""
    entry = await found.gallery.find(filename)
    if entry is None:
        error = wrong_field("filename", "there is no such picture")
        error.status = 404
        raise error
    wanted = entry.thumbnail if thumbnail else entry.picture
    return await serve(found.store, wanted.sha256, request, name="" if thumbnail else entry.filename)


class Deprecating:
    """Marks the answers of routes without a version, and logs who still asks for them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", "")).removeprefix(str(scope.get("root_path", "")))
        if scope["type"] != "http" or not path.startswith("/api/") or path.startswith("/api/v1/"):
            await self._app(scope, receive, send)
            return
        logger.warning("deprecated route %s %s; its successor is under /api/v1", scope["method"], path)

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-API-Deprecated"] = "true"
            await send(message)

        await self._app(scope, receive, send_marked)


dual_gen_app = create_native_app(image_settings(), api_settings(), ArtifactStore.from_settings())
