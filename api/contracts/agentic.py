"""The agentic contract as an app: workflows of tools, at root on a port of its own, or mounted under a prefix."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.types import Lifespan

from api import artifacts
from api.auth import require_key
from api.contracts.agentic_models import Results, RunAccepted, RunBody, StatusView, workflow_id
from api.contracts.agentic_workflows import Workflows
from api.contracts.ring_deps import Prefix
from api.contracts.ring_jobs import RingJobs
from api.contracts.ring_results import GlbPathForm
from api.errors import OrchestratorUnavailable, install_error_handlers
from api.middleware import install_middleware
from api.settings import AgenticSettings, ApiSettings, RingSettings, agentic_settings, api_settings, ring_settings
from blocks.artifacts import ArtifactStore

SERVICE = "agentic-pipeline"
PATIENCE_S = 2.0
_JWT = re.compile(r"Bearer [\w-]+\.[\w-]+\.[\w-]+")
_USER = re.compile(r"[\x21-\x7e]{1,128}")

router = APIRouter()
service = APIRouter()


def workflows(request: Request) -> Workflows:
    """Return the app's workflows."""
    found: Workflows = request.app.state.workflows
    return found


def base_url(request: Request, prefix: Prefix) -> str:
    """Return where the contract is, absolute: its callers are pages of other origins."""
    return f"{request.url.scheme}://{request.url.netloc}{prefix}"


def refuse_tokens(authorization: Annotated[str, Header(description="Not taken; send X-API-Key")] = "") -> None:
    """Answer 401 to a bearer token, well formed or not: callers show a service key and name their user."""
    if not authorization:
        return
    if not _JWT.fullmatch(authorization):
        raise HTTPException(401, "Invalid token format")
    raise HTTPException(401, "Bearer tokens are not taken here: send X-API-Key and X-On-Behalf-Of")


def user(x_on_behalf_of: Annotated[str, Header(description="The user whom the work is for")] = "") -> str:
    """Return whom the work is for, 400 when nobody is named: somebody has to be billed."""
    if not _USER.fullmatch(x_on_behalf_of):
        raise HTTPException(400, "X-On-Behalf-Of: a user is needed, in 1 to 128 visible characters")
    return x_on_behalf_of


Runnable = Annotated[Workflows, Depends(workflows)]
Base = Annotated[str, Depends(base_url)]
GlbPath = Annotated[GlbPathForm, Query(description="reference: with its digest, type and size")]


@service.get("/")
async def banner(known: Runnable, prefix: Prefix) -> dict[str, Any]:
    """Say what this is and what it can run."""
    return {"service": SERVICE, "health": f"{prefix}/health", "workflows": known.dags.names()}


@service.get("/health")
async def health(known: Runnable) -> dict[str, Any]:
    """Say which deployments have a worker; always 200, since the answer itself shows that the contract lives."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return {"status": "ok", "service": SERVICE, "prefect": "connected", "workers": await known.served()}
    except (TimeoutError, OrchestratorUnavailable):
        return {"status": "ok", "service": SERVICE, "prefect": "disconnected", "workers": {}}


@router.post("/run/{workflow:path}")
async def run(
    workflow: str, body: RunBody, known: Runnable, prefix: Prefix, asked_by: Annotated[str, Depends(user)]
) -> RunAccepted:
    """Start a workflow, or a single tool by its name or its deployment's, and return at once."""
    started = workflow_id((await known.start(workflow, body, asked_by)).id)
    return RunAccepted(
        workflow_id=started,
        status_url=f"{prefix}/status/{started}",
        result_url=f"{prefix}/result/{started}",
        projected_cost=known.cost(workflow),
    )


@router.get("/status/{workflow}")
async def read_status(workflow: str, known: Runnable, base: Base, glb_path: GlbPath = "string") -> StatusView:
    """Return how far a workflow is, and what its nodes have made so far."""
    return await known.status(await known.read(workflow), base, glb_path)


@router.get("/result/{workflow}", responses={200: {"model": Results}})
async def read_result(
    workflow: str, request: Request, known: Runnable, base: Base, prefix: Prefix, glb_path: GlbPath = "string"
) -> Response:
    """Wait for a workflow and return what its nodes made. It goes on when the wait ends or the caller hangs up."""
    ended = await known.wait(workflow, request.is_disconnected)
    if ended is None:
        detail = f"not done after {known.settings.result_wait_timeout_seconds:g} s; the workflow goes on"
        body = {"detail": detail, "workflow_id": workflow, "status_url": f"{prefix}/status/{workflow}"}
        return JSONResponse(body, 504)
    status = await known.status(ended, base, glb_path)
    if status.progress.state == "failed":
        return JSONResponse({"detail": status.error, "workflow_id": workflow, "results": status.results}, 500)
    return JSONResponse(status.results)


def create_agentic_app(found: Workflows, lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Build the contract's app around `found`, which `lifespan` opens; a mounted app's own lifespan is not run."""
    app = FastAPI(title="Agentic pipeline", version="1.0.0", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.workflows = found
    app.state.store = found.store
    guarded = [Depends(refuse_tokens), Depends(require_key(found.settings.api_key))]
    app.include_router(service)
    app.include_router(router, dependencies=guarded)
    app.include_router(artifacts.router)
    install_error_handlers(app)
    return app


def create_native_app(settings: AgenticSettings, ring: RingSettings, api: ApiSettings, store: ArtifactStore) -> FastAPI:
    """Build the app that is served on the contract's own port."""
    jobs = RingJobs(ring, api, store)
    found = Workflows(settings, api, jobs)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with jobs, found:
            yield

    app = create_agentic_app(found, lifespan)
    install_middleware(app, api)
    return app


agentic_app = create_native_app(agentic_settings(), ring_settings(), api_settings(), ArtifactStore.from_settings())
