"""What the try-on contract's routes depend on."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request
from starlette.concurrency import run_in_threadpool

from api.contracts.tryon_health import Health
from api.contracts.tryon_images import PhotoTooLarge
from api.contracts.tryon_models import LENIENT, Body
from api.contracts.tryon_workflows import TryOnWorkflows
from api.middleware import BodyTooLarge

AnyBody = TypeVar("AnyBody", bound=Body)


def workflows(request: Request) -> TryOnWorkflows:
    """Return the app's workflows."""
    found: TryOnWorkflows = request.app.state.workflows
    return found


def health(request: Request) -> Health:
    """Return what the app knows of the health of others."""
    found: Health = request.app.state.health
    return found


def prefix(request: Request) -> str:
    """Return where the contract is mounted, empty on its own port."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def idempotency_key(
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key", pattern=r"^[\x21-\x7e]{1,255}$", description="The same key starts one workflow"
        ),
    ] = None,
) -> str | None:
    """Return the caller's key, in a form that fits anywhere."""
    return hashlib.sha256(key.encode()).hexdigest() if key else None


def body(model: type[AnyBody]) -> Callable[[Request], Awaitable[AnyBody]]:
    """Return a dependency that reads the body as `model`, by hand: reading a photo's megabytes would stop the loop."""

    async def read(request: Request) -> AnyBody:
        found = workflows(request)
        try:
            raw = await request.body()
        except BodyTooLarge as error:
            raise PhotoTooLarge(found.settings.max_image_bytes) from error
        context = {LENIENT: found.upstreams.lenient_strokes}
        return await run_in_threadpool(model.model_validate_json, raw, context=context)

    return read


Workflows = Annotated[TryOnWorkflows, Depends(workflows)]
HealthDep = Annotated[Health, Depends(health)]
Prefix = Annotated[str, Depends(prefix)]
IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]
