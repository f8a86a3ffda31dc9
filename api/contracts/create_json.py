"""Create-JSON as an app: the editor's page, and its ways to Dual Gen and to a language model."""

from contextlib import AsyncExitStack
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.auth import require_key
from api.contracts.image_deps import finish_app, forwarded, new_app, page_routes
from api.contracts.image_envelope import documented, wrong_field
from api.contracts.image_probes import Probes, health_word
from api.contracts.image_times import now
from api.contracts.image_uploads import max_body_bytes
from api.contracts.image_upstreams import Said, Upstream
from api.middleware import install_middleware
from api.settings import ApiSettings, api_settings
from blocks.artifacts import ArtifactStore
from blocks.images.settings import ImageSettings, image_settings
from tasks.domain.scenes.scene import Scene

GENERATE = "/api/generate"
DUAL_GEN_TIMEOUT_S = 60.0
KEPT_HEADERS = ("X-API-Deprecated", "Retry-After")
LLM_PATHS = {
    ("GET", "v1/models"),
    ("POST", "v1/chat/completions"),
}  # all that the page asks, and all that is let through
PASSED_ON: dict[int | str, dict[str, Any]] = {"default": {"description": "Whatever the other server answers"}}

router = APIRouter()


class CreateJson:
    """The servers behind the editor. Open it with `async with`."""

    def __init__(self, settings: ImageSettings) -> None:
        self.settings = settings
        self.probes = Probes(settings)
        self._opened = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._opened.enter_async_context(self.probes)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self._opened.aclose()


class CreateJsonHealth(BaseModel):
    """How Create-JSON is. Degraded: Dual Gen does not answer."""

    status: Literal["healthy", "degraded"]
    service: Literal["create_json"] = "create_json"
    timestamp: str = Field(default_factory=now)
    upstream: Literal["connected", "error", "disconnected"]
    upstream_url: str


class EditorConfig(BaseModel):
    """What the editor's page needs to know."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    endpoint: str = Field(description="Where this service is, as its caller calls it")
    generate_path: str = GENERATE
    lm_model: str
    num_ctx: int | None = None


def create_json(request: Request) -> CreateJson:
    """Return the app's Create-JSON."""
    found: CreateJson = request.app.state.create_json
    return found


Found = Annotated[CreateJson, Depends(create_json)]


@router.get("/config.json", response_model_exclude_none=True, responses=documented())
async def read_config(request: Request, found: Found) -> EditorConfig:
    """Return what the editor's page needs to know."""
    return EditorConfig(
        endpoint=str(request.base_url).rstrip("/"),
        lm_model=found.probes.default_model,
        num_ctx=found.settings.llm_num_ctx,
    )


@router.get("/schema.json", responses=documented())
async def read_schema() -> dict[str, Any]:
    """Return the JSON schema of a scene."""
    return Scene.model_json_schema()


async def to_dual_gen(path: str, request: Request, found: Found) -> Response:
    """Pass a request on to Dual Gen."""
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise wrong_field("path", "is no route of Dual Gen")
    said = await _passed_on(found.probes.dual_gen, f"api/{path}", request, DUAL_GEN_TIMEOUT_S)
    kept = {name: said.headers[name] for name in KEPT_HEADERS if name in said.headers}
    return Response(said.data, said.status, kept, said.media_type)


async def to_llm(path: str, request: Request, found: Found) -> Response:
    """Pass a request on to the language model's server: a list of models, or a chat. Nothing else is let through."""
    if (request.method, path) not in LLM_PATHS:
        error = wrong_field("path", "is not let through to the language model")
        error.status = 404
        raise error
    said = await _passed_on(found.probes.llm, path.removeprefix("v1/"), request, found.settings.vision_timeout_s)
    return Response(said.data, said.status, media_type=said.media_type)


async def _passed_on(upstream: Upstream, path: str, request: Request, timeout_s: float) -> Said:
    headers = forwarded(request) if upstream.name == "Dual Gen" else {}
    if media_type := request.headers.get("content-type"):
        headers["Content-Type"] = media_type
    return await upstream.ask(
        request.method,
        path,
        query=request.url.query,
        body=await request.body(),
        headers=headers,
        timeout_s=timeout_s,
    )


async def health(found: Found) -> CreateJsonHealth:
    """Say how the service is; always 200, since the answer itself shows that it lives."""
    word = health_word(await found.probes.generator.get())
    status: Literal["healthy", "degraded"] = "healthy" if word == "connected" else "degraded"
    url = "" if found.settings.mask_endpoints else found.probes.dual_gen.url
    return CreateJsonHealth(status=status, upstream=word, upstream_url=url)


for _method in ("GET", "POST", "DELETE"):
    router.add_api_route(
        "/api/{path:path}",
        to_dual_gen,
        methods=[_method],
        response_class=Response,
        responses=PASSED_ON | documented(504),
    )
for _method in ("GET", "POST"):
    router.add_api_route(
        "/lm/{path:path}", to_llm, methods=[_method], response_class=Response, responses=PASSED_ON | documented(504)
    )


def create_create_json_app(found: CreateJson) -> FastAPI:
    """Build the contract's app around `found`, which it opens and closes when it is served by itself."""
    app = new_app("Create JSON", found)
    app.state.create_json = found
    page_routes(app, {"/": "editor"})
    app.add_api_route("/health", health, responses=documented())
    app.include_router(router, dependencies=[Depends(require_key(found.settings.api_key))])
    finish_app(app, found.settings)
    return app


def create_native_app(settings: ImageSettings, api: ApiSettings, store: ArtifactStore) -> FastAPI:
    """Build the app that is served on the contract's own port."""
    app = create_create_json_app(CreateJson(settings))
    install_middleware(app, api, {"/": max_body_bytes(settings)})
    return app


create_json_app = create_native_app(image_settings(), api_settings(), ArtifactStore.from_settings())
