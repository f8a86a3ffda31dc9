"""What the native routes depend on: who calls, and what serves."""

import hashlib
import hmac
import re
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request, Security
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from api.native.service import Native
from tasks.domain.errors import InvalidInput

_KEY_HEADER = APIKeyHeader(name="X-API-Key", auto_error=False, description="One of ATELIER_API_KEY, if it is set")
_BEARER = HTTPBearer(auto_error=False, description="The same key")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*(\d{1,6})(?:$|[,;\s])")


async def native(request: Request) -> Native:
    """Return the app's pipelines."""
    found: Native = request.app.state.native
    return found


async def prefix(request: Request) -> str:
    """Return where the API is mounted, empty at root."""
    return str(request.scope.get("root_path", "")).rstrip("/")


async def caller(
    served: Annotated[Native, Depends(native)],
    header: Annotated[str | None, Security(_KEY_HEADER)] = None,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)] = None,
) -> str:
    """Return who calls, as a fingerprint of the key; 401 unless it is one of those set. Empty when none is set."""
    keys = accepted_keys(served.settings.key)
    if not keys:
        return ""
    given = header or (bearer.credentials if bearer else "")
    matches = [hmac.compare_digest(given.encode(), key.encode()) for key in keys]  # all of them, whichever fits
    if not any(matches):
        raise HTTPException(401, "the API key is missing or wrong", {"WWW-Authenticate": "Bearer"})
    return hashlib.sha256(given.encode()).hexdigest()[:16]


def accepted_keys(setting: SecretStr | None) -> list[str]:
    """Return the keys in a comma-separated setting."""
    return [key for part in (setting.get_secret_value() if setting else "").split(",") if (key := part.strip())]


async def idempotency_key(
    who: Annotated[str, Depends(caller)],
    key: Annotated[
        str | None,
        Header(alias="Idempotency-Key", description="The same key and body start one run", examples=["order-4711"]),
    ] = None,
) -> str | None:
    """Return the caller's key, in a form that no other caller's can meet."""
    if key is None:
        return None
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidInput("Idempotency-Key", "must be 1 to 255 printable ASCII characters without spaces")
    return hashlib.sha256(f"{who} {key}".encode()).hexdigest()


async def wait_s(
    served: Annotated[Native, Depends(native)],
    prefer: Annotated[
        str, Header(description="wait=N: answer when the run has ended, after N seconds at most", examples=["wait=30"])
    ] = "",
) -> int | None:
    """Return how long the caller prefers to wait, capped by the setting; None when it did not say."""
    match = _WAIT.search(prefer)
    return min(int(match[1]), int(served.settings.max_wait_s)) if match else None


NativeDep = Annotated[Native, Depends(native)]
Prefix = Annotated[str, Depends(prefix)]
IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]
Wait = Annotated[int | None, Depends(wait_s)]
