"""The service key of a contract, compared in constant time."""

import hmac
from collections.abc import Awaitable, Callable

from fastapi import Header, HTTPException
from pydantic import SecretStr


def require_key(expected: SecretStr | None) -> Callable[..., Awaitable[None]]:
    """Return a dependency that answers 401 unless X-API-Key is `expected`; without one everybody may call."""
    secret = expected.get_secret_value().encode() if expected else b""

    async def check(
        x_api_key: str = Header("", alias="X-API-Key", description="The service key, if one is set"),
    ) -> None:
        if secret and not hmac.compare_digest(x_api_key.encode(), secret):
            raise HTTPException(401, "X-API-Key is missing or wrong")

    return check
