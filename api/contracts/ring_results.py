"""What the ring contract answers: pure mappings from flow runs and ring results to its exact shapes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from prefect.client.schemas.objects import FlowRun
from prefect.utilities.urls import url_for
from pydantic import BaseModel, Field

from api.states import RingWord, ring_word
from blocks.artifacts import Artifact
from flows.contracts import BuildAttempt, CostSummary, RingResult
from tasks.domain.rings.report import RingProof

PROMPT_SUMMARY_CHARACTERS = 100
PROGRESS, STEP, DETAIL = "atelier.progress", "atelier.step", "atelier.detail"
JOB, DIGEST = "atelier.job", "atelier.request-sha256"
GlbPathForm = Literal["reference", "string"]


class CasReference(BaseModel):
    """Stored content, as every ring tool names it."""

    uri: str
    sha256: str
    type: str
    bytes: int

    @classmethod
    def of(cls, artifact: Artifact) -> "CasReference":
        """Rename an artifact's fields."""
        return cls(uri=artifact.uri, sha256=artifact.sha256, type=artifact.media_type, bytes=artifact.size)


class GenerateResult(BaseModel):
    """Result of a ring job: the contract's fields first, then what we add."""

    success: bool
    session_id: str
    glb_path: CasReference | str | None
    code: str
    modules: list[str]
    spatial_report: str
    retry_log: list[BuildAttempt]
    cost_summary: CostSummary
    needs_validation: bool
    llm_used: str
    blender_elapsed: float = Field(description="Seconds")
    glb_size: int = Field(description="Bytes")

    error: str | None
    glb_uri: str
    glb_url: str = Field(description="The GLB without a key, for a while; empty when there is none")
    model_id: str
    proof: RingProof | None
    assumptions: list[str]
    not_honoured: list[str]
    warnings: list[str]
    previews: dict[str, str] = Field(description="Name → URL")
    timings_s: dict[str, float]
    prefect_run_url: str | None


class JobError(BaseModel):
    message: str
    status_code: int = 500


class RequestSummary(BaseModel):
    prompt: str
    llm_name: str
    has_image: bool


class JobRecordView(BaseModel):
    """Answer of `GET /jobs/{id}`."""

    id: str
    status: RingWord
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    progress: int
    detail: str
    request_summary: RequestSummary
    result: GenerateResult | None = None
    error: JobError | None = None
    prefect_run_url: str | None = None


class JobAccepted(BaseModel):
    """Answer of `POST /jobs`."""

    job_id: str
    status: RingWord = Field(description="queued, unless the same request was sent before")
    status_url: str
    result_url: str


def generate_result(
    result: RingResult,
    *,
    code: str,
    glb_url: str,
    preview_url: Callable[[str], str],
    run_url: str | None,
    glb_path: GlbPathForm,
) -> GenerateResult:
    """Say `result` in the contract's words; `glb_path` is a reference, or its URI for clients that need a string."""
    reference = CasReference.of(result.glb) if result.glb else None
    kept = result.model_dump(include=set(GenerateResult.model_fields) - {"previews"})
    return GenerateResult(
        **kept,
        glb_path=reference.uri if reference and glb_path == "string" else reference,
        code=code,
        blender_elapsed=result.blender_elapsed_s,
        glb_size=reference.bytes if reference else 0,
        glb_uri=reference.uri if reference else "",
        glb_url=glb_url,
        previews={name: preview_url(name) for name in result.previews},
        prefect_run_url=run_url,
    )


def job_id(run: FlowRun) -> str:
    """Return the id that the caller knows the run by."""
    return str(run.labels.get(JOB) or run.id)


def run_url(run: FlowRun) -> str | None:
    """Return the run's page in the Prefect UI."""
    return url_for("flow-run", obj_id=run.id)


def job_word(run: FlowRun, result: RingResult | None) -> RingWord:
    """Return the run's word; a run that ended without a ring has failed, whatever its state says."""
    word = ring_word(run.state)
    if word == "succeeded" and (result is None or not result.success):
        return "failed"
    return word


def progress(run: FlowRun) -> int:
    """Return 0 while waiting, 100 at the end, and in between what the flow last said."""
    word = ring_word(run.state)
    if word == "queued":
        return 0
    if word == "running":
        return max(0, min(99, int(str(run.labels.get(PROGRESS, 5)))))
    return 100


def detail(run: FlowRun) -> str:
    """Return in words what the run is doing."""
    word = ring_word(run.state)
    if word == "running":
        return str(run.labels.get(DETAIL) or run.labels.get(STEP) or "starting")
    return "waiting for a worker" if word == "queued" else word


def failure(run: FlowRun, result: RingResult | None) -> str:
    """Return why a failed job failed."""
    if result is not None and result.error:
        return result.error
    if ring_word(run.state) == "succeeded":
        return "the run ended without leaving a result"
    return (run.state.message if run.state else None) or "the run failed"


def record_view(run: FlowRun, ring: RingResult | None, result: GenerateResult | None) -> JobRecordView:
    """Return the whole record of a job."""
    word = job_word(run, ring)
    request = run.parameters.get("request", {})
    return JobRecordView(
        id=job_id(run),
        status=word,
        created_at=run.created,
        started_at=run.start_time,
        finished_at=run.end_time,
        progress=progress(run),
        detail=failure(run, ring) if word == "failed" else detail(run),
        request_summary=RequestSummary(
            prompt=str(request.get("prompt", ""))[:PROMPT_SUMMARY_CHARACTERS],
            llm_name=str(request.get("model", "auto")),
            has_image=bool(request.get("reference")),
        ),
        result=result,
        error=JobError(message=failure(run, ring)) if word == "failed" else None,
        prefect_run_url=run_url(run),
    )


def result_view(run: FlowRun, ring: RingResult | None, result: GenerateResult | None) -> dict[str, Any]:
    """Return one of the five shapes of `GET /jobs/{id}/result`, each with its exact keys."""
    word = job_word(run, ring)
    plain = result.model_dump(mode="json") if result else None
    if word == "queued":
        return {"status": word, "progress": progress(run)}
    if word == "running":
        return {"status": word, "progress": progress(run), "detail": detail(run)}
    if word == "succeeded":
        return {"status": word, "result": plain}
    if word == "failed":
        return {"status": word, "error": failure(run, ring), "result": plain}
    return {"status": word}
