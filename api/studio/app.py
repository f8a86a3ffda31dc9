"""The studio as one app: image manipulator, birefnet, sam3, a100, trellis and image endpoint, each under its prefix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import cv2
from fastapi import FastAPI

from api.errors import install_error_handlers
from api.middleware import AnswerHeaders, BodyLimit
from api.studio.a100 import a100
from api.studio.birefnet import birefnet
from api.studio.classical import Inflation
from api.studio.engines import Engines
from api.studio.image_endpoint import image_endpoint
from api.studio.image_manipulator import image_manipulator
from api.studio.pictures import Pictures
from api.studio.sam3 import sam3
from api.studio.settings import StudioSettings
from api.studio.studio import Studio
from api.studio.trellis import trellis
from blocks.artifacts import ArtifactStore

SERVICES = ("image-manipulator", "birefnet", "sam3", "a100")  # of the try-on


def create_app(settings: StudioSettings, engines: Engines, store: ArtifactStore) -> FastAPI:
    """Build the studio over its engines and the store that its azure:// URIs name."""
    cv2.setNumThreads(1)  # pictures are worked on side by side; OpenCV's threads on top would only get in their way
    studio = Studio(settings, engines, Pictures(settings, store))
    cut_outs, cut_out_jobs = birefnet(studio)
    masks, mask_jobs = sam3(studio)
    reconstructor = Inflation(engines.matting)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        for jobs in (cut_out_jobs, mask_jobs):
            jobs.close()
        studio.workbench.close()

    app = FastAPI(title="Atelier studio", docs_url=None, redoc_url=None, lifespan=lifespan)

    @app.get("/")
    @app.get("/health")
    async def health() -> dict[str, Any]:
        """Say that the studio is there, what makes its pictures, and how much it has to do."""
        return {
            "status": "online",
            "services": list(SERVICES),
            "engines": {
                "segmenter": engines.segmenter.name,
                "matting": engines.matting.name,
                "generator": engines.generator.name,
                "reconstructor": reconstructor.name,
            },
            "not_used": dict(engines.missing),
            "unfinished": studio.workbench.unfinished,
        }

    limit = settings.max_work_pixels
    read = partial(studio.pictures.given, field="image", max_px=limit)
    models = trellis((reconstructor,), read, studio.workbench, max_px=limit, prefix="/trellis")
    for router in (image_manipulator(studio), cut_outs, masks, a100(studio), models, image_endpoint(studio, store)):
        app.include_router(router)
    install_error_handlers(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes, under={})
    app.add_middleware(AnswerHeaders)
    return app
