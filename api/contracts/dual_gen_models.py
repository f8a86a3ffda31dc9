"""What Dual Gen answers with: jobs, the queue, the gallery, its endpoints and who writes its prompts."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.contracts.image_times import now
from api.states import ImageWord
from flows.contracts.images import EndpointStatus, WriterStatus

Reach = Literal["online", "timeout", "offline", "error", "unknown"]


class JobAccepted(BaseModel):
    """A job was taken."""

    success: Literal[True] = True
    job_id: str
    status: ImageWord = "queued"
    queue_position: int = Field(ge=0, description="How many jobs wait, this one included; 0: it does not wait")
    correlation_id: str


class EndpointView(BaseModel):
    """Where a picture was made; without `ip` and `port` when clients are told names only."""

    ip: str | None
    port: int | None
    name: str


class MadeView(BaseModel):
    """A picture that an endpoint made."""

    success: Literal[True]
    local_path: str = Field(description="Ends in the name under which /images/ and the gallery have it")
    endpoint: EndpointView
    stats: dict[str, Any] = Field(description="What the endpoint says of it: filename, seed, …")
    duration: float | None = Field(description="Seconds")
    prompt_used: str


class NotMadeView(BaseModel):
    """Why an endpoint made no picture."""

    success: Literal[False]
    error: str
    endpoint: EndpointView
    prompt_used: str


class RoundView(BaseModel):
    """One finished round."""

    prompt: str = Field(description="Of the first endpoint")
    endpoint_prompts: dict[str, str]
    guidance_scale: float | None
    strength: float
    steps: int
    images: list[MadeView | NotMadeView]


class JobDocument(BaseModel):
    """A job as it is now. Times of day are local, without a zone; `results` grows while it runs."""

    id: str
    status: ImageWord
    prompt: str
    prompt2: str
    prompt_mode: Literal["same", "different"]
    random: bool
    count: int
    has_image: bool
    current_run: int = Field(description="The round under way, from 1")
    current_prompt: str
    endpoint_prompts: dict[str, str]
    endpoint_status: dict[str, EndpointStatus]
    llm_status: WriterStatus
    results: list[RoundView]
    created_at: str
    started_at: str | None
    completed_at: str | None
    total_elapsed: float | None = Field(description="Seconds from the start to the end")
    error: str | None


class QueueDocument(BaseModel):
    """Every job that waits or runs, and the newest of those that ended."""

    pending: list[JobDocument]
    running: list[JobDocument]
    completed: list[JobDocument]
    current_job_id: str | None
    queue_size: int


class JobCancelled(BaseModel):
    """A waiting job was cancelled."""

    success: Literal[True] = True
    job_id: str


class QueueCleared(BaseModel):
    """The waiting jobs were cancelled."""

    success: Literal[True] = True
    cleared: int


class GalleryItem(BaseModel):
    """One picture of the gallery."""

    filename: str
    url: str
    created: str = Field(description="Local time, without a zone")
    mtime: float = Field(description="Seconds since 1970")
    size: int = Field(description="Bytes")
    thumbnail: str
    width: int
    height: int
    job_id: str
    round: int
    endpoint: str
    prompt: str
    seed: int | None
    engine: str


class EndpointReach(BaseModel):
    """An endpoint, and whether it answers; without `ip` and `port` when clients are told names only."""

    name: str
    ip: str | None
    port: int | None
    status: Reach


class WriterReach(BaseModel):
    """Who writes prompts when a job does not say, and whether it answers."""

    url: str
    model: str
    status: Reach
    source: Literal["llm", "offline"]


class EndpointsAndWriter(BaseModel):
    """The endpoints, and who writes their prompts."""

    endpoints: list[EndpointReach]
    llm: WriterReach


class ModelItem(BaseModel):
    """A model that can be named in a request."""

    model_config = ConfigDict(extra="allow")

    id: str


class ModelList(BaseModel):
    """The models that there are; `error` says why the list is empty, and is left out otherwise."""

    data: list[ModelItem]
    default_model: str
    error: str | None = None


class DualGenHealth(BaseModel):
    """How Dual Gen is. Degraded: it cannot reach Prefect, so jobs are neither taken nor told of."""

    status: Literal["healthy", "degraded"]
    service: Literal["dual_gen"] = "dual_gen"
    timestamp: str = Field(default_factory=now)
    queue_size: int
    current_job: str | None
