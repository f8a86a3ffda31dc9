"""Routes that tell what can be run here, and how the service is."""

import asyncio
from collections.abc import Awaitable
from inspect import getdoc
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Path
from fastapi.responses import JSONResponse, Response

from api.errors import OrchestratorUnavailable
from api.native import examples
from api.native.deps import NativeDep, Prefix, caller
from api.native.models import Alive, PipelineName, Pipelines, PipelineView, Readiness, StyleView
from api.native.service import Kept, Native
from tasks.domain.concepts.styles import concept_styles
from tasks.domain.errors import AtelierError

PATIENCE_S = 5.0
PROBE = "probes/ready"

router = APIRouter(tags=["service"])
guarded = [Depends(caller)]


@router.get("/pipelines", dependencies=guarded, responses=examples.answers(examples.PIPELINES))
async def pipelines(served: NativeDep, prefix: Prefix) -> Pipelines:
    """Name what can be run here."""
    known = [kept.pipeline for kept in served.kept.values()]
    return Pipelines(
        pipelines=[PipelineName(name=p.name, title=p.title, url=f"{prefix}/pipelines/{p.name}") for p in known]
    )


@router.get("/pipelines/{name}", dependencies=guarded, responses=examples.answers(examples.PIPELINE))
async def pipeline(
    name: Annotated[str, Path(max_length=64, examples=["ring"])], served: NativeDep, prefix: Prefix
) -> PipelineView:
    """Describe a pipeline: what it takes, what it leaves, and how busy it is."""
    kept = served.pipeline(name)
    known = kept.pipeline
    return PipelineView(
        name=known.name,
        title=known.title,
        description=getdoc(known.request_model) or "",
        queue_limit=known.queue_limit,
        typical_s=await kept.load.typical_s(),
        waiting=await kept.load.waiting(),
        request_schema=known.request_model.model_json_schema(),
        result_schema=known.result_model.model_json_schema(mode="serialization"),
        submit=f"{prefix}/runs/{known.name}",
    )


@router.get("/styles", dependencies=guarded, responses=examples.answers(examples.STYLES))
async def styles(prefix: Prefix) -> list[StyleView]:
    """List the styles that concepts can be drawn in."""
    samples = f"{prefix}/ring/ui/samples"
    return [
        StyleView(id=style.id, name=style.name, preview=f"{samples}/{style.preview}" if style.preview else None)
        for style in concept_styles().values()
    ]


@router.get("/health", responses=examples.answers(examples.ALIVE))
async def health() -> Alive:
    """Say that this process lives; whether it can work, /ready tells. Needs no key."""
    return Alive()


@router.get(
    "/ready",
    response_model=Readiness,
    responses=examples.answers(examples.READY) | {503: {"model": Readiness, "description": "Something is missing"}},
)
async def ready(served: NativeDep) -> Response:
    """Say whether a run sent now would be worked on: 200, or 503 with what is missing. Needs no key."""
    names, checks = zip(*_checks(served), strict=True)
    found = dict(zip(names, await asyncio.gather(*map(_holds, checks)), strict=True))
    return JSONResponse({"ready": all(found.values()), "checks": found}, 200 if all(found.values()) else 503)


def _checks(served: Native) -> list[tuple[str, Awaitable[bool]]]:
    every = list(served.kept.values())
    return [
        ("prefect", _prefect_answers(every[0])),
        ("store", _store_keeps(served)),
        *((f"deployment {kept.pipeline.name}", _is_deployed(kept)) for kept in every),
        *((f"worker of {kept.pipeline.name}", kept.runs.has_worker()) for kept in every),
    ]


async def _holds(check: Awaitable[bool]) -> bool:
    """Return what `check` found; what cannot be found out in time does not hold."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await check
    except (TimeoutError, AtelierError):
        return False


async def _prefect_answers(kept: Kept) -> bool:
    async with kept.runs.prefect.answering(PATIENCE_S) as client:
        problem = await client.api_healthcheck()
    if problem is not None:
        raise OrchestratorUnavailable(str(problem))
    return True


async def _is_deployed(kept: Kept) -> bool:
    await kept.runs.deployment()
    return True


async def _store_keeps(served: Native) -> bool:
    """Write a document and read it back."""
    written = uuid4().hex.encode()
    await served.store.write_named(PROBE, written)
    return bool(await served.store.read_named(PROBE))
