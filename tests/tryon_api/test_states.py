"""The state table of the try-on contract, row by row."""

import pytest
from prefect.client.schemas.objects import State, StateType

from api.contracts.tryon_kinds import GENERATE, KINDS, PREPROCESS, START, named
from api.states import try_on_word
from tasks.domain.try_on.steps import Step

ROWS = [
    (StateType.SCHEDULED, "Scheduled", "RUNNING"),
    (StateType.SCHEDULED, "Late", "RUNNING"),
    (StateType.SCHEDULED, "AwaitingConcurrencySlot", "RUNNING"),
    (StateType.SCHEDULED, "AwaitingRetry", "RUNNING"),
    (StateType.PENDING, "Pending", "RUNNING"),
    (StateType.RUNNING, "Running", "RUNNING"),
    (StateType.RUNNING, "Retrying", "RUNNING"),
    (StateType.PAUSED, "Paused", "RUNNING"),
    (StateType.PAUSED, "Suspended", "RUNNING"),
    (StateType.COMPLETED, "Completed", "COMPLETED"),
    (StateType.COMPLETED, "Cached", "COMPLETED"),
    (StateType.FAILED, "Failed", "FAILED"),
    (StateType.FAILED, "TimedOut", "FAILED"),
    (StateType.CRASHED, "Crashed", "FAILED"),
    (StateType.CANCELLING, "Cancelling", "CANCELLED"),
    (StateType.CANCELLED, "Cancelled", "CANCELLED"),
]
RUN = "8b1f6a52-0d6c-4a4e-9f5f-0a4c5d1f2b11"


@pytest.mark.parametrize(("kind", "name", "word"), ROWS)
def test_each_state_has_its_word(kind: StateType, name: str, word: str) -> None:
    """The contract's word follows the contract's table; a cancel is final from the moment it is asked for."""
    assert try_on_word(State(type=kind, name=name)) == word


def test_every_state_is_in_the_table() -> None:
    """A state type that Prefect adds would be noticed here; a run without a state is running."""
    assert {kind for kind, _, _ in ROWS} == set(StateType)
    assert try_on_word(None) == "RUNNING"


def test_an_id_names_a_run_and_its_kinds() -> None:
    """A prefix says the kind; a bare UUID may be of any; anything else names no run."""
    for kind, prefix in zip(KINDS, ("jewelry-gen-", "preprocess-", "generate-"), strict=True):
        run, kinds = named(f"{prefix}{RUN}")
        assert (str(run), kinds) == (RUN, (kind,))
    assert named(RUN)[1] == KINDS
    for strange in ("", "jewelry-gen-", f"generate-{{{RUN}}}", RUN.replace("-", ""), f"wf-{RUN}", f"{RUN} ", "../x"):
        assert named(strange)[0] is None


def test_a_workflow_begins_with_its_first_step() -> None:
    """Before there is progress the first step is told; the second half refines a mask only when it has strokes."""
    assert START.first_step({}) is PREPROCESS.first_step({}) is Step.UPLOADING_IMAGE
    assert GENERATE.first_step({"request": {"strokes": []}}) is Step.UPLOADING_MASK
    assert GENERATE.first_step({"request": {"strokes": [{}]}}) is Step.REFINING_MASK
