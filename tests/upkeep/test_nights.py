"""One night beside the last, and what the tables say."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import StateDetails
from prefect.states import Failed
from pydantic import ValidationError

from flows.contracts import ProofRow, RingProofRequest
from tasks.domain.rings.nights import Made, changes, chosen
from tasks.domain.rings.promises import prompts
from tasks.ring_proof_table import report_of, row_of, summary, table


def test_only_what_changed_is_news() -> None:
    """Broken, mended and slower rings are told; new prompts, lasting failures and small delays are not."""
    before = {"was sound": (True, 4.0), "was broken": (False, 4.0), "still broken": (False, 4.0), "quick": (True, 0.5)}
    now = {**before, "was sound": (False, 4.0), "was broken": (True, 99.0), "quick": (True, 1.5), "new": (False, 1.0)}
    before["slow"], now["slow"] = (True, 4.0), (True, 6.1)
    found = changes(*({prompt: Made(*made) for prompt, made in night.items()} for night in (now, before)))
    assert (found.new_failures, found.fixed, found.slower) == (["was sound"], ["was broken"], ["slow"])


def test_a_list_is_made_once_each_from_the_top() -> None:
    """Doubles are made once; a limit cuts the end off, and the project's own list is long enough to mean something."""
    assert chosen(["a", "b", "a", "c"], None) == ["a", "b", "c"]
    assert chosen(["a", "b", "a", "c"], 2) == ["a", "b"]
    assert len(prompts()) >= 64


@pytest.mark.parametrize("bad", [{"prompts": ["  "]}, {"limit": 0}, {"at_once": 5}, {"promts": ["a"]}])
def test_a_request_that_makes_no_sense_is_refused(bad: dict[str, object]) -> None:
    """Blank prompts, no rings at all, too many at once and unknown fields are refused before anything runs."""
    with pytest.raises(ValidationError):
        RingProofRequest.model_validate(bad)


def row(prompt: str, *, valid: bool = True, seconds: float = 1.0) -> ProofRow:
    failings = [] if valid else ["open part"]
    return ProofRow(prompt=prompt, valid=valid, failings=failings, seconds=seconds, made_at=datetime.now(UTC))


def test_a_run_without_a_ring_is_a_row_that_says_why() -> None:
    """A failed run is not valid; its row has the run's message, shortened, and its id."""
    run = uuid4()
    state = Failed(message="no ring after 3 attempt(s)" + "x" * 999, state_details=StateDetails(flow_run_id=run))
    found = row_of("a band", 1.23456, state, None)
    assert (found.valid, found.seconds, found.run_id) == (False, 1.235, str(run))
    assert found.failings[0].startswith("no ring after 3 attempt(s)")
    assert len(found.failings[0]) == 300


def test_the_table_has_every_prompt_with_its_news() -> None:
    """Each prompt has its verdict, both nights' seconds and what changed; the summary counts them."""
    before = [row("broke", seconds=2.0), row("slow", seconds=2.0)]
    report = report_of([row("broke", valid=False), row("slow", seconds=9.0), row("new")], before)
    rows = {line["prompt"]: (line["valid"], line["last time"], line["news"]) for line in table(report, before)}
    assert rows == {
        "broke": ("no: open part", 2.0, "new failure"),
        "slow": ("yes", 2.0, "slower"),
        "new": ("yes", "–", ""),
    }
    assert summary(report) == "2 of 3 rings sound, 11 s, 0.00 USD; new failures: 1, fixed: 0, slower: 1"
