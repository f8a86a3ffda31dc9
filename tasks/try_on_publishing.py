"""Publish a try-on: its result document, and what Prefect's pages show of the run."""

import asyncio

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact

from blocks.artifacts import ArtifactStore
from flows.contracts import FidelityMetrics, TryOnPreprocessResult, TryOnResult
from tasks.current_run import current_run
from tasks.publishing import data_url, optional_report, write_result


@task(task_run_name="publish")
async def publish_try_on(result: TryOnPreprocessResult) -> None:
    """Write the result where clients read it, then a report and a picture for Prefect's pages."""
    store = ArtifactStore.from_settings()
    await write_result(result, store)
    with optional_report():
        await show_in_ui(result, store)


async def show_in_ui(result: TryOnPreprocessResult, store: ArtifactStore) -> None:
    """Create the run's Prefect artifacts, under keys of its own."""
    run_id = current_run().id
    report = acreate_markdown_artifact(report_of(result), key=f"report-{run_id}", description="The try-on")
    picture = result.flux if isinstance(result, TryOnResult) else result.resized
    if picture is None:
        await report
        return
    url = await data_url(picture, store)
    await asyncio.gather(report, acreate_image_artifact(url, key=f"picture-{run_id}", description="What came of it"))


def report_of(result: TryOnPreprocessResult) -> str:
    """Return the run's report in markdown: outcome, steps, fidelity, warnings."""
    failure = result.failure
    outcome = f"**Failed** in {failure.failed_step} ({failure.code}): {failure.message}" if failure else "Done."
    lines = ["# Try-on", outcome, _steps(result)]
    if isinstance(result, TryOnResult):
        measured = {"flux": result.flux_metrics, "gemini": result.gemini_metrics}
        lines += [_metrics(name, metrics) for name, metrics in measured.items() if metrics]
    lines += [f"- {warning}" for warning in result.warnings]
    return "\n\n".join(lines)


def _steps(result: TryOnPreprocessResult) -> str:
    rows = [
        f"| {step} | {result.engines.get(step, '')} | {seconds:.2f} |" for step, seconds in result.timings_s.items()
    ]
    return "\n".join(["| step | engine | seconds |", "| --- | --- | --- |", *rows])


def _metrics(name: str, metrics: FidelityMetrics) -> str:
    values = ", ".join(f"{field.replace('_', ' ')} {value:.3f}" for field, value in metrics)
    return f"Fidelity of {name}: {values}"
