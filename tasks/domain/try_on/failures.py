"""Why a try-on failed, in the contract's codes."""

from typing import Literal

from pydantic import BaseModel, Field

from tasks.domain.errors import AtelierError, InvalidInput, UpstreamError
from tasks.domain.try_on.steps import Step

Code = Literal[
    "VALIDATION_ERROR",
    "AZURE_UPLOAD_FAILED",
    "RESIZE_FAILED",
    "ZOOM_CHECK_FAILED",
    "BIREFNET_UNAVAILABLE",
    "SAM3_UNAVAILABLE",
    "A100_UNAVAILABLE",
    "A100_BUSY",
    "GENERATION_FAILED",
    "TIMEOUT",
    "WORKFLOW_FAILED",
    "UNKNOWN",
]

CODES: dict[Step, Code] = {
    Step.UPLOADING_IMAGE: "AZURE_UPLOAD_FAILED",
    Step.RESIZING_IMAGE: "RESIZE_FAILED",
    Step.CHECKING_ZOOM: "ZOOM_CHECK_FAILED",
    Step.REMOVING_BACKGROUND: "BIREFNET_UNAVAILABLE",
    Step.GENERATING_MASK: "SAM3_UNAVAILABLE",
    Step.REFINING_MASK: "GENERATION_FAILED",
    Step.UPLOADING_MASK: "AZURE_UPLOAD_FAILED",
    Step.GENERATING_IMAGES: "GENERATION_FAILED",
}


class A100Unavailable(UpstreamError):
    """The A100 server is offline; never retried, since it does not come back within a run."""

    def __init__(self, detail: str = "A100 server is offline") -> None:
        super().__init__("a100", detail)

    def __str__(self) -> str:
        return self.detail

    def __reduce__(self) -> tuple[object, ...]:
        return A100Unavailable, (self.detail,)


class A100Busy(UpstreamError):
    """The A100 server answers, but its models are not loaded or it takes nothing on now."""

    def __init__(self, detail: str) -> None:
        super().__init__("a100", detail, retryable=True)

    def __reduce__(self) -> tuple[object, ...]:
        return A100Busy, (self.detail,)


class TryOnFailure(BaseModel):
    """What a client is told of a failed workflow."""

    code: Code
    message: str
    failed_step: str
    retry_count: int = Field(ge=0, description="Automatic retries of the failed step")
    is_retryable: bool = Field(description="Whether the user may try again later")


def failure_of(error: AtelierError, step: Step, retry_count: int) -> TryOnFailure:
    """Return what to tell of `error`, which ended `step` after `retry_count` retries."""
    return TryOnFailure(
        code=_code(error, step),
        message=str(error),
        failed_step=step,
        retry_count=retry_count,
        is_retryable=isinstance(error, A100Unavailable) or (isinstance(error, UpstreamError) and error.retryable),
    )


def timeout_of(message: str, step: Step, retry_count: int) -> TryOnFailure:
    """Return what to tell of a run that was given up in `step` because it took too long."""
    return TryOnFailure(code="TIMEOUT", message=message, failed_step=step, retry_count=retry_count, is_retryable=True)


def _code(error: AtelierError, step: Step) -> Code:
    if isinstance(error, InvalidInput):
        return "VALIDATION_ERROR"
    if isinstance(error, A100Unavailable):
        return "A100_UNAVAILABLE"
    if isinstance(error, A100Busy):
        return "A100_BUSY"
    if not isinstance(error, UpstreamError):
        return "WORKFLOW_FAILED"
    return "AZURE_UPLOAD_FAILED" if error.service == "artifact store" else CODES[step]
