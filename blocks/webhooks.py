"""Webhooks: who may be told, and how a message is signed and sent (https://www.standardwebhooks.com).

Several secrets sign every message, each with a signature of its own, so that a receiver can go over from an old
secret to a new one without missing any.
"""

import base64
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any

import httpx
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from standardwebhooks import Webhook

from blocks.fetching import PASSING, Fetcher
from tasks.domain.errors import MissingKey, UpstreamError

SECRET_PREFIX = "whsec_"
SECRET_BYTES = range(24, 65)  # what the standard asks for
FIELD = "webhook_url"


class WebhookSettings(BaseSettings):
    """Every field is the environment variable ATELIER_WEBHOOK_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_WEBHOOK_", extra="ignore")

    secrets: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        (), description="whsec_<base64 of 24 to 64 bytes>, comma separated; without one, webhooks are refused"
    )
    timeout_s: float = Field(15, gt=0, le=60, description="For one try, from the look-up to the answer")
    retry_delays_s: list[float] = Field(
        [5, 30, 120, 600], max_length=10, description="Before the second and further tries, as JSON"
    )
    public_url: str = Field("", description="Of the combined app, put before the paths of a message's links")

    @field_validator("secrets", mode="before")
    @classmethod
    def _comma_separated(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("secrets")
    @classmethod
    def _strong(cls, secrets: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in secrets:
            if _length(secret.get_secret_value()) not in SECRET_BYTES:
                raise ValueError(f"each must be {SECRET_PREFIX} and the base64 of 24 to 64 random bytes")
        return secrets


def _length(secret: str) -> int:
    """Return how many bytes `secret` holds, 0 when it is not of the standard's form."""
    if not secret.startswith(SECRET_PREFIX):
        return 0
    try:
        return len(base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True))
    except ValueError:
        return 0


@lru_cache(maxsize=1)
def webhook_settings() -> WebhookSettings:
    """Return the process's settings."""
    return WebhookSettings()


async def check_webhook_url(url: str) -> None:
    """Refuse, before any work is done, a URL that no message would be sent to.

    Raises MissingKey without a secret, InvalidInput naming `webhook_url`, UpstreamError when its name has no address.
    """
    _secrets()
    await Fetcher().check(url, field=FIELD)


async def send(
    url: str, message_id: str, body: bytes, *, must_sign: bool = True, timeout_s: float | None = None
) -> None:
    """Send `body` to `url` once. A receiver tells by `message_id` that it had the message before.

    It is signed wherever there is a secret; `must_sign` says that it is not sent otherwise.

    Raises UpstreamError unless it is accepted with a 2xx, retryable for a 5xx, a time-out or an overload; 410 says
    that nobody wants it any more. Raises InvalidInput when the URL leads where nothing is sent.
    """
    headers = {"Content-Type": "application/json"}
    if must_sign or webhook_settings().secrets:
        headers |= signature_headers(message_id, body)
    patience_s = timeout_s or webhook_settings().timeout_s
    status = await Fetcher().post(url, body, headers, field=FIELD, timeout_s=patience_s)
    if not 200 <= status < 300:
        raise UpstreamError(httpx.URL(url).host, f"answers HTTP {status}", retryable=status >= 500 or status in PASSING)


def signature_headers(message_id: str, body: bytes, moment: datetime | None = None) -> dict[str, str]:
    """Return the standard's three headers, for a message sent at `moment`, which is now."""
    moment = moment or datetime.now(UTC)
    signatures = [Webhook(secret).sign(message_id, moment, body.decode()) for secret in _secrets()]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _secrets() -> list[str]:
    if not webhook_settings().secrets:
        raise MissingKey("webhooks", "ATELIER_WEBHOOK_SECRETS")
    return [secret.get_secret_value() for secret in webhook_settings().secrets]
