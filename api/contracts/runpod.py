"""RunPod's contract as an app: both endpoints under their ids, to be mounted at /v2, or one worker at root."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api import artifacts
from api.contracts import runpod_routes
from api.contracts.runpod_deps import named_endpoint, require_bearer
from api.contracts.runpod_jobs import RunPodJobs
from api.contracts.runpod_settings import RunPodSettings, runpod_settings
from api.contracts.runpod_workers import Endpoint, endpoints
from api.errors import invalid_fields, report_unexpected, retry_after, sentence, status_of
from api.middleware import install_middleware
from api.pages import install_pages
from api.settings import ApiSettings, api_settings
from blocks.artifacts import ArtifactStore
from tasks.domain.errors import AtelierError, InvalidInput

VERSION = "1.0.0"


def create_runpod_app(jobs: RunPodJobs) -> FastAPI:
    """Build the app of all endpoints of `jobs`, each under its id."""
    app = _app("RunPod", jobs)
    guarded = [Depends(require_bearer(jobs.settings.api_key)), Depends(named_endpoint)]
    app.include_router(runpod_routes.router, prefix="/{endpoint_id}", dependencies=guarded)
    return app


def create_worker_app(settings: RunPodSettings, endpoint: Endpoint, api: ApiSettings, store: ArtifactStore) -> FastAPI:
    """Build the app of one endpoint, which is served at root on its own port, with the files that its links name."""
    app = _app(f"RunPod worker {endpoint.id}", RunPodJobs(settings, api, store, [endpoint]))
    app.state.store = store

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        """Send a browser to the routes."""
        return RedirectResponse("/docs", 302)

    app.include_router(runpod_routes.router, dependencies=[Depends(require_bearer(settings.api_key))])
    app.include_router(artifacts.router)
    install_pages(app)
    install_middleware(app, api, {"/": settings.max_body_bytes})
    return app


def _app(title: str, jobs: RunPodJobs) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with jobs:
            yield

    app = FastAPI(title=title, version=VERSION, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.jobs = jobs
    app.add_exception_handler(AtelierError, _on_atelier_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(ValidationError, _on_invalid)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unexpected)
    return app


async def _on_atelier_error(request: Request, error: Exception) -> JSONResponse:
    status = 400 if isinstance(error, InvalidInput) else status_of(error)
    if status == 500:
        return await _on_unexpected(request, error)
    return JSONResponse({"error": str(error)}, status, retry_after(error))


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": str(error.detail)}, error.status_code, error.headers)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ValidationError | RequestValidationError)
    return JSONResponse({"error": "; ".join(map(sentence, invalid_fields(error)))}, 400)


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": report_unexpected(request, error)}, 500)


_image, _model = endpoints(runpod_settings())
image_worker_app = create_worker_app(runpod_settings(), _image, api_settings(), ArtifactStore.from_settings())
model_worker_app = create_worker_app(runpod_settings(), _model, api_settings(), ArtifactStore.from_settings())
