"""Errors of the three image contracts: one envelope, eight codes, and in each the correlation id."""

from collections.abc import Sequence
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.exceptions import HTTPException

from api.errors import (
    OrchestratorUnavailable,
    Refusal,
    RunNotFound,
    invalid_fields,
    report_unexpected,
    retry_after,
    status_of,
)
from api.middleware import correlation_id
from blocks.artifacts import ArtifactNotFound
from tasks.domain.errors import AtelierError, InvalidInput
from tasks.domain.trace_context import CORRELATION_HEADER

Code = Literal[
    "VALIDATION_ERROR", "IMAGE_TOO_LARGE", "INVALID_IMAGE_FORMAT", "JOB_NOT_FOUND", "SERVICE_UNAVAILABLE",
    "LM_STUDIO_ERROR", "TIMEOUT", "INTERNAL_ERROR",
]  # fmt: skip

STATUSES: dict[Code, int] = {
    "VALIDATION_ERROR": 400,
    "IMAGE_TOO_LARGE": 400,
    "INVALID_IMAGE_FORMAT": 400,
    "JOB_NOT_FOUND": 404,
    "SERVICE_UNAVAILABLE": 502,
    "LM_STUDIO_ERROR": 502,
    "TIMEOUT": 504,
    "INTERNAL_ERROR": 500,
}
RETRY_AFTER_S = 10
INVALID = "Input validation failed"
PLACES = ("body", "query", "path", "header")  # where a parameter is, which FastAPI puts before its name


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    message: str
    code: Code = "VALIDATION_ERROR"


class Details(BaseModel):
    """More about an error; what does not apply is left out."""

    fields: list[FieldProblem] = []
    default_model: str | None = Field(None, description="Who would have been asked")


class ErrorBody(BaseModel):
    """An error: `code` for programs, `message` for people."""

    code: Code
    message: str
    details: Details = Details()


class Envelope(BaseModel):
    """The body of every answer that is no success."""

    success: Literal[False] = False
    error: ErrorBody
    correlation_id: str = Field(description="Under which the request is logged; also in X-Correlation-ID")


class ContractError(AtelierError):
    """An error in the contract's own words, answered with `status`, or else with what `code` stands for."""

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        status: int | None = None,
        fields: Sequence[FieldProblem] = (),
        default_model: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        self.body = ErrorBody(
            code=code, message=message, details=Details(fields=list(fields), default_model=default_model)
        )
        self.status = status or STATUSES[code]
        self.retry_after_s = retry_after_s
        super().__init__(message)


class QueueFull(ContractError):
    """As many jobs wait as may."""

    def __init__(self) -> None:
        super().__init__(
            "SERVICE_UNAVAILABLE", "too many jobs wait, retry later", status=503, retry_after_s=RETRY_AFTER_S
        )


class Stopping(ContractError):
    """The server is being stopped and takes no new work."""

    def __init__(self) -> None:
        super().__init__("SERVICE_UNAVAILABLE", "the server is being stopped", status=503, retry_after_s=RETRY_AFTER_S)


def wrong_field(field: str, problem: str, code: Code = "VALIDATION_ERROR") -> ContractError:
    """Return the error that says what is wrong with one field."""
    message = INVALID if code == "VALIDATION_ERROR" else problem
    return ContractError(code, message, fields=[FieldProblem(field=field, message=problem, code=code)])


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return a route's documented errors: those of `statuses`, and those that any route may have."""
    return {status: {"model": Envelope} for status in sorted({400, 401, 404, 405, 413, 500, 502, 503, *statuses})}


def install_envelope_handlers(app: FastAPI) -> None:
    """Let `app` answer every error in the envelope."""
    app.add_exception_handler(AtelierError, _on_atelier_error)
    app.add_exception_handler(ValidationError, _on_invalid)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_unexpected)


async def _on_atelier_error(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ContractError):
        after_s = error.retry_after_s
        return _answer(request, error.status, error.body, {"Retry-After": str(after_s)} if after_s else None)
    if isinstance(error, InvalidInput):
        found = wrong_field(error.field.removeprefix("request."), error.problem)
        return _answer(request, found.status, found.body)
    status = status_of(error)
    if status == 500:
        return await _on_unexpected(request, error)
    return _answer(request, status, ErrorBody(code=_code(error, status), message=str(error)), retry_after(error))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ValidationError | RequestValidationError)
    fields = [_problem(item) for item in invalid_fields(error)]
    body = ErrorBody(code="VALIDATION_ERROR", message=INVALID, details=Details(fields=fields))
    return _answer(request, 400, body)


async def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    body = ErrorBody(code=_code(error, error.status_code), message=str(error.detail))
    return _answer(request, error.status_code, body, dict(error.headers or {}))


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    # this answer is given outside the middleware that puts the id on all others
    headers = {CORRELATION_HEADER: correlation_id(request.scope)}
    return _answer(request, 500, ErrorBody(code="INTERNAL_ERROR", message=report_unexpected(request, error)), headers)


def _answer(request: Request, status: int, error: ErrorBody, headers: dict[str, str] | None = None) -> JSONResponse:
    envelope = Envelope(error=error, correlation_id=correlation_id(request.scope))
    plain = envelope.model_dump(mode="json")
    plain["error"]["details"] = {name: value for name, value in plain["error"]["details"].items() if value}
    return JSONResponse(plain, status, headers)


def _code(error: Exception, status: int) -> Code:
    if isinstance(error, RunNotFound):
        return "JOB_NOT_FOUND"
    if isinstance(error, ArtifactNotFound | Refusal) and status < 500:
        return "VALIDATION_ERROR"
    if isinstance(error, OrchestratorUnavailable) or status >= 500:
        return "SERVICE_UNAVAILABLE"
    return "VALIDATION_ERROR"


def _problem(item: dict[str, Any]) -> FieldProblem:
    place = [str(part) for part in item["loc"]]
    field = ".".join(place[1:] if len(place) > 1 and place[0] in PLACES else place)
    return FieldProblem(field=field or "body", message=str(item["msg"]).removeprefix("Value error, "))
