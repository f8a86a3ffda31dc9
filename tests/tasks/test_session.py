"""The session record keeps the replaced service's keys."""

from tasks.domain.rings.session import session_record
from tests.tasks.samples import failed_result

CONTRACT_KEYS = [
    "session_id", "prompt", "llm_name", "code", "modules", "version", "current_version", "edits", "version_history",
    "created", "retry_log", "cost", "spatial_report", "skip_validation", "blender_result",
]  # fmt: skip


def record():
    return session_record(
        result=failed_result().model_dump(mode="json"),
        prompt="solitaire",
        code="import bpy",
        reference=None,
        metadata={"order": 7},
        prompt_version="ab12",
        created="2026-01-01T00:00:00+00:00",
    )


def test_contract_keys_come_first_and_in_order():
    """Clients of the old service find its fifteen keys, in its order, before any of ours."""
    assert list(record())[: len(CONTRACT_KEYS)] == CONTRACT_KEYS


def test_a_failed_session_says_so():
    """A session is written on failure too: no GLB, a non-zero return code, one error line an attempt."""
    result = record()["blender_result"]
    assert result["success"] is False
    assert result["returncode"] == 1
    assert result["glb_size"] == 0
    assert result["error_lines"] == ["IndexError: list index out of range"] * 2


def test_skip_validation_is_the_negation():
    """`skip_validation` is the negation of the result's `needs_validation`."""
    assert record()["skip_validation"] is False
