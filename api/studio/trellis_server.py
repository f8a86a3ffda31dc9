"""TRELLIS on a GPU machine, behind the contract that the studio serves too: `python -m api.studio.trellis_server`.

It runs in the environment of TRELLIS or TRELLIS.2 and needs beside it fastapi, uvicorn, pydantic, pydantic-settings,
pillow and numpy; the rest of the project is not imported. Pictures come inline (TRELLIS_IMAGE_REFERENCE=inline);
signed https links are read too where the project is installed whole. It asks nobody for a key: keep it in a network
of your own.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.base64_bytes import read_base64
from api.studio.engines import Reconstructor
from api.studio.requests import Picture
from api.studio.trellis import RETRY_AFTER_S, trellis
from api.studio.trellis_pipelines import Gpu, PipelineMissing, Trellis2Reconstructor, TrellisReconstructor
from tasks.domain.errors import AtelierError, InvalidInput

log = logging.getLogger(__name__)
FETCH_TIMEOUT_S = 30
BASE64 = "image.base64"  # the field
T = TypeVar("T")


class ServerSettings(BaseSettings):
    """Every field is the environment variable TRELLIS_SERVER_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="TRELLIS_SERVER_", extra="ignore", populate_by_name=True)

    host: str = "127.0.0.1"
    port: int = Field(8011, ge=1, le=65535)
    models: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Comma separated, the first is the default; without any, all that are installed"
    )
    trellis: str = Field("microsoft/TRELLIS-image-large", description="Repository or folder")
    trellis2: str = Field("microsoft/TRELLIS.2-4B", description="Repository or folder")
    max_waiting: int = Field(8, ge=0, le=1000, description="Pictures that may wait; one more is refused")
    max_picture_bytes: int = Field(32 * 1024 * 1024, ge=1024)
    max_work_pixels: int = Field(16_000_000, ge=4096)

    @field_validator("models", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class Busy(AtelierError):
    """More pictures wait already than are taken on."""


class ClientGone(AtelierError):
    """The client that waited has hung up."""


class OneAtATime:
    """A line before one device."""

    def __init__(self, max_waiting: int) -> None:
        self._max_waiting = max_waiting
        self._turn = asyncio.Lock()
        self._unfinished = 0

    @property
    def unfinished(self) -> int:
        """How many pictures wait or are being worked on."""
        return self._unfinished

    async def answer(self, work: Callable[[], T], gone: Callable[[], Awaitable[bool]], *, held_bytes: int = 0) -> T:
        """Return what `work` returns, done when all before it are; raises Busy when too many wait, ClientGone."""
        if self._unfinished > self._max_waiting:
            raise Busy(f"{self._max_waiting} pictures wait already, and no more are taken")
        self._unfinished += 1
        try:
            async with self._turn:
                if await gone():
                    raise ClientGone("the client that waited has hung up")
                return await asyncio.to_thread(work)
        finally:
            self._unfinished -= 1


def reconstructors(settings: ServerSettings) -> list[Reconstructor]:
    """Return what is installed, or what the settings demand; raises PipelineMissing when one of these is not there."""
    gpu = Gpu()
    known: dict[str, Callable[[], Reconstructor]] = {
        "trellis": lambda: TrellisReconstructor.open(gpu, settings.trellis),
        "trellis2": lambda: Trellis2Reconstructor.open(gpu, settings.trellis2),
    }
    if unknown := [name for name in settings.models if name not in known]:
        raise PipelineMissing(f"TRELLIS_SERVER_MODELS names {unknown[0]!r}; known are {', '.join(known)}")
    if settings.models:
        return [known[name]() for name in settings.models]
    found: list[Reconstructor] = []
    missing: list[str] = []
    for open_model in known.values():
        try:
            found.append(open_model())
        except PipelineMissing as error:
            missing.append(str(error))
    if not found:
        raise PipelineMissing("; ".join(missing))
    return found


def create_app(settings: ServerSettings, models: Sequence[Reconstructor]) -> FastAPI:
    """Build the server over `models`, which share one device."""
    app = FastAPI(title="TRELLIS", docs_url=None, redoc_url=None)
    max_body_bytes = settings.max_picture_bytes * 2  # base64 is a third longer than what it stands for

    @app.middleware("http")
    async def bounded(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        length = request.headers.get("content-length", "0")
        if "transfer-encoding" in request.headers or not length.isdecimal() or int(length) > max_body_bytes:
            return JSONResponse({"detail": f"the body must have a length, of {max_body_bytes} bytes at most"}, 413)
        return await call_next(request)

    async def read(picture: Picture) -> bytes:
        if picture.base64 is not None:
            return await asyncio.to_thread(read_base64, picture.base64, BASE64, settings.max_picture_bytes)
        return await from_uri(picture.uri or "", settings.max_picture_bytes)

    line = OneAtATime(settings.max_waiting)
    app.include_router(trellis(models, read, line, max_px=settings.max_work_pixels))
    app.add_exception_handler(AtelierError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_unexpected)
    return app


async def from_uri(uri: str, max_bytes: int) -> bytes:
    """Return what lies behind a signed link, by the project's guarded fetcher; raises InvalidInput("image.uri", …)."""
    if uri.startswith("data:"):
        return read_base64(uri, BASE64, max_bytes)
    try:
        from blocks.fetching import Fetcher
    except ImportError as error:
        raise InvalidInput("image.uri", "this server takes pictures as image.base64 only") from error
    if not uri.startswith("https://"):
        raise InvalidInput("image.uri", "must be an https URL; this server reads no storage account")
    return (await Fetcher().fetch(uri, field="image.uri", max_bytes=max_bytes, timeout_s=FETCH_TIMEOUT_S)).data


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    detail: dict[str, Any] = {"detail": str(error)}
    match error:
        case InvalidInput():
            return JSONResponse(detail, 422)
        case Busy():
            return JSONResponse(detail, 503, {"Retry-After": str(RETRY_AFTER_S)})
        case ClientGone():
            return JSONResponse(detail, 499)
        case _:
            return JSONResponse(detail, 500)


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    told = [f"{'.'.join(str(part) for part in each['loc'][1:])}: {each['msg']}" for each in error.errors()]
    return JSONResponse({"detail": "; ".join(told)}, 422)


async def _on_unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("a request failed", exc_info=error)
    return JSONResponse({"detail": f"internal error: {type(error).__name__}; the log has the rest"}, 500)


if __name__ == "__main__":
    import uvicorn

    logging.basicConfig(level=logging.INFO)
    server_settings = ServerSettings()
    app = create_app(server_settings, reconstructors(server_settings))
    uvicorn.run(app, host=server_settings.host, port=server_settings.port, log_level="warning")
