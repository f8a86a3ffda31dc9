"""The rounds of making a ring: what a run has so far, one try, one mending, and the result of it all."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flows.contracts import Artifact, BuildAttempt, CostSummary, RingRequest, RingResult
from tasks.current_run import current_run
from tasks.domain.errors import AtelierError, InvalidInput, ScriptFailed
from tasks.domain.rings import rounds
from tasks.domain.rings.report import RingProof
from tasks.domain.rings.summary import spatial_report
from tasks.progress import Progress
from tasks.ring_design import can_mend, mend, run_costs
from tasks.rings import Build, Draft, build, preview_px, prove_ring, render


@dataclass
class Piece:
    """A built and proved ring, and the draft that it came from."""

    draft: Draft
    build: Build
    proof: RingProof


@dataclass
class Making:
    """What a run has so far."""

    request: RingRequest
    session_id: str
    progress: Progress
    llm: str = ""
    draft: Draft | None = None
    best: Piece | None = None
    log: list[BuildAttempt] = field(default_factory=list)
    previews: dict[str, Artifact] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    timings_s: dict[str, float] = field(default_factory=dict)
    started_s: float = field(default_factory=time.perf_counter)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Add the seconds of the block to `step`."""
        start_s = time.perf_counter()
        try:
            yield
        finally:
            self.timings_s[step] = round(self.timings_s.get(step, 0.0) + time.perf_counter() - start_s, 3)

    def log_round(self, attempt: int, draft: Draft, *, success: bool, text: str, verdict: str) -> None:
        """Add one round to the retry log."""
        self.log.append(
            BuildAttempt(
                attempt=attempt,
                success=success,
                code_length=draft.code_length,
                error_text=text[: rounds.ERROR_TEXT_LIMIT],
                timestamp=datetime.now(UTC).isoformat(),
                verdict=verdict,
                cost_usd=draft.cost_usd,
            )
        )

    def why_nothing(self) -> str:
        """Say why there is no ring: the last build's first line, and what stopped further attempts."""
        last = self.log[-1].error_text.splitlines()[0] if self.log and self.log[-1].error_text else "no build was made"
        return "; ".join([f"no ring after {len(self.log)} attempt(s): {last}", *self.warnings])


def start(request: RingRequest, progress: Progress) -> Making:
    """Open a making under the request's session id, or one made from the run, the same when the run is resumed."""
    return Making(request, request.session_id or _session_of_run(), progress)


def _session_of_run() -> str:
    """Return s_<10 hex>_<unix time of creation>, the form that the contract's session ids have."""
    run = current_run()
    created_s = int(run.created.timestamp()) if run.created else 0  # a run that the server knows has been created
    return f"s_{run.id.hex[-10:]}_{created_s}"


async def tried(making: Making, draft: Draft, attempt: int) -> str:
    """Build and prove `draft`; return what is to be mended, empty when the ring is sound."""
    max_builds = making.request.max_builds
    percent = rounds.attempt_percent(attempt, max_builds)
    making.progress.report(percent, "build", f"blender attempt {attempt} of {max_builds}")
    try:
        with making.timed("build"):
            built = await build(draft.script, attempt)
        with making.timed("prove"):
            proof = await prove_ring(built.glb, attempt)
    except ScriptFailed as failure:
        text = rounds.error_text(failure)
        verdict = "timed out" if failure.timed_out else "failed"
        making.log_round(attempt, draft, success=False, text=text, verdict=verdict)
        return text
    except InvalidInput as refusal:  # the proof refuses a GLB that breaks its rules, whatever the script said
        making.log_round(attempt, draft, success=False, text=str(refusal), verdict="not a sound GLB")
        return str(refusal)

    if rounds.is_better(proof, making.best.proof if making.best else None):
        making.best = Piece(draft, built, proof)
    text = rounds.findings_text(proof)
    making.log_round(attempt, draft, success=True, text=text, verdict=rounds.verdict(proof))
    return text


async def mended(making: Making, draft: Draft, problem: str, attempt: int) -> bool:
    """Replace the draft by a mended one; False when nobody can mend it, and the warnings say why."""
    if not can_mend(making.llm):
        return False
    percent = rounds.attempt_percent(attempt, making.request.max_builds)
    making.progress.report(percent, "fix", f"{making.llm} mends attempt {attempt}")
    history = [f"attempt {entry.attempt}: {entry.verdict}" for entry in making.log]
    try:
        with making.timed("fix"):
            making.draft = await mend(making.llm, making.request, draft, problem, history, attempt)
    except AtelierError as failure:
        making.warnings.append(f"no further attempt was made: {failure}")
        return False
    return True


async def preview(making: Making) -> None:
    """Render the pictures that were asked for; a ring without its picture is still a ring, and a warning says so."""
    asked = making.request.previews
    if asked == "none" or making.best is None:
        return
    making.progress.report(rounds.PREVIEW_PERCENT, "preview", f"rendering {asked}")
    try:
        with making.timed("preview"):
            making.previews = await render(making.best.build.glb, asked, preview_px(asked))
    except AtelierError as failure:
        making.warnings.append(f"no picture was made: {failure}")


async def result_of(making: Making, error: str | None) -> RingResult:
    """Gather what the client gets, on success and on failure alike."""
    piece = making.best
    draft = piece.draft if piece else making.draft
    proof = piece.proof if piece else None
    llm = making.llm or making.request.model
    making.timings_s["total"] = round(time.perf_counter() - making.started_s, 3)
    return RingResult(
        success=piece is not None and error is None,
        session_id=making.session_id,
        error=error,
        llm_used=llm,
        model_id=draft.model_id if draft else "",
        needs_validation=rounds.needs_validation(llm),
        glb=piece.build.glb if piece else None,
        script=draft.script if draft else None,
        previews=making.previews,
        modules=draft.modules if draft else [],
        spec=draft.spec if draft else None,
        proof=proof,
        spatial_report=spatial_report(proof) if proof else "",
        retry_log=making.log,
        cost_summary=CostSummary.of(await run_costs()),
        timings_s=making.timings_s,
        blender_elapsed_s=piece.build.elapsed_s if piece else 0.0,
        assumptions=draft.assumptions if draft else [],
        not_honoured=draft.not_honoured if draft else [],
        warnings=making.warnings + (proof.warnings if proof else []),
    )
