"""SAM3: masks of what was clicked on, as jobs. White is the jewelry, unless the caller wants it inverted."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter

from api.studio.job_routes import job_routes
from api.studio.jobs import Jobs
from api.studio.requests import DeployedSegment, Label, SeedSegment, SegmentBody
from api.studio.studio import Studio, flat
from tasks.domain.images.decoding import encode_mask


@dataclass(frozen=True)
class Clicks:
    """Where the jewelry is and is not; `as_fractions`: of the picture's width and height, else in pixels."""

    points: list[tuple[float, float]]
    labels: list[Label]
    as_fractions: bool
    inverted: bool

    def in_pixels(self, width: int, height: int) -> list[tuple[float, float]]:
        """Return the points in pixels of a picture."""
        if not self.as_fractions:
            return self.points
        return [(x * width, y * height) for x, y in self.points]


def sam3(studio: Studio) -> tuple[APIRouter, Jobs]:
    """Return the service's routes and its jobs."""

    async def publish(mask: bytes) -> dict[str, Any]:
        uri = (await studio.pictures.keep(mask)).uri
        return {"mask_uri": uri, "result": {"mask": {"uri": uri}}}

    jobs = Jobs(studio.settings, studio.workbench, publish)
    engine = studio.engines.segmenter.name
    router = job_routes("sam3", engine, jobs, results=("mask_uri", "result"))

    @router.post("/jobs")
    async def submit(body: SegmentBody) -> dict[str, str]:
        """Begin to make a mask."""
        data, named, clicks = await _read(studio, body)
        job = jobs.submit(engine, partial(mask_of, studio, data, named, clicks), held_bytes=len(data))
        return {"job_id": job.id, "status": job.status}

    return router, jobs


def mask_of(studio: Studio, data: bytes, named: str, clicks: Clicks) -> bytes:
    """Return the mask as PNG in 8-bit grey, of the picture's size; raises InvalidInput for points outside it."""
    photo = studio.photo(data, named)
    height, width = photo.pixels.shape[:2]
    points = studio.inside(clicks.in_pixels(width, height), photo, "points")
    foreground = [point for point, label in zip(points, clicks.labels, strict=True) if label == 1]
    background = [point for point, label in zip(points, clicks.labels, strict=True) if label == 0]
    mask = studio.engines.segmenter.segment(flat(photo), foreground, background)
    return encode_mask(~mask if clicks.inverted else mask)


async def _read(studio: Studio, body: SeedSegment | DeployedSegment) -> tuple[bytes, str, Clicks]:
    limit = studio.settings.max_work_pixels
    if isinstance(body, SeedSegment):
        data = await studio.pictures.named(body.image_uri, "image_uri", max_px=limit)
        return data, "image_uri", Clicks(body.points, body.labels, as_fractions=True, inverted=body.invert_mask)
    asked = body.data
    data = await studio.pictures.given(asked.image, "data.image", max_px=limit)
    clicks = Clicks(asked.points, asked.point_labels, as_fractions=False, inverted=asked.invert_mask)
    return data, "data.image", clicks
