"""Publish concepts: their result document, and what Prefect's pages show of the run."""

import asyncio

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact, acreate_table_artifact

from blocks.artifacts import ArtifactStore
from flows.contracts import ConceptsResult
from tasks.current_run import current_run
from tasks.publishing import cost_rows, data_url, optional_report, write_result


@task(task_run_name="publish")
async def publish_concepts(result: ConceptsResult) -> None:
    """Write the result where clients read it, then a report, the costs and the pictures for Prefect's pages."""
    store = ArtifactStore.from_settings()
    await write_result(result, store)
    with optional_report():
        await show_in_ui(result, store)


async def show_in_ui(result: ConceptsResult, store: ArtifactStore) -> None:
    """Create the run's Prefect artifacts, under keys of its own."""
    run_id = current_run().id
    await asyncio.gather(
        acreate_markdown_artifact(report_of(result), key=f"report-{run_id}", description="The concepts"),
        acreate_table_artifact(cost_rows(result.cost_summary), key=f"cost-{run_id}", description="What they cost"),
    )
    for number, concept in enumerate(result.concepts, start=1):
        url = await data_url(concept, store)
        await acreate_image_artifact(url, key=f"concept-{number}-{run_id}", description=f"Concept {number}")


def report_of(result: ConceptsResult) -> str:
    """Return the run's report in markdown: outcome, who drew what, warnings."""
    outcome = f"{len(result.concepts)} drawn" if result.success else f"**Not drawn**: {result.error}"
    lines = ["# Concepts", f"{outcome} by {result.provider or 'nobody'} (`{result.model_id or 'no model'}`)."]
    lines += [f"> {result.prompt}"] if result.prompt else []
    return "\n\n".join([*lines, *(f"- {warning}" for warning in result.warnings)])
