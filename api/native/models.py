"""What the native API takes and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.states import NativeWord

RESERVED_TAGS = {"webhook"}


def _not_reserved(tag: str) -> str:
    if tag in RESERVED_TAGS:
        raise ValueError("is reserved")
    return tag


Tag = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$"), AfterValidator(_not_reserved)]


class Submission(BaseModel):
    """A run to start. Bytes inside `request` may be given as `{"base64": …}`, as `{"url": …}` or as a reference."""

    model_config = ConfigDict(extra="forbid")

    request: dict[str, Any] = Field(description="What the pipeline takes; its schema is under /pipelines/{name}")
    webhook_url: str | None = Field(None, max_length=2048, description="Told once when the run has ended, signed")
    tags: list[Tag] = Field([], max_length=10, description="Shown on the run in Prefect's pages")


class RunLinks(BaseModel):
    """Where to go on; paths on this host."""

    self: str
    events: str
    result: str
    cancel: str
    retry: str
    prefect: str | None = Field(None, description="The run in Prefect's pages")


class RunView(BaseModel):
    """A run as it is now."""

    id: str
    pipeline: str
    state: NativeWord
    prefect_state: str = Field(description="Prefect's own name of the state, such as AwaitingRetry")
    progress: int = Field(ge=0, le=100, description="Percent")
    step: str
    detail: str = Field(description="A line for a person")
    error: str | None = Field(None, description="Why it failed, crashed or was cancelled")
    eta_s: int | None = Field(None, description="Likely seconds until the end; null when nobody can tell")
    created_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    tags: list[str]
    links: RunLinks


class RunOutcome(RunView):
    """A run that has ended, with what it left."""

    result: dict[str, Any] | None = Field(description="As the pipeline's result schema says; artifacts carry a `url`")


class RunResult(BaseModel):
    """What a run left."""

    id: str
    pipeline: str
    state: NativeWord
    result: dict[str, Any] = Field(description="As the pipeline's result schema says; artifacts carry a `url`")


class RunPage(BaseModel):
    """Some runs, newest first."""

    runs: list[RunView]
    next: str | None = Field(description="The next page's path; null on a page that is not full")


class StyleView(BaseModel):
    """A style of concept pictures."""

    id: str = Field(description="What a request names it by")
    name: str
    preview: str | None = Field(description="Path of a picture on this host")


class PipelineView(BaseModel):
    """A pipeline: what it takes and what it leaves."""

    name: str
    title: str
    description: str
    queue_limit: int = Field(description="Runs that may wait; one more is answered 429")
    typical_s: float | None = Field(description="How long a run takes, from those seen last; null when unknown")
    waiting: int
    request_schema: dict[str, Any]
    result_schema: dict[str, Any]
    submit: str = Field(description="Where to POST")


class PipelineName(BaseModel):
    """A pipeline in a list."""

    name: str
    title: str
    url: str


class Pipelines(BaseModel):
    """What can be run here."""

    pipelines: list[PipelineName]


class Readiness(BaseModel):
    """Whether a run sent now would be worked on, and what is missing if not."""

    ready: bool
    checks: dict[str, bool]


class FieldProblem(BaseModel):
    """One field that is wrong."""

    loc: list[str | int]
    msg: str
    type: str


class Problem(BaseModel):
    """An error, as RFC 9457 words it."""

    type: str
    title: str
    status: int
    detail: str
    code: str = Field(description="Stable; for programs")
    correlation_id: str
    errors: list[FieldProblem] = []


class Alive(BaseModel):
    """This process answers."""

    status: Literal["ok"] = "ok"
    service: Literal["atelier"] = "atelier"
