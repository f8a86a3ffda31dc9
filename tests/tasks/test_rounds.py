"""The words and the arithmetic of the fix loop."""

import pytest

from tasks.domain.errors import ScriptFailed
from tasks.domain.rings import rounds
from tests.tasks.samples import proof


@pytest.mark.parametrize(
    ("attempt", "max_builds", "percent"),
    [(1, 3, 20), (2, 3, 40), (3, 3, 60), (1, 2, 20), (2, 2, 50), (1, 1, 20), (10, 10, 74)],
)
def test_progress_of_an_attempt(attempt, max_builds, percent):
    """Attempt k of n begins at 20 + int(60 (k - 1) / n) percent."""
    assert rounds.attempt_percent(attempt, max_builds) == percent


@pytest.mark.parametrize(
    ("name", "needed"),
    [("claude", True), ("claude-sonnet", True), ("claude-opus", False), ("gemini", True), ("Claude-OPUS-5", False)],
)
def test_needs_validation_by_name(name, needed):
    """False exactly for names that contain opus, in any case."""
    assert rounds.needs_validation(name) is needed


def test_the_error_text_tells_everything_a_fix_needs():
    """Message and line, excerpt, API facts and the log's end, in this order, and never over the limit."""
    failure = ScriptFailed(
        "AttributeError: 'Mesh' object has no attribute 'calc_normals'",
        line=7,
        excerpt="> 7 | mesh.calc_normals()",
        facts=("Mesh has calc_tangents",),
        log_tail="x" * 5000,
    )
    text = rounds.error_text(failure)
    order = [text.index(part) for part in ("calc_normals'", "at line 7", "> 7 |", "Mesh has calc_tangents", "xxx")]
    assert order == sorted(order)
    assert len(text) <= rounds.ERROR_TEXT_LIMIT


def test_fewer_findings_win_and_later_rounds_win_ties():
    """The ring that is kept has the fewest findings; among equals the last one."""
    assert rounds.is_better(proof(findings=2), None)
    assert rounds.is_better(proof(findings=1), proof(findings=2))
    assert rounds.is_better(proof(findings=1), proof(findings=1))
    assert not rounds.is_better(proof(findings=2), proof(findings=1))
