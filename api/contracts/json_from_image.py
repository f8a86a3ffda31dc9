"""JSON-from-Image as an app: at root on its own port, or mounted under a prefix."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from api.auth import require_key
from api.bodies import described
from api.contracts.dual_gen_models import JobAccepted, ModelList
from api.contracts.image_deps import finish_app, forwarded, new_app, page_routes
from api.contracts.image_envelope import ContractError, documented
from api.contracts.image_probes import health_word
from api.contracts.image_times import now
from api.contracts.image_uploads import max_body_bytes, read_object, read_sent
from api.contracts.json_from_image_scenes import JsonFromImage
from api.middleware import install_middleware
from api.settings import ApiSettings, api_settings
from blocks.artifacts import ArtifactStore
from blocks.images.settings import ImageSettings, image_settings
from tasks.domain.scenes.scene import Scene

WAYS = {"model": {"type": "string", "maxLength": 256}, "steering": {"type": "string", "maxLength": 4000}}
PHOTO_FORM = {
    "type": "object",
    "required": ["image"],
    "properties": {"image": {"type": "string", "format": "binary"}, **WAYS},
}
PHOTO_JSON = {
    "type": "object",
    "required": ["image_base64"],
    "properties": {
        "image_base64": {"type": "string", "description": "In base64, or a data URL"},
        "mime": {"type": "string", "description": "Not believed: the bytes say what they are"},
        **WAYS,
    },
}
PHOTO = described({"multipart/form-data": PHOTO_FORM, "application/json": PHOTO_JSON})
SCENE = described({"application/json": {"type": "object", "minProperties": 1, "description": "A scene"}})

router = APIRouter()


class JsonFromImageHealth(BaseModel):
    """How JSON-from-Image is. Degraded: Prefect, or the language model's server if there is one, does not answer."""

    status: Literal["healthy", "degraded"]
    service: Literal["json_from_image"] = "json_from_image"
    timestamp: str = Field(default_factory=now)
    lm_studio: Literal["connected", "error", "disconnected"]
    llm: Literal["connected", "error", "disconnected"] = Field(description="The same, by its newer name")
    model: str


def json_from_image(request: Request) -> JsonFromImage:
    """Return the app's JSON-from-Image."""
    found: JsonFromImage = request.app.state.json_from_image
    return found


Found = Annotated[JsonFromImage, Depends(json_from_image)]


@router.post("/api/analyze", response_model=Scene, openapi_extra=PHOTO, responses=documented(409, 422, 504))
async def analyze(request: Request, found: Found) -> Scene:
    """Return the scene of a photo: what it shows, in a photographer's words."""
    return await found.analyze(await read_sent(request, found.settings), request.is_disconnected)


@router.post("/api/send", response_model=JobAccepted, openapi_extra=SCENE, responses=documented(504))
async def send(request: Request, found: Found) -> Response:
    """Have Dual Gen draw a scene; the answer is Dual Gen's."""
    said = await found.send(await read_object(request), forwarded(request))
    return Response(said.data, said.status, media_type=said.media_type)


@router.get("/api/models", response_model=ModelList, response_model_exclude_none=True, responses=documented(502, 504))
async def read_models(found: Found) -> dict[str, Any]:
    """Return the models that can look at a photo."""
    default = found.probes.default_model
    try:
        return {"data": await found.probes.models.get(), "default_model": default}
    except ContractError as error:
        raise ContractError("LM_STUDIO_ERROR", str(error), default_model=default) from error


@router.get("/schema.json", responses=documented())
async def read_schema() -> dict[str, Any]:
    """Return the JSON schema of a scene."""
    return Scene.model_json_schema()


async def health(found: Found) -> JsonFromImageHealth:
    """Say how the service is; always 200, since the answer itself shows that it lives."""
    writer = await found.probes.writer.get()
    word = health_word(writer.status)
    sees = not found.settings.lm_studio_url or word == "connected"
    healthy = sees and await found.reaches_prefect()
    return JsonFromImageHealth(
        status="healthy" if healthy else "degraded", lm_studio=word, llm=word, model=writer.model
    )


def create_json_from_image_app(found: JsonFromImage) -> FastAPI:
    """Build the contract's app around `found`, which it opens and closes when it is served by itself."""
    app = new_app("JSON from Image", found)
    app.state.json_from_image = found
    page_routes(app, {"/": "scenes"})
    app.add_api_route("/health", health, responses=documented())
    app.include_router(router, dependencies=[Depends(require_key(found.settings.api_key))])
    finish_app(app, found.settings)
    return app


def create_native_app(settings: ImageSettings, api: ApiSettings, store: ArtifactStore) -> FastAPI:
    """Build the app that is served on the contract's own port."""
    app = create_json_from_image_app(JsonFromImage(settings, api, store))
    install_middleware(app, api, {"/": max_body_bytes(settings)})
    return app


json_from_image_app = create_native_app(image_settings(), api_settings(), ArtifactStore.from_settings())
