"""Publish a ring: the session and result documents, and what the Prefect UI shows of the run."""

import asyncio
import json
from datetime import UTC, datetime

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact, acreate_table_artifact

from blocks.artifacts import ArtifactStore
from flows.contracts import RingRequest, RingResult
from tasks.current_run import current_run
from tasks.domain.prompts import prompt_version
from tasks.domain.rings.session import session_record
from tasks.domain.rings.summary import markdown_report
from tasks.publishing import cost_rows, data_url, optional_report, write_result


@task(task_run_name="publish {result.session_id}")
async def publish(request: RingRequest, result: RingResult) -> None:
    """Write the session and the result where clients read them, then the report, picture and costs for the UI."""
    store = ArtifactStore.from_settings()
    code = (await store.read(result.script)).decode() if result.script else ""
    record = session_record(
        result=result.model_dump(mode="json"),
        prompt=request.prompt,
        code=code,
        reference=request.reference.model_dump() if request.reference else None,
        metadata=request.metadata,
        prompt_version=prompt_version(),
        created=datetime.now(UTC).isoformat(),
    )
    await store.write_named(f"sessions/{result.session_id}/session.json", json.dumps(record).encode())
    await write_result(result, store)
    with optional_report():
        await show_in_ui(request, result, store)


async def show_in_ui(request: RingRequest, result: RingResult, store: ArtifactStore) -> None:
    """Create the run's Prefect artifacts; their keys carry the run's id, so that runs do not share a history."""
    run_id = current_run().id
    await asyncio.gather(
        acreate_markdown_artifact(report_of(request, result), key=f"report-{run_id}", description="The ring"),
        acreate_table_artifact(cost_rows(result.cost_summary), key=f"cost-{run_id}", description="What it cost"),
    )
    if "hero" in result.previews:
        url = await data_url(result.previews["hero"], store)
        await acreate_image_artifact(url, key=f"hero-{run_id}", description="Studio picture")


def report_of(request: RingRequest, result: RingResult) -> str:
    """Return the run's report in markdown: outcome, proof, choices, rounds."""
    title = request.prompt.strip() or "After a reference picture"
    outcome = "Made" if result.success else f"**Not made**: {result.error}"
    lines = [f"# {title}", f"{outcome} by `{result.llm_used}` in {len(result.retry_log)} round(s)."]
    if result.proof:
        lines.append(markdown_report(result.proof))
    lines += _listed("Chosen where the prompt was open", result.assumptions)
    lines += _listed("Asked for and not honoured", result.not_honoured)
    lines += _listed("Warnings", result.warnings)
    lines += _listed("Rounds", [f"{a.attempt}: {a.verdict} ({a.cost_usd:.4f} USD)" for a in result.retry_log])
    return "\n\n".join(lines)


def _listed(heading: str, entries: list[str]) -> list[str]:
    return [f"## {heading}", "\n".join(f"- {entry}" for entry in entries)] if entries else []
