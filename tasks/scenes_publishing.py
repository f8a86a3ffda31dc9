"""Publish a scene: its result document, and what Prefect's pages show of the run."""

import asyncio

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from blocks.artifacts import Artifact, ArtifactStore
from flows.contracts import AnalyzeResult
from tasks.current_run import current_run
from tasks.publishing import data_url, optional_report, write_result


@task(task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
async def publish_scene(result: AnalyzeResult, photo: Artifact | None) -> None:
    """Write the result where clients read it, then a report and the photo for Prefect's pages."""
    store = ArtifactStore.from_settings()
    await write_result(result, store)
    with optional_report():
        await show_in_ui(result, photo, store)


async def show_in_ui(result: AnalyzeResult, photo: Artifact | None, store: ArtifactStore) -> None:
    """Create the run's Prefect artifacts, under keys of its own."""
    run_id = current_run().id
    report = acreate_markdown_artifact(report_of(result), key=f"report-{run_id}", description="The scene")
    if photo is None:
        await report
        return
    url = await data_url(photo, store)
    await asyncio.gather(report, acreate_image_artifact(url, key=f"photo-{run_id}", description="The photo"))


def report_of(result: AnalyzeResult) -> str:
    """Return the run's report in markdown: who described the scene, the scene as JSON, warnings."""
    if result.scene is None:
        return f"# Scene\n\n**Not described**: {result.error}"
    by = f"Described by `{result.model_id}`." if result.source == "llm" else "Measured, without a model."
    scene = f"```json\n{result.scene.model_dump_json(indent=2, exclude={'analysis'})}\n```"
    return "\n\n".join(["# Scene", by, scene, *(f"- {warning}" for warning in result.warnings)])
