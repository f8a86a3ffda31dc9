"""A native API for the page's tests: it answers as the real one does, at once, and notes what it was asked."""

import base64
import hashlib
import io
from typing import Any
from uuid import uuid4

import trimesh
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from PIL import Image
from pydantic import BaseModel
from trimesh.visual import TextureVisuals
from trimesh.visual.material import PBRMaterial

from api.pages import install_pages
from blocks.artifacts import Artifact
from flows.contracts import (
    ConceptsRequest,
    ConceptsResult,
    ModelRequest,
    ModelResult,
    RescaleRequest,
    RescaleResult,
)
from tasks.domain.meshes.proof import MeshProof, Wall
from tasks.domain.meshes.sizes import GLTF_AXIS, METRES, Factors

REQUESTS: dict[str, type[BaseModel]] = {
    "concepts": ConceptsRequest,
    "model3d": ModelRequest,
    "rescale3d": RescaleRequest,
}
EXTENTS_MM = (1000.0, 200.0, 1000.0)  # width, depth and height of the standing hoop, normalised
THINNEST_MM, ERROR_MM = 30.0, 2.0  # at that size; so 0.8 mm are left at a width of 26.7 mm
STYLES = [
    {"id": "clay", "name": "Clay", "preview": "/styles/clay.png"},
    {"id": "marble", "name": "Marble", "preview": None},
]
GOLD = PBRMaterial(name="gold", baseColorFactor=[255, 190, 90, 255], metallicFactor=0.6, roughnessFactor=0.4)
LINE = "drawn offline: a sketch by the local illustrator, not by an image model"


def hoop() -> bytes:
    """Return a GLB: a hoop of gold that stands on the ground, its longest side 1."""
    mesh = trimesh.creation.torus(0.4, 0.1, major_sections=64, minor_sections=24)
    mesh.visual = TextureVisuals(material=GOLD)
    return bytes(trimesh.Scene(mesh).export(file_type="glb"))


def encoded(colour: tuple[int, int, int], size: tuple[int, int] = (256, 256)) -> bytes:
    """Return a PNG in one colour."""
    held = io.BytesIO()
    Image.new("RGB", size, colour).save(held, "PNG")
    return held.getvalue()


def proof_of(factors: Factors, thinnest_mm: float | None = None) -> MeshProof:
    """Return the hoop's proof, grown by `factors`; walls as thin as the least of them says, unless told otherwise."""
    growth = (factors.x, factors.y, factors.z)
    thinnest_mm = thinnest_mm or THINNEST_MM * min(growth)
    is_thin = thinnest_mm < 0.8
    width, depth, height = (extent * factor for extent, factor in zip(EXTENTS_MM, growth, strict=True))
    return MeshProof(
        watertight=True,
        manifold=True,
        bodies=1,
        triangles=3072,
        vertices=1536,
        volume_mm3=7.9e7 * factors.x * factors.y * factors.z,
        area_mm2=1.6e6,
        extents_mm=(width, depth, height),
        wall=Wall(thinnest_mm=thinnest_mm, at_mm=(0, 0, 0), thin_share=0.1, error_mm=ERROR_MM * min(growth), rays=2000),
        overhang_share=0.21,
        printable=not is_thin,
        reasons=[f"the wall is {thinnest_mm:.2f} mm thin"] if is_thin else [],
        remarks=[f"{width:.4g} × {depth:.4g} × {height:.4g} mm and overhangs that need supports"],
    )


class FakeModels3d:
    """The native API's routes with canned answers; `bodies` are the requests, `say` sets what a run's state is."""

    def __init__(self, glb: bytes | None = None) -> None:
        self.glb = glb or hoop()
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.runs: dict[str, tuple[str, BaseModel]] = {}
        self.stored: dict[str, bytes] = {}
        self.looks = 0
        self.cancelled: list[str] = []
        self.keys: list[str | None] = []
        self.refusal: tuple[int, str] | None = None
        self.status: dict[str, Any] | None = None  # of every run, while it has not completed
        self.styles: list[dict[str, Any]] | None = STYLES
        self.finished_wall_mm: float | None = None  # what the finished file's proof finds, if not what was foretold

    def say(self, state: str, step: str = "", progress: int = 0, detail: str = "", error: str | None = None) -> None:
        """Let every run have this state from now on."""
        self.status = {"state": state, "step": step, "progress": progress, "detail": detail, "error": error}

    def asked(self, pipeline: str) -> dict[str, Any]:
        """Return the last request of a pipeline, as the page sent it."""
        return next(body for name, body in reversed(self.bodies) if name == pipeline)

    def artifact(self, data: bytes, media_type: str = "image/png") -> Artifact:
        """Store `data`."""
        sha256 = hashlib.sha256(data).hexdigest()
        self.stored[sha256] = data
        return Artifact(uri=f"azure://c/hashed/{sha256}", sha256=sha256, media_type=media_type, size=len(data))

    def app(self, contract: str = "/ring") -> FastAPI:
        """Return the combined app, with the real page under a contract's prefix; at root when that is empty."""
        app = FastAPI()
        self._add_service(app)
        self._add_runs(app)
        if not contract:
            install_pages(app)
            return app
        inner = FastAPI()
        install_pages(inner)
        app.mount(contract, inner)
        return app

    def _add_service(self, app: FastAPI) -> None:
        @app.get("/health")
        async def health() -> dict[str, str]:
            return {"status": "ok", "service": "atelier"}

        @app.get("/ready")
        async def ready() -> dict[str, Any]:
            return {"ready": True, "checks": {"prefect": True, "store": True, "worker of model3d": True}}

        @app.get("/styles")
        async def styles() -> list[dict[str, Any]]:
            if self.styles is None:
                raise HTTPException(404)
            return self.styles

        @app.get("/styles/clay.png")
        async def preview() -> Response:
            return Response(encoded((170, 110, 80), (96, 96)), media_type="image/png")

        @app.get("/artifacts/{sha256}")
        async def read(sha256: str, signature: str) -> Response:
            return Response(self.stored[sha256], media_type="application/octet-stream")

    def _add_runs(self, app: FastAPI) -> None:
        @app.post("/runs/{pipeline}", status_code=202)
        async def begin(pipeline: str, request: Request) -> JSONResponse:
            body = await request.json()
            self.keys.append(request.headers.get("x-api-key"))
            self.bodies.append((pipeline, body["request"]))
            if self.refusal:
                status, detail = self.refusal
                return JSONResponse({"detail": detail, "code": "refused", "status": status}, status)
            run = str(uuid4())
            self.runs[run] = (pipeline, self._checked(pipeline, body["request"]))
            return JSONResponse(self._view(run), 202)

        @app.get("/runs/{run}")
        async def look(run: str) -> dict[str, Any]:
            self.looks += 1
            return self._view(run)

        @app.get("/runs/{run}/result")
        async def result(run: str) -> dict[str, Any]:
            if run not in self.runs:
                raise HTTPException(404, f"run {run} is not known")
            pipeline, asked = self.runs[run]
            document = self._made(asked).model_dump(mode="json")
            return {"id": run, "pipeline": pipeline, "state": "completed", "result": _linked(document)}

        @app.post("/runs/{run}/cancel", status_code=202)
        async def cancel(run: str) -> dict[str, Any]:
            self.cancelled.append(self.runs[run][0])
            self.say("cancelled")
            return self._view(run)

    def _checked(self, pipeline: str, request: dict[str, Any]) -> BaseModel:
        """Return `request` as the pipeline takes it, an inline picture stored."""
        picture = request.get("picture")
        if picture and "base64" in picture:
            stored = self.artifact(base64.b64decode(picture["base64"], validate=True))
            request = {**request, "picture": stored.model_dump()}
        return REQUESTS[pipeline].model_validate(request)

    def _view(self, run: str) -> dict[str, Any]:
        done = {"state": "completed", "step": "publish", "progress": 100, "detail": "", "error": None}
        return {"id": run, "pipeline": self.runs[run][0], "eta_s": None, **(self.status or done)}

    def _made(self, asked: BaseModel) -> BaseModel:
        if isinstance(asked, ConceptsRequest):
            colours = [(200, 160, 60), (150, 150, 160), (190, 120, 100), (90, 120, 90)][: asked.n]
            drawn = [self.artifact(encoded(colour)) for colour in colours]
            return ConceptsResult(success=True, provider="offline", model_id="sketch", concepts=drawn, warnings=[LINE])
        if isinstance(asked, ModelRequest):
            return ModelResult(
                success=True,
                picture=asked.picture,
                model=self.artifact(self.glb, "model/gltf-binary"),
                views=self.artifact(encoded((240, 240, 240), (400, 300))),
                engine="inflation",
                proof=proof_of(Factors(x=1, y=1, z=1)),
                timings_s={"total": 4.2},
                warnings=["the back is guessed"],
            )
        assert isinstance(asked, RescaleRequest)
        return self._rescaled(asked)

    def _rescaled(self, asked: RescaleRequest) -> RescaleResult:
        factors = _factors(asked)
        files = {name: self.artifact(f"{name} file".encode(), "application/octet-stream") for name in asked.formats}
        return RescaleResult(
            success=True,
            model=self.artifact(self.glb, "model/gltf-binary"),
            files=files,
            views=self.artifact(encoded((230, 230, 230), (400, 300))),
            factors=factors,
            proof=proof_of(factors, self.finished_wall_mm),
        )


def _factors(asked: RescaleRequest) -> Factors:
    target = asked.target_dimensions
    assert target is not None
    named = {
        axis: getattr(target, axis) * METRES[target.unit] * 1000 / extent
        for axis, extent in zip(GLTF_AXIS, EXTENTS_MM, strict=True)
        if getattr(target, axis) is not None
    }
    if asked.keep_aspect:
        return Factors(**dict.fromkeys(GLTF_AXIS, min(named.values())))
    return Factors(**named)


def _linked(value: Any) -> Any:
    """Return `value` with a link beside every artifact in it, as the real API does."""
    if isinstance(value, list):
        return [_linked(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) >= {"uri", "sha256", "media_type", "size"}:
        return {**value, "url": f"/artifacts/{value['sha256']}?expires=1&signature=x"}
    return {key: _linked(item) for key, item in value.items()}
