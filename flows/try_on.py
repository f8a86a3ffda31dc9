"""Put jewelry from a photo on a person.

    photo ─ upload ─ resize ─ zoom ─┬─────────────────────┬─ mask ─ refine ─ upload ─ generate ─┬─ flux, gemini
                                    └─ remove background ─┘   │       │                         ├─ fidelity
                                                           clicks  strokes                      └─ publish
    try_on             all of it
    try_on_preprocess  photo and clicks ─► mask
    try_on_generate    mask and strokes ─► pictures

The mask is found in the photo without its background; the pictures are made from the photo as resized. What is the
same for the same input comes from the cache; pictures are new every time. A step that fails is named in the result,
which is written on failure too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from prefect import State, flow

from flows.contracts import (
    Artifact,
    BrushStroke,
    FidelityMetrics,
    Padding,
    TryOnGenerateRequest,
    TryOnPreprocessRequest,
    TryOnPreprocessResult,
    TryOnRequest,
    TryOnResult,
)
from flows.try_on_work import Work
from tasks.domain.try_on.points import Brush, Canvas, Point, on_canvas, scaled
from tasks.domain.try_on.steps import GENERATE_PERCENT, PREPROCESS_PERCENT, TRY_ON_PERCENT, Step
from tasks.naming import name_run
from tasks.progress import Progress
from tasks.try_on import check_zoom, remove_background, resize_photo, upload_photo
from tasks.try_on_cancelling import drop_jobs
from tasks.try_on_masks import generate_mask, picture_size, refine_mask, upload_mask
from tasks.try_on_pictures import generate_images
from tasks.try_on_policies import FLOW_NET_S

CLASSICAL = "classical"


@flow(name="try-on", timeout_seconds=FLOW_NET_S, persist_result=False, on_cancellation=[drop_jobs])
async def try_on(request: TryOnRequest) -> TryOnResult | State:
    """Make pictures of a person who wears the jewelry of a photo; a failed run keeps its result for the client."""
    await name_run(f"Try-on: {request.jewelry_type}")
    async with Progress() as progress:
        work = Work.begin(TryOnResult(success=False), TRY_ON_PERCENT, progress, Step.UPLOADING_IMAGE)
        async with work.seen_through():
            found = await find_jewelry(work, request)
            mask = await correct_mask(work, found.photo, found.mask, request.strokes)
            await dress(work, request, replace(found, mask=mask))
        return await work.published()


@flow(name="try-on-preprocess", timeout_seconds=FLOW_NET_S, persist_result=False, on_cancellation=[drop_jobs])
async def try_on_preprocess(request: TryOnPreprocessRequest) -> TryOnPreprocessResult | State:
    """Find the jewelry in a photo; a failed run keeps its result for the client."""
    await name_run(f"Try-on, mask: {request.jewelry_type}")
    async with Progress() as progress:
        work = Work.begin(TryOnPreprocessResult(success=False), PREPROCESS_PERCENT, progress, Step.UPLOADING_IMAGE)
        async with work.seen_through():
            found = await find_jewelry(work, request)
            await correct_mask(work, found.photo, found.mask, [])
        return await work.published()


@flow(name="try-on-generate", timeout_seconds=FLOW_NET_S, persist_result=False)
async def try_on_generate(request: TryOnGenerateRequest) -> TryOnResult | State:
    """Make the pictures from a prepared photo and its mask; a failed run keeps its result for the client."""
    await name_run(f"Try-on, pictures: {request.jewelry_type}")
    async with Progress() as progress:
        prepared = TryOnResult(
            success=False, resized=request.photo, mask=request.mask, scaled_points=request.scaled_points
        )
        first = Step.REFINING_MASK if request.strokes else Step.UPLOADING_MASK
        work = Work.begin(prepared, GENERATE_PERCENT, progress, first)
        async with work.seen_through():
            work.size_px = await picture_size(request.photo)
            mask = await correct_mask(work, request.photo, request.mask, request.strokes)
            await dress(work, request, Found(request.photo, mask, request.scaled_points))
        return await work.published()


@dataclass(frozen=True)
class Found:
    """The jewelry in a photo on its canvas: the mask, and the clicks on it in pixels."""

    photo: Artifact
    mask: Artifact
    points: list[Point]


async def find_jewelry(work: Work[Any], request: TryOnPreprocessRequest) -> Found:
    """Bring the photo to the canvas and make the mask of what was clicked on."""
    result: TryOnPreprocessResult = work.result
    with work.step(Step.UPLOADING_IMAGE):
        result.original = await upload_photo(request.photo)
    with work.step(Step.RESIZING_IMAGE):
        resized = await resize_photo(result.original)
    work.made_by(Step.RESIZING_IMAGE, resized.engine)
    result.resized, result.padding = resized.photo, Padding(**resized.padding)
    work.size_px = (resized.width_px, resized.height_px)
    points = clicks(request, Canvas(*work.size_px, **resized.padding))
    result.scaled_points = scaled(on_jewelry(request, points), *work.size_px)

    photo = await without_background(work, resized.photo)
    with work.step(Step.GENERATING_MASK):
        found = await generate_mask(photo, points, [int(click.label) for click in request.points], work.size_px)
    work.made_by(Step.GENERATING_MASK, found.engine)
    result.mask = found.mask
    return Found(resized.photo, found.mask, result.scaled_points)


def clicks(request: TryOnPreprocessRequest, canvas: Canvas) -> list[Point]:
    """Return the clicks as fractions of the canvas."""
    points = [(click.x, click.y) for click in request.points]
    return points if request.point_space == "canvas" else [on_canvas(point, canvas) for point in points]


def on_jewelry(request: TryOnPreprocessRequest, points: list[Point]) -> list[Point]:
    """Return those of `points`, one for each click, that were made on the jewelry."""
    return [point for point, click in zip(points, request.points, strict=True) if click.label == 1]


async def without_background(work: Work[Any], photo: Artifact) -> Artifact:
    """Return the photo to find the jewelry in: without its background, where that is in the way."""
    with work.step(Step.CHECKING_ZOOM):
        zoom = await check_zoom(photo)
    work.made_by(Step.CHECKING_ZOOM, zoom.engine)
    if not zoom.remove_background:
        return photo
    with work.step(Step.REMOVING_BACKGROUND):
        cutout = await remove_background(photo)
    work.made_by(Step.REMOVING_BACKGROUND, cutout.engine)
    work.result.cutout, work.result.background_removed = cutout.photo, True
    return cutout.photo


async def correct_mask(work: Work[Any], photo: Artifact, mask: Artifact, strokes: Sequence[BrushStroke]) -> Artifact:
    """Return the mask after the strokes, in the form that masks have; without an answer it stays as it was."""
    if strokes:
        with work.step(Step.REFINING_MASK):
            refined = await refine_mask(photo, mask, brushes(strokes), work.size_px)
        work.made_by(Step.REFINING_MASK, refined.engine)
        if refined.mask is None:
            work.warn("the service returned no refined mask; the mask stays as it was")
        mask = refined.mask or mask
    with work.step(Step.UPLOADING_MASK):
        final = await upload_mask(mask, work.size_px)
    work.result.mask = final
    return final


def brushes(strokes: Sequence[BrushStroke]) -> list[Brush]:
    """Return the strokes as the brush's way over the canvas."""
    return [Brush(tuple((at.x, at.y) for at in stroke.points), stroke.mode, stroke.size) for stroke in strokes]


async def dress(work: Work[TryOnResult], wearer: TryOnRequest | TryOnGenerateRequest, found: Found) -> None:
    """Make the pictures; the second variant may be missing."""
    with work.step(Step.GENERATING_IMAGES):
        made = await generate_images(found.photo, found.mask, wearer.gender, wearer.jewelry_type, found.points)
    work.made_by(Step.GENERATING_IMAGES, made.engine)
    work.made_by("gemini", made.gemini_engine if made.gemini else "")
    result = work.result
    result.flux, result.gemini = made.flux, made.gemini
    result.flux_fidelity, result.gemini_fidelity = made.flux_fidelity, made.gemini_fidelity
    result.flux_metrics = FidelityMetrics(**made.flux_metrics) if made.flux_metrics else None
    result.gemini_metrics = FidelityMetrics(**made.gemini_metrics) if made.gemini_metrics else None
    if made.engine == CLASSICAL:
        work.warn("pictures were composed without a generative model")
