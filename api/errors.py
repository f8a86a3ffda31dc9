"""Errors as HTTP answers, in one place: `detail` is always a string, and says whose fault it is."""

import logging
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError

from api.middleware import correlation_id
from blocks.artifacts import ArtifactNotFound
from tasks.domain.errors import AtelierError, InvalidInput, MissingKey, UpstreamError

logger = logging.getLogger("atelier.api")

RETRY_AFTER_S = 2


class Refusal(AtelierError):
    """The shim itself says no; each subclass has its status."""

    status: ClassVar[int]
    code: ClassVar[str] = ""
    retry_after_s: int | None = None


class RunNotFound(Refusal):
    """No such run, or it belongs to another deployment."""

    status = 404
    code = "run_not_found"


class AlreadyRunning(Refusal):
    """The run has begun, so it can no longer be cancelled."""

    status = 409
    code = "already_running"


class WrongState(Refusal):
    """What was asked does not fit the state that the run is in."""

    status = 409
    code = "wrong_state"


class ClientGone(Refusal):
    """The client that waited has hung up; nobody reads the answer."""

    status = 499
    code = "client_gone"


class OrchestratorUnavailable(UpstreamError):
    """Prefect cannot be reached or is overloaded; the caller may try again soon."""

    def __init__(self, detail: str) -> None:
        super().__init__("prefect", detail, retryable=True)


class DeploymentMissing(OrchestratorUnavailable):
    """Set-up has not made the deployment yet."""


# The first class that fits names the status, so the narrower ones come first.
STATUSES: tuple[tuple[type[AtelierError], int], ...] = (
    (InvalidInput, 422),
    (ArtifactNotFound, 404),
    (MissingKey, 503),
    (OrchestratorUnavailable, 503),
    (UpstreamError, 502),
)


def install_error_handlers(app: FastAPI) -> None:
    """Let `app` answer every error of the tree, invalid input and the unexpected."""
    app.add_exception_handler(AtelierError, _on_atelier_error)
    app.add_exception_handler(ValidationError, _on_invalid)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_atelier_error(request: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    if status == 500:
        return await _on_unexpected(request, error)
    body: dict[str, Any] = {"detail": str(error)}
    if errors := field_errors(error):
        body["errors"] = errors
    return JSONResponse(body, status, retry_after(error))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ValidationError | RequestValidationError)
    errors = invalid_fields(error)
    return JSONResponse({"detail": "; ".join(map(sentence, errors)), "errors": errors}, 422)


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": report_unexpected(request, error)}, 500)


def status_of(error: Exception) -> int:
    """Return the status that `error` is answered with, 500 when it is nobody's but ours."""
    if isinstance(error, Refusal):
        return error.status
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def retry_after(error: Exception) -> dict[str, str] | None:
    """Return the header that says when to try again, if that may help."""
    seconds = error.retry_after_s if isinstance(error, Refusal) else None
    if isinstance(error, UpstreamError) and error.retryable:
        seconds = RETRY_AFTER_S
    return {"Retry-After": str(seconds)} if seconds else None


def field_errors(error: Exception) -> list[dict[str, Any]]:
    """Return the field that `error` names, in pydantic's words."""
    if not isinstance(error, InvalidInput):
        return []
    return [{"loc": [error.field], "msg": error.problem, "type": "value_error"}]


def invalid_fields(error: ValidationError | RequestValidationError) -> list[dict[str, Any]]:
    """Return the fields that are wrong, without the values that were given."""
    return [{key: item[key] for key in ("loc", "msg", "type")} for item in error.errors()]


def report_unexpected(request: Request, error: Exception) -> str:
    """Log `error` and return what the caller is told: where to find it, and nothing of it."""
    logger.error("request %s failed", correlation_id(request.scope), exc_info=error)
    return f"internal error, reported as {correlation_id(request.scope)}"


def sentence(error: dict[str, Any]) -> str:
    """Return one validation error as "field: what is wrong"."""
    field = ".".join(str(part) for part in error["loc"])
    problem = str(error["msg"]).removeprefix("Value error, ")
    return f"{field}: {problem}" if field else problem
