"""The combined app: the native API at root, every other contract under its prefix, behind one door."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request

from api import artifacts
from api.contracts.agentic import create_agentic_app
from api.contracts.agentic_workflows import Workflows
from api.contracts.create_json import CreateJson, create_create_json_app
from api.contracts.dual_gen import create_dual_gen_app
from api.contracts.dual_gen_jobs import DualGen
from api.contracts.image_uploads import max_body_bytes
from api.contracts.json_from_image import create_json_from_image_app
from api.contracts.json_from_image_scenes import JsonFromImage
from api.contracts.ring import create_ring_app
from api.contracts.ring_jobs import RingJobs
from api.contracts.runpod import create_runpod_app
from api.contracts.runpod_jobs import RunPodJobs
from api.contracts.runpod_settings import RunPodSettings, runpod_settings
from api.contracts.tryon import create_tryon_app
from api.contracts.tryon_workflows import TryOnWorkflows
from api.metrics import metrics_router
from api.middleware import install_middleware
from api.native import examples, routes, service_routes
from api.native.problems import install_problem_handlers
from api.native.service import Native
from api.pages import install_docs
from api.settings import (
    AgenticSettings,
    ApiSettings,
    RingSettings,
    TryOnApiSettings,
    agentic_settings,
    api_settings,
    ring_settings,
    try_on_api_settings,
)
from blocks.artifacts import ArtifactStore
from blocks.images.settings import ImageSettings, image_settings
from blocks.try_on.settings import TryOnSettings, try_on_settings

VERSION = "1.0.0"


def create_app(
    ring: RingSettings,
    agentic: AgenticSettings,
    api: ApiSettings,
    store: ArtifactStore,
    tryon: TryOnApiSettings | None = None,
    upstreams: TryOnSettings | None = None,
    runpod: RunPodSettings | None = None,
    images: ImageSettings | None = None,
) -> FastAPI:
    """Build the combined app."""
    jobs = RingJobs(ring, api, store)
    workflows = Workflows(agentic, api, jobs)
    tryon = tryon or try_on_api_settings()
    try_ons = TryOnWorkflows(tryon, upstreams or try_on_settings(), api, store)
    runpod = runpod or runpod_settings()
    runpod_jobs = RunPodJobs(runpod, api, store)
    images = images or image_settings()
    dual_gen = DualGen(images, api, store)
    json_from_image = JsonFromImage(images, api, store)
    create_json = CreateJson(images)
    native = Native(api, store)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # a mounted app's own lifespan is not run
        async with jobs, workflows, try_ons, runpod_jobs, dual_gen, json_from_image, create_json, native:
            yield

    app = FastAPI(title="Atelier", version=VERSION, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.store = store
    app.state.native = native

    install_index(app, runpod_jobs.endpoints)
    app.include_router(routes.router)
    app.include_router(service_routes.router)
    app.include_router(metrics_router(VERSION), responses=examples.PROBLEM)
    app.include_router(artifacts.router, responses=examples.PROBLEM)
    app.mount("/ring", create_ring_app(jobs))
    app.mount("/agentic", create_agentic_app(workflows))
    app.mount("/tryon", create_tryon_app(try_ons))
    app.mount("/v2", create_runpod_app(runpod_jobs))
    app.mount("/image/dual-gen", create_dual_gen_app(dual_gen))
    app.mount("/image/json-from-image", create_json_from_image_app(json_from_image))
    app.mount("/image/create-json", create_create_json_app(create_json))
    install_docs(app, assets="/ring/ui")
    install_problem_handlers(app)
    limits = {"/tryon/": tryon.max_body_bytes, "/v2/": runpod.max_body_bytes, "/image/": max_body_bytes(images)}
    install_middleware(app, api, limits)
    return app


def install_index(app: FastAPI, endpoints: Iterable[str]) -> None:
    """Let / name the contracts, RunPod's `endpoints` among them."""

    @app.get("/", tags=["service"], responses=examples.answers(examples.CONTRACTS))
    async def contracts(request: Request) -> dict[str, str]:
        """Name the contracts and where each is."""
        root = request.scope.get("root_path", "")
        mounted = {name: f"{root}/{name}/" for name in ("ring", "agentic", "tryon")}
        mounted |= {name: f"{root}/image/{name}/" for name in ("dual-gen", "json-from-image", "create-json")}
        workers = {endpoint: f"{root}/v2/{endpoint}/" for endpoint in endpoints}
        return {"service": "atelier", "docs": f"{root}/docs", **mounted, **workers}


app = create_app(ring_settings(), agentic_settings(), api_settings(), ArtifactStore.from_settings())
