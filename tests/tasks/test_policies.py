"""The named policies: what is retried, and what a cache key depends on."""

import pytest
from prefect.states import Failed

from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.policies import if_upstream_may_recover


@pytest.mark.parametrize(
    ("error", "retried"),
    [
        (UpstreamError("claude", "overloaded", retryable=True), True),
        (UpstreamError("claude", "bad request"), False),
        (InvalidInput("prompt", "empty"), False),
        (TimeoutError(), False),
    ],
)
async def test_only_what_may_recover_is_retried(error, retried):
    """An outside failure that says it may recover is retried; a refusal, bad input or our own bug is not."""
    assert if_upstream_may_recover(None, None, Failed(data=error)) is retried
