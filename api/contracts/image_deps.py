"""What the image contracts' routes depend on, and what their apps have in common."""

import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request
from fastapi.responses import RedirectResponse, Response

from api.contracts.image_envelope import install_envelope_handlers
from api.middleware import correlation_id
from api.pages import install_pages
from blocks.images.settings import ImageSettings

VERSION = "1.0.0"


def prefix(request: Request) -> str:
    """Return where the contract is mounted, empty on its own port."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def correlation(request: Request) -> str:
    """Return the id under which the request is logged."""
    return correlation_id(request.scope)


def idempotency_key(
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,255}$", description="The same key starts one job"),
    ] = None,
) -> str | None:
    """Return the caller's key, in a form that fits anywhere."""
    return hashlib.sha256(key.encode()).hexdigest() if key else None


def forwarded(request: Request) -> dict[str, str]:
    """Return the headers of a request that Dual Gen is to see too; who traces it is told anyway."""
    return {name: request.headers[name] for name in ("X-API-Key", "Idempotency-Key") if name in request.headers}


def new_app(title: str, *parts: AbstractAsyncContextManager[object]) -> FastAPI:
    """Return an empty app of the image contracts; served by itself, it opens and closes `parts`."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as opened:
            for part in parts:
                await opened.enter_async_context(part)
            yield

    return FastAPI(
        title=title, version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan
    )


def finish_app(app: FastAPI, settings: ImageSettings) -> None:
    """Give an app of the image contracts its errors, its pages, and the log level of config.json."""
    logging.getLogger("atelier.images").setLevel(settings.logging_level)
    install_envelope_handlers(app)
    install_pages(app)


Prefix = Annotated[str, Depends(prefix)]
Correlation = Annotated[str, Depends(correlation)]
IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]


def page_routes(app: FastAPI, pages: dict[str, str]) -> None:
    """Send browsers that come to a path to the page that belongs there."""

    def send_to(path: str, page: str) -> None:
        @app.get(path, include_in_schema=False)
        async def send(prefix: Prefix) -> Response:
            return RedirectResponse(f"{prefix}/ui/{page}/", 302)

    for path, page in pages.items():
        send_to(path, page)
