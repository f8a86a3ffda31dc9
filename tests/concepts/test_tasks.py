"""The paid task in a real Prefect: tried again by policy, paid once, capped."""

import pytest
from prefect import flow

from tasks.concepts import DrawingOrder, Drawn, draw
from tasks.domain.errors import AtelierError, BudgetExceeded, UpstreamError

pytestmark = pytest.mark.usefixtures("prefect")
ORDER = DrawingOrder(purpose="concepts", prompt="a ring", cap_usd=1.0)


async def driven(*orders: DrawingOrder) -> list[Drawn | AtelierError]:
    """Draw one order after the other in one run, its retries without their delays."""

    @flow(persist_result=False)
    async def drawing() -> list[Drawn | AtelierError]:
        patient = draw.with_options(retry_delay_seconds=[0] * draw.retries, retry_jitter_factor=0)
        answers: list[Drawn | AtelierError] = []
        for order in orders:
            try:
                answers.append(await patient("openai", order))
            except AtelierError as error:
                answers.append(error)
        return answers

    return await drawing()


async def test_a_provider_in_trouble_is_asked_again(providers):
    """Two further tries for a 500 or a lost connection, then the drawing."""
    providers.reply(status=500)
    providers.reply(reset=True)
    (drawn,) = await driven(ORDER)
    assert isinstance(drawn, Drawn)
    assert (len(drawn.raw), len(providers.requests)) == (1, 3)


async def test_patience_ends_after_three_tries(providers):
    """Then the failure is the run's."""
    for _ in range(4):
        providers.reply(status=503)
    (failure,) = await driven(ORDER)
    assert isinstance(failure, UpstreamError)
    assert len(providers.requests) == 3


async def test_an_account_at_its_limit_is_not_asked_again(providers):
    """A 429 is ours to mend."""
    providers.reply(status=429)
    (failure,) = await driven(ORDER)
    assert "HTTP 429" in str(failure)
    assert len(providers.requests) == 1


async def test_what_a_run_paid_for_it_does_not_pay_again(providers):
    """The same order in the same run comes from the ledger, as when a run is resumed after a crash."""
    first, second = await driven(ORDER, ORDER)
    assert first == second
    assert len(providers.requests) == 1


async def test_a_share_of_the_cap_holds_for_retries_too(providers):
    """A billed failure is spent: the next try must fit beside it."""
    raw = b"""{"data": [{"b64_json": "*"}], "usage": {"input_tokens": 1, "output_tokens": 3000,
        "input_tokens_details": {"text_tokens": 1, "image_tokens": 0}, "total_tokens": 3001}}"""
    providers.reply(raw=raw)
    tight = ORDER.model_copy(update={"cap_usd": 0.12})
    billed, refused = await driven(tight, tight)
    assert "not in the form" in str(billed)
    assert isinstance(refused, BudgetExceeded)
    assert refused.spent_usd == pytest.approx(0.09, abs=1e-4)
    assert len(providers.requests) == 1
