"""Signatures, secrets and the check at the edge, without Prefect."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from blocks.webhooks import WebhookSettings, check_webhook_url, send, signature_headers, webhook_settings
from tasks.domain.errors import InvalidInput, MissingKey, UpstreamError
from tests.outside.conftest import SECRETS

BODY = '{"type":"run.completed","data":{"name":"Ring: é"}}'.encode()


@pytest.fixture
def signing(monkeypatch):
    """The process signs with both secrets and may call 127.0.0.1."""
    monkeypatch.setenv("ATELIER_WEBHOOK_SECRETS", ",".join(SECRETS))
    monkeypatch.setenv("ATELIER_FETCH_ALLOW", "127.0.0.1/32")
    webhook_settings.cache_clear()
    yield
    webhook_settings.cache_clear()


@pytest.mark.parametrize("secret", SECRETS)
def test_whoever_holds_one_of_the_secrets_can_verify(signing, secret: str) -> None:
    """During a rotation both the old and the new secret's holder accept every message."""
    assert Webhook(secret).verify(BODY, signature_headers("m1", BODY))["type"] == "run.completed"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "m2"},
        {"webhook-timestamp": str(int(datetime.now(UTC).timestamp()) + 60)},
        {"webhook-signature": "v1," + base64.b64encode(bytes(32)).decode()},
        {"webhook-signature": "v2,x"},
    ],
)
def test_whatever_was_changed_on_the_way_is_noticed(signing, change: dict[str, str]) -> None:
    """Id, time and signature belong together."""
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS[0]).verify(BODY, signature_headers("m1", BODY) | change)


def test_a_changed_body_or_a_strange_secret_is_noticed(signing) -> None:
    """The body is signed, and with our secrets only."""
    headers = signature_headers("m1", BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS[0]).verify(BODY + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + base64.b64encode(b"x" * 32).decode()).verify(BODY, headers)


@pytest.mark.parametrize("skew", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_a_message_recorded_and_sent_again_is_noticed(signing, skew: timedelta) -> None:
    """The standard's five minutes hold, since the time of sending is signed."""
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRETS[0]).verify(BODY, signature_headers("m1", BODY, datetime.now(UTC) + skew))


@pytest.mark.parametrize("secret", ["", "whsec_", "plain", "whsec_c2hvcnQ=", "whsec_!", SECRETS[0] + "," + "weak"])
def test_weak_secrets_are_refused(secret: str) -> None:
    """A secret that is too short or not of the standard's form never signs anything; none at all is allowed."""
    if not secret:
        assert WebhookSettings(secrets=secret).secrets == ()
        return
    with pytest.raises(ValidationError, match="24 to 64"):
        WebhookSettings(secrets=secret)


async def test_without_a_secret_webhooks_are_refused_at_the_edge(monkeypatch) -> None:
    """An unsigned message is never promised."""
    monkeypatch.delenv("ATELIER_WEBHOOK_SECRETS", raising=False)
    webhook_settings.cache_clear()
    with pytest.raises(MissingKey, match="ATELIER_WEBHOOK_SECRETS"):
        await check_webhook_url("https://1.1.1.1/hook")


@pytest.mark.parametrize("url", ["https://1.1.1.1/hook?a=b", "http://127.0.0.1:9999/hook"])
async def test_public_and_allowed_targets_are_taken(signing, url: str) -> None:
    """What would be called is taken."""
    await check_webhook_url(url)


@pytest.mark.parametrize(
    "url", ["ftp://1.1.1.1/", "https://user@1.1.1.1/", "http://10.0.0.1/", "http://[::1]/", "http://0x7f.1/", "", "x"]
)
async def test_the_edge_names_the_field(signing, url: str) -> None:
    """A target that would never be called is the caller's mistake."""
    with pytest.raises(InvalidInput) as refusal:
        await check_webhook_url(url)
    assert refusal.value.field == "webhook_url"


@pytest.mark.parametrize(("status", "retryable"), [(500, True), (503, True), (429, True), (410, False), (404, False)])
async def test_only_what_may_pass_is_retried(signing, receiver, status: int, retryable: bool) -> None:
    """Overload and the receiver's own faults may pass; a refusal does not."""
    receiver.answers(f"/answers/{status}", status)
    with pytest.raises(UpstreamError) as failure:
        await send(f"{receiver.url}/answers/{status}", "m1", BODY)
    assert (failure.value.service, failure.value.retryable) == ("127.0.0.1", retryable)
