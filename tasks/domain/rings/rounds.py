"""The arithmetic and the words of the fix loop: progress, error texts, and which round's ring to keep."""

from tasks.domain.errors import ScriptFailed
from tasks.domain.rings.report import RingProof

ERROR_TEXT_LIMIT = 3000  # characters kept in the retry log, as the contract says
START_PERCENT, DESIGNED_PERCENT, PREVIEW_PERCENT, PUBLISH_PERCENT = 5, 18, 82, 95


def attempt_percent(attempt: int, max_builds: int) -> int:
    """Progress when attempt `attempt` (from 1) of `max_builds` begins: 20 + 60·(k−1)/n, rounded down."""
    return 20 + int(60 * (attempt - 1) / max_builds)


def error_text(failure: ScriptFailed) -> str:
    """Everything that a fix needs about a failed build, most telling first."""
    where = f"at line {failure.line} of the script" if failure.line else ""
    facts = "\n".join(f"- {fact}" for fact in failure.facts)
    parts = [
        f"{failure.message} {where}".strip(),
        failure.excerpt,
        facts and f"In this Blender:\n{facts}",
        failure.log_tail[-1500:],
    ]
    return "\n\n".join(part for part in parts if part)[:ERROR_TEXT_LIMIT]


def findings_text(proof: RingProof) -> str:
    """What the proof wants mended, one finding a line."""
    return "\n".join(f"- {finding}" for finding in proof.findings)


def verdict(proof: RingProof) -> str:
    """One line about a built ring for the retry log."""
    return "built and sound" if proof.sound else f"built, with {len(proof.findings)} finding(s)"


def is_better(proof: RingProof, than: RingProof | None) -> bool:
    """Fewer findings win; a later round wins a tie, since it answers the earlier one's findings."""
    return than is None or len(proof.findings) <= len(than.findings)


def needs_validation(llm_name: str) -> bool:
    """The replaced service's rule, literally: False for names with 'opus' in them, True for all others."""
    return "opus" not in llm_name.lower()
