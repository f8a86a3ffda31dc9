"""Small proofs and results for tests."""

from flows.contracts import BuildAttempt, RingResult
from tasks.domain.rings.report import RingProof


def proof(findings: int = 0) -> RingProof:
    """A proof with so many findings."""
    return RingProof.model_construct(findings=[f"finding {number}" for number in range(findings)], warnings=[])


def failed_result() -> RingResult:
    """A run whose two builds failed."""
    attempts = [
        BuildAttempt(
            attempt=number,
            success=False,
            code_length=9120,
            error_text="IndexError: list index out of range\n> 12 | verts[9]",
            timestamp="2026-01-01T00:00:40+00:00",
            verdict="failed",
        )
        for number in (1, 2)
    ]
    return RingResult(
        success=False,
        session_id="s_0a1b2c3d4e_1767225600",
        error="no ring after 2 attempt(s)",
        llm_used="claude",
        needs_validation=True,
        retry_log=attempts,
    )
