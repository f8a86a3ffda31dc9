"""Errors of the native API as RFC 9457 problems."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from api.errors import (
    OrchestratorUnavailable,
    Refusal,
    field_errors,
    invalid_fields,
    report_unexpected,
    retry_after,
    sentence,
    status_of,
)
from api.middleware import correlation_id
from blocks.artifacts import ArtifactNotFound
from tasks.domain.errors import AtelierError, InvalidInput, MissingKey, UpstreamError

MEDIA_TYPE = "application/problem+json"

# The first class that fits names the code, so the narrower ones come first.
CODES: tuple[tuple[type[AtelierError], str], ...] = (
    (InvalidInput, "invalid_input"),
    (ArtifactNotFound, "artifact_not_found"),
    (MissingKey, "missing_key"),
    (OrchestratorUnavailable, "orchestrator_unavailable"),
    (UpstreamError, "upstream_failed"),
)


def install_problem_handlers(app: FastAPI) -> None:
    """Let `app` answer every error as a problem; apps mounted inside keep their own form."""
    app.add_exception_handler(AtelierError, _on_atelier_error)
    app.add_exception_handler(ValidationError, _on_invalid)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_unexpected)


def problem(
    request: Request,
    status: int,
    detail: str,
    code: str,
    *,
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Return the answer that says what is wrong."""
    body: dict[str, Any] = {
        "type": f"urn:atelier:problem:{code}",
        "title": _title(status),
        "status": status,
        "detail": detail,
        "code": code,
        "correlation_id": correlation_id(request.scope),
    }
    if errors:
        body["errors"] = jsonable_encoder(errors)
    return JSONResponse(body, status, headers, MEDIA_TYPE)


async def _on_atelier_error(request: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return await _on_unexpected(request, error)
    errors = field_errors(error)
    return problem(request, status, str(error), _code(error), errors=errors, headers=retry_after(error))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ValidationError | RequestValidationError)
    errors = invalid_fields(error)
    return problem(request, 422, "; ".join(map(sentence, errors)), "invalid_input", errors=errors)


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    code = _title(error.status_code).lower().replace(" ", "_")
    return problem(request, error.status_code, error.detail, code, headers=dict(error.headers or {}))


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    return problem(request, 500, report_unexpected(request, error), "internal_error")


def _code(error: Exception) -> str:
    if isinstance(error, Refusal):
        return error.code
    return next(code for kind, code in CODES if isinstance(error, kind))


def _title(status: int) -> str:
    known = {each.value: each.phrase for each in HTTPStatus}
    return known.get(status, "Client Closed Request" if status == 499 else "Error")
