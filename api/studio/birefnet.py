"""BiRefNet: pictures without their background, as jobs."""

from functools import partial
from typing import Any

import numpy as np
from fastapi import APIRouter

from api.studio.job_routes import job_routes
from api.studio.jobs import Jobs
from api.studio.requests import CutOutBody, DeployedJob
from api.studio.studio import Studio
from tasks.domain.images.decoding import encode_png


def birefnet(studio: Studio) -> tuple[APIRouter, Jobs]:
    """Return the service's routes and its jobs."""

    async def publish(cut_out: bytes) -> dict[str, Any]:
        uri = (await studio.pictures.keep(cut_out)).uri
        return {"result_uri": uri, "result": {"image": {"uri": uri}}}

    jobs = Jobs(studio.settings, studio.workbench, publish)
    engine = studio.engines.matting.name
    router = job_routes("birefnet", engine, jobs, results=("result_uri", "result"))

    @router.post("/jobs")
    async def submit(body: CutOutBody) -> dict[str, str]:
        """Begin to remove a background."""
        limit = studio.settings.max_work_pixels
        if isinstance(body, DeployedJob):
            named = "data.image"
            data = await studio.pictures.given(body.data.image, named, max_px=limit)
        else:
            named = "image_uri"
            data = await studio.pictures.named(body.image_uri, named, max_px=limit)
        job = jobs.submit(engine, partial(cut_out, studio, data, named), held_bytes=len(data))
        return {"job_id": job.id, "status": job.status}

    return router, jobs


def cut_out(studio: Studio, data: bytes, named: str) -> bytes:
    """Return the picture as RGBA PNG; what was transparent before stays so."""
    photo = studio.photo(data, named)
    share = studio.engines.matting.alpha(photo.pixels)
    alpha = np.clip(share * 255 + 0.5, 0, 255).astype(np.uint8)
    if photo.alpha is not None:
        alpha = np.minimum(alpha, photo.alpha)
    return encode_png(photo.pixels, alpha)
