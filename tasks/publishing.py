"""Publish a ring: the session and result documents, and what the Prefect UI shows of the run."""

import asyncio
import base64
import io
import json
from datetime import UTC, datetime

import httpx
from PIL import Image
from prefect import get_run_logger, task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact, acreate_table_artifact

from blocks.artifacts import Artifact, ArtifactStore
from flows.contracts import CostSummary, RingRequest, RingResult
from tasks.current_run import current_run
from tasks.domain.prompts import prompt_version
from tasks.domain.rings.session import session_record
from tasks.domain.rings.summary import markdown_report

UI_PICTURE_PX = 640


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
    await store.write_named(f"runs/{current_run().id}/result.json", result.model_dump_json().encode())
    try:
        await show_in_ui(request, result, store)
    except httpx.HTTPError as error:  # a busy server must not take back a ring that its client can already fetch
        get_run_logger().warning("the run's pages lack its report: %s", error)


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


def cost_rows(costs: CostSummary) -> list[dict[str, str | int | float]]:
    """Return one row per billed call and a last row with the total."""
    rows: list[dict[str, str | int | float]] = [
        {
            "call": call.purpose + (" (failed)" if call.failed else ""),
            "model": call.model,
            "input tokens": call.input_tokens,
            "of them cached": call.cached_input_tokens,
            "output tokens": call.output_tokens,
            "of them thinking": call.thinking_tokens,
            "USD": call.cost_usd,
        }
        for call in costs.details
    ]
    total: dict[str, str | int | float] = {
        "call": "total",
        "input tokens": costs.total_input_tokens,
        "output tokens": costs.total_output_tokens,
    }
    return [*rows, {**total, "USD": costs.total_usd}]


async def data_url(picture: Artifact, store: ArtifactStore) -> str:
    """Return `picture` as a small JPEG data URL: the UI shows it without the API and it never expires."""
    image = Image.open(io.BytesIO(await store.read(picture))).convert("RGB")
    image.thumbnail((UI_PICTURE_PX, UI_PICTURE_PX))
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.getvalue()).decode()
