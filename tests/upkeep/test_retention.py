"""What may be forgotten, decided without a store or a server."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tasks.domain.retention import (
    CachedResult,
    Stored,
    artifacts_named_in,
    condemn,
    is_old,
    must_go,
    sorted_out,
    to_sweep,
)
from tasks.retention_settings import RetentionSettings

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
GRACE = timedelta(hours=24)
A, B, C = "a" * 64, "b" * 64, "c" * 64


def stored(name: str, hours_ago: float = 1000) -> Stored:
    return Stored(name, NOW - timedelta(hours=hours_ago), 1)


def uri(digest: str) -> str:
    return f"azure://agentic-artifacts/hashed/{digest}"


@pytest.mark.parametrize(
    ("document", "named"),
    [
        (f'{{"glb": {{"uri": "{uri(A)}", "sha256": "{A}"}}, "script": {{"uri": "{uri(B)}"}}}}', {A, B}),
        (f"\x80\x04\x95\x8cj{uri(A)}\x94", {A}),  # as a pickle holds it
        (f'{{"{A}": "2026-11-21"}}', set()),  # a ledger entry names nothing
        (f"{uri(A)}f", set()),  # longer than a digest
        (uri(A[:-1]), set()),
        ("not JSON, \x00 at all", set()),
    ],
)
def test_a_document_names_the_artifacts_whose_uri_it_holds(document: str, named: set[str]) -> None:
    """Whatever the format: every URI counts, and nothing else does."""
    assert artifacts_named_in(document.encode("latin-1")) == named


def test_documents_belong_to_runs_sessions_or_nobody() -> None:
    """A run's documents are found by its id, calls included; what no rule knows is foreign, our own folders are not."""
    run = uuid4()
    names = [f"runs/{run}/result.json", f"runs/{run}/calls/failed/fix-1.json", "sessions/s_1/session.json"]
    strange = ["runs/not-a-run/result.json", "notes.txt", "sessions"]
    picture, own = "image-endpoint/painter_1.jpg.json", ["health/services.json", "nightly/x.json", "gallery/a.png.json"]
    found = sorted_out([stored(name) for name in [*names, picture, *strange, *own]])
    assert {key: [d.name for d in documents] for key, documents in found.runs.items()} == {run: names[:2]}
    dated = {key: [d.name for d in documents] for key, documents in found.sessions.items()}
    assert dated == {"s_1": names[2:], "painter_1.jpg.json": [picture]}
    assert [document.name for document in found.foreign] == strange


def test_a_run_is_as_young_as_its_youngest_document() -> None:
    """One document written after the cutoff keeps them all."""
    cutoff = NOW - timedelta(hours=10)
    assert is_old([stored("a", 20), stored("b", 11)], cutoff)
    assert not is_old([stored("a", 20), stored("b", 9)], cutoff)


@pytest.mark.parametrize(
    ("artifacts", "hours_ago", "goes"),
    [
        ({A, B}, 1, False),
        (set(), 1, False),  # names nothing, so that nothing can be missing
        ({A, C}, 1, True),  # C is gone
        ({A, B}, 11, True),  # old
        (None, 1, True),  # nobody can see what it names
    ],
)
def test_no_cached_result_outlives_the_bytes_it_names(artifacts: set[str] | None, hours_ago: float, goes: bool) -> None:
    """A cached result stays only while it is young and every artifact that it names is stored."""
    result = CachedResult(stored("key", hours_ago), artifacts)
    assert must_go(result, {A: 1, B: 1}, NOW - timedelta(hours=10)) is goes


def test_bytes_go_only_after_a_whole_grace_unnamed() -> None:
    """First seen unnamed, then swept a grace later; named again in between, the clock begins anew."""
    blobs = {digest: stored(digest) for digest in (A, B)}
    first = condemn([A, B], {}, NOW)
    assert to_sweep(first, blobs, NOW, GRACE) == []
    named_again = condemn([A], first, NOW + GRACE / 2)  # B is named by somebody
    unnamed_again = condemn([A, B], named_again, NOW + GRACE)
    assert to_sweep(unnamed_again, blobs, NOW + GRACE, GRACE) == [A]


def test_bytes_written_again_begin_anew() -> None:
    """A run that stores what is condemned makes it young, although nothing names it yet; what is gone is no matter."""
    condemned = {A: NOW - 2 * GRACE, B: NOW - 3 * GRACE, C: NOW - 3 * GRACE}
    blobs = {A: stored(A, hours_ago=1), B: stored(B)}
    assert to_sweep(condemned, blobs, NOW, GRACE) == [B]


def test_retention_never_breaks_a_contracts_promise() -> None:
    """Keeping runs for less than the ring contract promises to answer for them is refused, naming both settings."""
    with pytest.raises(ValueError, match=r"RING_GEN_FINISHED_JOB_TTL_SECONDS .*ATELIER_RETENTION_DAYS"):
        RetentionSettings(retention_days=1, RING_GEN_FINISHED_JOB_TTL_SECONDS=172_800)
    assert RetentionSettings(retention_days=2, RING_GEN_FINISHED_JOB_TTL_SECONDS=172_800).retention.days == 2
