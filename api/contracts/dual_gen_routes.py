"""Dual Gen's routes under /api/v1, which its old clients find under /api too: jobs, the queue, gallery, endpoints."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.contracts.dual_gen_jobs import DualGen
from api.contracts.dual_gen_models import (
    EndpointReach,
    EndpointsAndWriter,
    GalleryItem,
    JobAccepted,
    JobCancelled,
    JobDocument,
    ModelList,
    QueueCleared,
    QueueDocument,
)
from api.contracts.dual_gen_requests import generate_body, read_fields
from api.contracts.image_deps import Correlation, IdempotencyKey, Prefix
from api.contracts.image_envelope import ContractError, documented
from api.contracts.image_times import local_time
from api.contracts.image_uploads import read_sent
from api.states import image_word
from blocks.images.gallery import GalleryEntry
from blocks.images.settings import ImageSettings

MAX_GALLERY = 10_000
JSON = "application/json"


def dual_gen(request: Request) -> DualGen:
    """Return the app's Dual Gen."""
    found: DualGen = request.app.state.dual_gen
    return found


FoundDualGen = Annotated[DualGen, Depends(dual_gen)]
router = APIRouter()


def routes(settings: ImageSettings) -> APIRouter:
    """Return all routes; the one that takes jobs is described with the limits of `settings`."""
    described = APIRouter()
    body = generate_body(settings)
    described.add_api_route("/generate", generate, methods=["POST"], openapi_extra=body, responses=documented())
    described.include_router(router)
    return described


async def generate(request: Request, found: FoundDualGen, key: IdempotencyKey, correlation: Correlation) -> JobAccepted:
    """Queue a job: rounds of pictures, in each of which every endpoint makes one."""
    sent = await read_sent(request, found.settings)
    run, position = await found.submit(read_fields(sent.fields, found.settings), sent.picture, key)
    word = image_word(run.state)
    return JobAccepted(job_id=str(run.id), status=word, queue_position=position, correlation_id=correlation)


@router.get("/status/{job_id}", response_model=JobDocument, responses=documented())
async def read_status(job_id: str, found: FoundDualGen) -> Response:
    """Return a job as it is now, with the rounds that are done."""
    return Response(await found.documents.of(await found.find(job_id)), media_type=JSON)


@router.get("/queue", response_model=QueueDocument, responses=documented())
async def read_queue(found: FoundDualGen) -> Response:
    """Return what waits, what runs, and the newest that have ended."""
    return Response(await found.queue_document.get(), media_type=JSON)


@router.get("/jobs", response_model=list[JobDocument], responses=documented())
async def read_jobs(found: FoundDualGen) -> Response:
    """Return at most a hundred jobs: those that wait, those that run, and the newest that have ended."""
    return Response(await found.job_list.get(), media_type=JSON)


@router.delete("/queue/{job_id}", responses=documented())
async def cancel(job_id: str, found: FoundDualGen) -> JobCancelled:
    """Cancel a job that waits."""
    return JobCancelled(job_id=str((await found.cancel(job_id)).id))


@router.post("/queue/clear", responses=documented())
async def clear(found: FoundDualGen) -> QueueCleared:
    """Cancel every job that waits."""
    return QueueCleared(cleared=await found.clear())


@router.get("/gallery", responses=documented())
async def read_gallery(
    found: FoundDualGen,
    prefix: Prefix,
    limit: Annotated[int, Query(ge=1, description=f"{MAX_GALLERY} at most")] = 100,
) -> list[GalleryItem]:
    """Return the newest pictures, newest first."""
    return [_item(entry, prefix) for entry in await found.pictures(min(limit, MAX_GALLERY))]


@router.get("/endpoints", responses=documented())
async def read_endpoints(
    found: FoundDualGen,
    include: Annotated[Literal["", "llm"], Query(description="llm: an object that has the endpoints in it")] = "",
) -> list[EndpointReach] | EndpointsAndWriter:
    """Return the endpoints and whether they answer; with `include=llm` also who writes prompts."""
    endpoints = await found.probes.endpoints.get()
    if not include:
        return endpoints
    return EndpointsAndWriter(endpoints=endpoints, llm=await found.probes.writer.get())


@router.get("/models", response_model=ModelList, response_model_exclude_none=True, responses=documented())
async def read_models(found: FoundDualGen) -> dict[str, Any]:
    """Return the models that can write prompts; when their server does not answer, none, and why."""
    default = found.probes.default_model
    try:
        return {"data": await found.probes.models.get(), "default_model": default}
    except ContractError as error:
        return {"data": [], "default_model": default, "error": str(error)}


def _item(entry: GalleryEntry, prefix: str) -> GalleryItem:
    url = f"{prefix}/images/{entry.filename}"
    return GalleryItem(
        filename=entry.filename,
        url=url,
        created=local_time(entry.created),
        mtime=entry.created.timestamp(),
        size=entry.picture.size,
        thumbnail=f"{url}?thumbnail=1",
        width=entry.width_px,
        height=entry.height_px,
        job_id=entry.job,
        round=entry.round,
        endpoint=entry.endpoint,
        prompt=entry.prompt,
        seed=entry.seed,
        engine=entry.engine,
    )
