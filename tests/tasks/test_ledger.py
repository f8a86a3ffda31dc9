"""The ledger: what a run paid for is written down, counted against the cap, and never paid again."""

import pytest

from blocks.artifacts import ArtifactStore
from blocks.settings import Settings
from flows.contracts import CallCost, CostSummary
from tasks.domain.errors import BudgetExceeded
from tasks.ledger import Ledger, Reply


@pytest.fixture
def ledger(tmp_path):
    return Ledger(ArtifactStore.from_settings(Settings(home=tmp_path)), "run-1")


def cost(usd, *, purpose="design", failed=False):
    return CallCost(
        model="claude-opus-5-5",
        input_tokens=40_000,
        output_tokens=9_000,
        input_cost_per_mtok=4,
        output_cost_per_mtok=20,
        cost_usd=usd,
        purpose=purpose,
        failed=failed,
    )


def reply(usd, purpose="design"):
    return Reply(text="import bpy", stop="complete", model_id="claude-opus-5-5", cost=cost(usd, purpose=purpose))


async def test_a_paid_reply_is_found_again(ledger):
    """A resumed run reads the reply that it already paid for, word for word."""
    await ledger.keep("design", reply(0.34))
    assert await ledger.reply_to("design") == reply(0.34)


async def test_nothing_is_found_before_it_is_paid(ledger):
    """A purpose without a reply has none, whatever else the run asked."""
    await ledger.keep("design", reply(0.34))
    assert await ledger.reply_to("fix-1") is None


async def test_failed_but_billed_calls_count(ledger):
    """A call that was billed and gave nothing is in the costs, marked as failed, once per attempt."""
    await ledger.keep("design", reply(0.34))
    await ledger.keep_failure("design", cost(0.1, failed=True))
    await ledger.keep_failure("design", cost(0.1, failed=True))
    assert [(c.cost_usd, c.failed) for c in await ledger.costs()] == [(0.34, False), (0.1, True), (0.1, True)]


async def test_the_cap_is_a_cap(ledger):
    """A call whose worst case exactly reaches the cap is allowed; one that could pass it by a cent is refused."""
    await ledger.keep("design", reply(1.0))
    await ledger.refuse_overshoot(cap_usd=1.5, worst_case_usd=0.5)
    with pytest.raises(BudgetExceeded, match=r"could cost 0\.5100 USD"):
        await ledger.refuse_overshoot(cap_usd=1.5, worst_case_usd=0.51)


async def test_runs_do_not_see_each_other(ledger, tmp_path):
    """The ledger of one run holds nothing of another's."""
    await ledger.keep("design", reply(0.34))
    assert await Ledger(ArtifactStore.from_settings(Settings(home=tmp_path)), "run-2").costs() == []


@pytest.mark.parametrize(
    ("usd", "total"),
    [([0.2550], 0.2550), ([0.2550, 0.4250], 0.68), ([0.00004, 0.00004], 0.0001), ([], 0.0)],
)
def test_the_summary_adds_up(usd, total):
    """The total is the rounded sum of the calls, to four places, as the contract prints it."""
    summary = CostSummary.of([cost(value) for value in usd])
    assert (summary.total_usd, summary.calls) == (total, len(usd))
