"""The nightly ring proof's rows: judge a run's ring, keep the night, and show it beside the last."""

from datetime import UTC, datetime

from prefect import get_run_logger, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from pydantic import ValidationError

from blocks.artifacts import ArtifactNotFound, ArtifactStore
from flows.contracts import ProofRow, RingProofReport, RingResult
from tasks.domain.rings.nights import Made, changes
from tasks.domain.rings.promises import failings

DOCUMENT = "nightly/ring-proof.json"
REASON_LENGTH = 300


def row_of(prompt: str, seconds: float, state: State, result: RingResult | None) -> ProofRow:
    """Judge what came of `prompt`: by its proof when there is a ring, or else by what the run said."""
    return ProofRow(
        prompt=prompt,
        valid=not (broken := _broken(state, result)),
        failings=broken,
        seconds=round(seconds, 3),
        cost_usd=result.cost_summary.total_usd if result else 0.0,
        run_id=str(state.state_details.flow_run_id or ""),
        made_at=datetime.now(UTC),
    )


def _broken(state: State, result: RingResult | None) -> list[str]:
    if result is None or result.proof is None or result.spec is None:
        return [(state.message or f"the run is {state.name}")[:REASON_LENGTH]]
    return failings(result.proof, result.spec.inner_diameter_mm)


async def result_of(state: State) -> RingResult | None:
    """Return the result document of the run that ended in `state`, None when it left none."""
    name = f"runs/{state.state_details.flow_run_id}/result.json"
    try:
        return RingResult.model_validate_json(await ArtifactStore.from_settings().read_named(name))
    except ArtifactNotFound:
        return None


async def last_rows() -> list[ProofRow]:
    """Return what was kept last; nothing the first time, or when that cannot be read."""
    try:
        content = await ArtifactStore.from_settings().read_named(DOCUMENT)
        return RingProofReport.model_validate_json(content).rows
    except ArtifactNotFound:
        return []
    except ValidationError as error:
        get_run_logger().warning("%s is not readable, so this night is compared with none: %s", DOCUMENT, error)
        return []


def report_of(rows: list[ProofRow], before: list[ProofRow]) -> RingProofReport:
    """Compare the rows with what the same prompts gave before."""
    found = changes(_made(rows), _made(before))
    return RingProofReport(
        made_at=datetime.now(UTC),
        rows=rows,
        new_failures=found.new_failures,
        fixed=found.fixed,
        slower=found.slower,
    )


def _made(rows: list[ProofRow]) -> dict[str, Made]:
    return {row.prompt: Made(row.valid, row.seconds) for row in rows}


@task(task_run_name="keep the night", cache_policy=NO_CACHE)
async def keep(report: RingProofReport, before: list[ProofRow], *, whole_list: bool) -> None:
    """Keep the report for the next night, show it as a table, and tell of rings that broke.

    A part of the list replaces only its own rows, so that a try-out does not blind the next night.
    """
    now = {row.prompt for row in report.rows}
    others = [] if whole_list else [row for row in before if row.prompt not in now]
    kept = report.model_copy(update={"rows": report.rows + others})
    await ArtifactStore.from_settings().write_named(DOCUMENT, kept.model_dump_json().encode())
    await acreate_table_artifact(table(report, before), key="ring-proof", description=summary(report))
    if report.new_failures:
        get_run_logger().error("rings that were sound last time and are not now: %s", report.new_failures)
        resource = {"prefect.resource.id": "atelier.ring-proof", "prefect.resource.name": "nightly ring proof"}
        emit_event("atelier.ring-proof.regressed", resource=resource, payload={"prompts": report.new_failures})


def table(report: RingProofReport, before: list[ProofRow]) -> list[dict[str, str | float]]:
    """Return one row per prompt, with last time's seconds and what changed."""
    seconds_before = {row.prompt: row.seconds for row in before}
    news = {
        **dict.fromkeys(report.slower, "slower"),
        **dict.fromkeys(report.fixed, "fixed"),
        **dict.fromkeys(report.new_failures, "new failure"),
    }
    return [
        {
            "prompt": row.prompt,
            "valid": "yes" if row.valid else "no: " + ", ".join(row.failings),
            "seconds": row.seconds,
            "last time": seconds_before.get(row.prompt, "–"),
            "USD": row.cost_usd,
            "news": news.get(row.prompt, ""),
        }
        for row in report.rows
    ]


def summary(report: RingProofReport) -> str:
    """Return the night in one line."""
    sound = sum(row.valid for row in report.rows)
    seconds, usd = sum(row.seconds for row in report.rows), sum(row.cost_usd for row in report.rows)
    return (
        f"{sound} of {len(report.rows)} rings sound, {seconds:.0f} s, {usd:.2f} USD; new failures: "
        f"{len(report.new_failures)}, fixed: {len(report.fixed)}, slower: {len(report.slower)}"
    )
