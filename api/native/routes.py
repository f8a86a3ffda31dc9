"""Routes of runs: start, list, read, follow, fetch, cancel, run again."""

import hashlib
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from prefect.client.schemas.objects import FlowRun
from pydantic import AwareDatetime, BaseModel

from api.errors import Refusal
from api.native import examples
from api.native.deps import IdempotencyKey, NativeDep, Prefix, Wait, caller
from api.native.events import Place, event_stream, is_all_told
from api.native.load import poll_after_s
from api.native.models import RunOutcome, RunPage, RunResult, RunView, Submission
from api.native.service import Kept, Native, Wanted
from api.states import NativeWord, native_word

MAX_PAGE, MAX_OFFSET = 200, 100_000
PipelinePath = Annotated[str, Path(max_length=64, description="As GET /pipelines names it", examples=["ring"])]
RunPath = Annotated[str, Path(max_length=64, examples=[examples.RUN_ID])]

router = APIRouter(tags=["runs"], dependencies=[Depends(caller)])


class NotEnded(Refusal):
    """The run works, so there is no result yet."""

    status = 409
    code = "not_ended"

    def __init__(self, run: FlowRun, retry_after_s: int) -> None:
        super().__init__(f"run {run.id} is {native_word(run.state)}; there is no result yet")
        self.retry_after_s = retry_after_s


class NoResult(Refusal):
    """The run has ended and left nothing, or what it left has been deleted."""

    status = 410
    code = "no_result"


@router.post(
    "/runs/{pipeline}",
    status_code=202,
    responses=examples.answers(examples.QUEUED, status=202, model=RunView)
    | examples.answers(examples.OUTCOME, model=RunOutcome, description="Ended within the seconds of Prefer: wait=N"),
)
async def start(
    pipeline: PipelinePath,
    asked: Annotated[Submission, Body(examples=[examples.SUBMISSION])],
    request: Request,
    served: NativeDep,
    prefix: Prefix,
    key: IdempotencyKey,
    wait_s: Wait,
) -> Response:
    """Start a run. The answer says where to follow it; with `Prefer: wait=N` it comes when the run has ended."""
    kept = served.pipeline(pipeline)
    run = await served.submit(kept, asked, key)
    location = f"{prefix}/runs/{run.id}"
    if wait_s is None:
        return _accepted(await served.view(kept, run, prefix), {"Location": location})
    ended = await kept.runs.wait(str(run.id), timeout_s=wait_s, gone=request.is_disconnected)
    headers = {"Location": location, "Preference-Applied": f"wait={wait_s}"}
    if ended is None:
        return _accepted(await served.view(kept, await kept.runs.read(str(run.id)), prefix), headers)
    view = await served.view(kept, ended, prefix)
    outcome = RunOutcome(**view.model_dump(), result=await served.result(ended, prefix))
    return _json(outcome, 200, headers)


@router.get("/runs", responses=examples.answers(examples.PAGE))
async def list_runs(
    served: NativeDep,
    prefix: Prefix,
    response: Response,
    pipeline: Annotated[list[str] | None, Query(max_length=20, examples=[["ring"]])] = None,
    state: Annotated[list[NativeWord] | None, Query(max_length=8, examples=[["running"]])] = None,
    created_after: Annotated[AwareDatetime | None, Query(examples=["2026-03-01T00:00:00Z"])] = None,
    created_before: Annotated[AwareDatetime | None, Query(examples=["2026-03-02T00:00:00Z"])] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, examples=[50])] = 50,
    offset: Annotated[int, Query(ge=0, le=MAX_OFFSET, examples=[0])] = 0,
) -> RunPage:
    """List runs, newest first; `Link: <…>; rel="next"` leads to the next page."""
    before = created_before or datetime.now(UTC)
    page = await served.page(Wanted(pipeline or [], state or [], created_after, before, limit, offset), prefix)
    if page.next:
        response.headers["Link"] = f'<{page.next}>; rel="next"'
    return page


@router.get("/runs/{run}", responses=examples.answers(examples.RUNNING, model=RunView))
async def read(
    run: RunPath,
    served: NativeDep,
    prefix: Prefix,
    if_none_match: Annotated[
        str, Header(description="The ETag of the answer that the client has", examples=['"a1"'])
    ] = "",
) -> Response:
    """Return a run as it is now. Poll with If-None-Match, not before Retry-After."""
    kept, found = await served.find(run)
    answer = _json(await served.view(kept, found, prefix), 200, {"Cache-Control": "private, no-cache"})
    etag = f'"{hashlib.sha256(bytes(answer.body)).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    if etag in if_none_match or if_none_match.strip() == "*":
        kept_headers = ("etag", "cache-control", "retry-after")
        return Response(status_code=304, headers={k: v for k, v in answer.headers.items() if k in kept_headers})
    return answer


@router.get(
    "/runs/{run}/events",
    response_class=StreamingResponse,
    responses={**examples.answers(examples.EVENTS, media_type="text/event-stream"), 204: {"description": "All told"}},
)
async def events(
    run: RunPath,
    served: NativeDep,
    last_event_id: Annotated[str, Header(max_length=64, description="Of the last event read", examples=["2.40"])] = "",
) -> Response:
    """Follow a run by server-sent events `state` and `progress`, to its last state."""
    kept, found = await served.find(run)
    place = Place.of(last_event_id)
    if await is_all_told(kept.runs, found, place):
        return Response(status_code=204)  # which keeps a browser from coming back
    stream = event_stream(kept.runs, str(found.id), place)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


@router.get("/runs/{run}/result", responses=examples.answers(examples.RESULT))
async def result(run: RunPath, served: NativeDep, prefix: Prefix) -> RunResult:
    """Return what a run left, also when it failed; 409 while it works, 410 when there is nothing (any more)."""
    kept, found = await served.find(run)
    if found.state is None or not found.state.is_final():
        raise NotEnded(found, await _poll_after_s(served, kept, found, prefix))
    left = await served.result(found, prefix)
    word = native_word(found.state)
    if left is None:
        raise NoResult(f"run {run} is {word}; there is no result, or it has been deleted")
    return RunResult(id=str(found.id), pipeline=kept.pipeline.name, state=word, result=left)


@router.post("/runs/{run}/cancel", status_code=202, responses=examples.answers(examples.CANCELLING, status=202))
async def cancel(run: RunPath, served: NativeDep, prefix: Prefix, response: Response) -> RunView:
    """Cancel a run: one that waits is cancelled at once, one that works when its processes are gone.

    To cancel twice does no harm; a run that ended in another way is answered 409.
    """
    kept, found = await served.find(run)
    view = await served.view(kept, await kept.runs.cancel(str(found.id)), prefix)
    response.headers["Location"] = view.links.self
    return view


@router.post("/runs/{run}/retry", status_code=202, responses=examples.answers(examples.QUEUED, status=202))
async def retry(run: RunPath, served: NativeDep, prefix: Prefix, response: Response) -> RunView:
    """Run a failed, crashed or cancelled run again, as the same run; 409 for any other."""
    kept, found = await served.find(run)
    again = await served.retry(kept, str(found.id))
    view = await served.view(kept, again, prefix)
    response.headers["Location"] = view.links.self
    return view


async def _poll_after_s(served: Native, kept: Kept, run: FlowRun, prefix: str) -> int:
    return poll_after_s((await served.view(kept, run, prefix)).eta_s)


def _accepted(view: RunView, headers: dict[str, str]) -> Response:
    return _json(view, 202, headers)


def _json(body: BaseModel, status: int, headers: dict[str, str]) -> Response:
    """Return `body`; an unfinished run's answer says when to look again."""
    if isinstance(body, RunView) and body.ended_at is None:
        headers = headers | {"Retry-After": str(poll_after_s(body.eta_s))}
    return Response(body.model_dump_json(), status, headers, "application/json")
