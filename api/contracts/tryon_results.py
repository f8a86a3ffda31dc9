"""What the try-on contract says of a run: its state, its failure, its result in both spellings and both image forms."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from prefect.client.schemas.objects import FlowRun, StateType
from pydantic.alias_generators import to_camel

from api.contracts.tryon_kinds import Kind
from api.contracts.tryon_wire import Base64
from api.states import TryOnWord, try_on_word
from blocks.artifacts import Artifact
from flows.contracts import FidelityMetrics, TryOnPreprocessResult, TryOnResult
from tasks.domain.try_on.failures import TryOnFailure

PROGRESS, STEP = "atelier.progress", "atelier.step"
RESULT_GRACE_S = 60  # how long a completed run's result may not be there yet

ImageForm = Literal["uri", "base64", "both"]
Case = Literal["camel", "snake", "both"]


def status(kind: Kind, run: FlowRun, word: TryOnWord) -> dict[str, Any]:
    """Return the six keys of a status, as far as the run's state and labels tell; result and error are null."""
    step = word if word != "RUNNING" else str(run.labels.get(STEP) or kind.first_step(run.parameters))
    return {
        "workflowId": kind.workflow_id(run.id),
        "status": word,
        "progress": progress(run, word),
        "currentStep": step,
        "result": None,
        "error": None,
    }


def progress(run: FlowRun, word: TryOnWord) -> int:
    """Return 100 for a completed run, else what the flow last said, short of 100."""
    if word == "COMPLETED":
        return 100
    return max(0, min(99, int(str(run.labels.get(PROGRESS) or 0))))


def failed(kind: Kind, run: FlowRun, failure: TryOnFailure) -> dict[str, Any]:
    """Return the status of a failed run; only there `error` is set, and `detail` says the same as a string."""
    error = {to_camel(key): value for key, value in failure.model_dump(mode="json").items()}
    return status(kind, run, "FAILED") | {"error": error, "detail": failure.message}


def failure_of(kind: Kind, run: FlowRun) -> TryOnFailure:
    """Return what a run's state tells of its failure, where the flow could not say it itself."""
    state = run.state
    timed_out = state is not None and state.name == "TimedOut"
    return TryOnFailure(
        code="TIMEOUT" if timed_out else "WORKFLOW_FAILED",
        message=(state.message if state else None) or "the workflow failed",
        failed_step=str(run.labels.get(STEP) or kind.first_step(run.parameters)),
        retry_count=0,
        is_retryable=timed_out or (state is not None and state.type is StateType.CRASHED),
    )


def lost(kind: Kind, run: FlowRun) -> TryOnFailure | None:
    """Return the failure of a completed run whose result is not there, None while it may still come."""
    ended = run.end_time
    if ended is None or (datetime.now(UTC) - ended).total_seconds() < RESULT_GRACE_S:
        return None
    message = "the workflow ended without leaving a result"
    return failure_of(kind, run).model_copy(update={"code": "UNKNOWN", "message": message})


def almost_done(kind: Kind, run: FlowRun) -> dict[str, Any]:
    """Return the status of a completed run whose result cannot be read yet: clients poll on."""
    return status(kind, run, "RUNNING") | {"progress": 99}


def word_of(run: FlowRun) -> TryOnWord:
    """Return the run's word."""
    return try_on_word(run.state)


def pictures_of(result: TryOnPreprocessResult) -> dict[str, Artifact | None]:
    """Return the pictures that a result shows in both forms, by their names in the contract."""
    if not isinstance(result, TryOnResult):
        return {}
    return {
        "flux_result": result.flux,
        "gemini_result": result.gemini,
        "flux_fidelity_viz": result.flux_fidelity,
        "gemini_fidelity_viz": result.gemini_fidelity,
    }


def result_view(
    run: FlowRun, result: TryOnPreprocessResult, encoded: Mapping[str, Base64 | None], images: ImageForm, case: Case
) -> dict[str, Any]:
    """Return the result in the contract's words; `encoded` holds the pictures by their names. Null, never missing."""
    view = _generated(result, encoded, images, case) if isinstance(result, TryOnResult) else _prepared(run, result)
    extras = {"engines": result.engines, "warnings": result.warnings, "timings_s": result.timings_s}
    return spelled(view | extras, case)


def _generated(
    result: TryOnResult, encoded: Mapping[str, Base64 | None], images: ImageForm, case: Case
) -> dict[str, Any]:
    view: dict[str, Any] = {}
    for name, picture in pictures_of(result).items():
        if images != "uri":
            view[f"{name}_base64"] = encoded.get(name)
        if images != "base64":
            view[f"{name}_uri"] = _uri(picture)
    return view | {
        "flux_metrics": _metrics(result.flux_metrics, case),
        "gemini_metrics": _metrics(result.gemini_metrics, case),
        "processed_image_uri": _uri(result.resized),
        "final_mask_uri": _uri(result.mask),
        "mask_uri": _uri(result.mask),
        "background_removed": result.background_removed,
    }


def _prepared(run: FlowRun, result: TryOnPreprocessResult) -> dict[str, Any]:
    return {
        "session_id": run.parameters["request"].get("session_id") or str(run.id),
        "original_uri": _uri(result.original),
        "resized_uri": _uri(result.resized),
        "mask_uri": _uri(result.mask),
        "bg_removed_uri": _uri(result.cutout),
        "background_removed": result.background_removed,
        "padding": result.padding.model_dump(),
        "scaled_points": [list(point) for point in result.scaled_points],
    }


def spelled(view: Mapping[str, Any], case: Case) -> dict[str, Any]:
    """Return `view`, whose keys are in snake_case, in the spellings of `case`."""
    snake = {} if case == "camel" else dict(view)
    return snake | ({} if case == "snake" else {to_camel(key): value for key, value in view.items()})


def _metrics(metrics: FidelityMetrics | None, case: Case) -> dict[str, float] | None:
    return spelled(metrics.model_dump(), case) if metrics else None


def _uri(artifact: Artifact | None) -> str | None:
    return artifact.uri if artifact else None
