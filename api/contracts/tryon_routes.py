"""Routes of the try-on contract's workflows: start one of three, read it, cancel it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from prefect.client.schemas.objects import FlowRun

from api.bodies import body_of
from api.contracts.tryon_deps import IdempotencyKey, Workflows, body
from api.contracts.tryon_kinds import GENERATE, PREPROCESS, START, Kind
from api.contracts.tryon_models import Accepted, CancelBody, GenerateBody, PhotoBody, StartBody
from api.contracts.tryon_results import Case, ImageForm, word_of
from api.contracts.tryon_wire import json_answer

router = APIRouter(prefix="/workflow")

Images = Annotated[ImageForm, Query(description="In which form a result shows its pictures")]
Spelling = Annotated[Case, Query(description="In which spelling a result has its keys")]


@router.post("/start", status_code=202, openapi_extra=body_of(StartBody))
async def start(
    asked: Annotated[StartBody, Depends(body(StartBody))], found: Workflows, key: IdempotencyKey
) -> Accepted:
    """Start the whole try-on: a photo of jewelry and some clicks become pictures of a person who wears it."""
    return _accepted(START, await found.start(asked, key))


@router.post("/preprocess", status_code=202, openapi_extra=body_of(PhotoBody))
async def preprocess(
    asked: Annotated[PhotoBody, Depends(body(PhotoBody))], found: Workflows, key: IdempotencyKey
) -> Accepted:
    """Start the first half: a photo and some clicks become a prepared photo and a mask."""
    return _accepted(PREPROCESS, await found.preprocess(asked, key))


@router.post("/generate", status_code=202, openapi_extra=body_of(GenerateBody))
async def generate(
    asked: Annotated[GenerateBody, Depends(body(GenerateBody))], found: Workflows, key: IdempotencyKey
) -> Accepted:
    """Start the second half: a prepared photo and its mask become pictures."""
    return _accepted(GENERATE, await found.generate(asked, key))


@router.get("/{workflow}")
async def read(
    workflow: str, request: Request, found: Workflows, images: Images = "both", case: Spelling = "both"
) -> Response:
    """Return how far a workflow is, and its result or failure at the end."""
    return await json_answer(await found.read(workflow, images, case), request)


@router.post("/{workflow}/cancel", openapi_extra=body_of(CancelBody, required=False))
async def cancel(workflow: str, request: Request, found: Workflows) -> Accepted:
    """Cancel a workflow. One that has ended stays as it is, and the answer says how it ended."""
    asked = await body(CancelBody)(request) if await request.body() else CancelBody()
    kind, run = await found.cancel(workflow, asked.reason or "")
    return _accepted(kind, run)


def _accepted(kind: Kind, run: FlowRun) -> Accepted:
    return Accepted(workflowId=kind.workflow_id(run.id), status=word_of(run))
