"""Publish a 3D run: its result document, and what Prefect's pages show of it."""

import asyncio

from prefect import task
from prefect.artifacts import acreate_image_artifact, acreate_markdown_artifact

from blocks.artifacts import ArtifactStore
from flows.contracts import ModelResult, RescaleResult
from tasks.current_run import current_run
from tasks.domain.meshes.proof import MeshProof
from tasks.publishing import data_url, optional_report, write_result


@task(task_run_name="publish")
async def publish_model(result: ModelResult | RescaleResult) -> None:
    """Write the result where clients read it, then a report and a picture for Prefect's pages."""
    store = ArtifactStore.from_settings()
    await write_result(result, store)
    with optional_report():
        await show_in_ui(result, store)


async def show_in_ui(result: ModelResult | RescaleResult, store: ArtifactStore) -> None:
    """Create the run's Prefect artifacts, under keys of its own."""
    run_id = current_run().id
    report = acreate_markdown_artifact(report_of(result), key=f"report-{run_id}", description="The model")
    if result.views is None:
        await report
        return
    url = await data_url(result.views, store)
    await asyncio.gather(report, acreate_image_artifact(url, key=f"views-{run_id}", description="Four views"))


def report_of(result: ModelResult | RescaleResult) -> str:
    """Return the run's report in markdown: outcome, proof, warnings, timings."""
    outcome = "Done." if result.success else f"**Failed** in {result.failed_step}: {result.error}"
    lines = ["# Model", outcome]
    if result.proof:
        lines.append(proof_table(result.proof))
    lines += [f"- {warning}" for warning in result.warnings]
    lines.append("\n".join(f"- {step}: {seconds:.2f} s" for step, seconds in result.timings_s.items()))
    return "\n\n".join(lines)


def proof_table(proof: MeshProof) -> str:
    """Return the proof as a markdown table."""
    wall = f"{proof.wall.thinnest_mm:.2f} mm (± {proof.wall.error_mm:.2f})" if proof.wall else "no inside"
    rows = {
        "printable": "yes" if proof.printable else "no: " + "; ".join(proof.reasons),
        "extents": " × ".join(f"{length:.2f}" for length in proof.extents_mm) + " mm",
        "watertight, manifold": f"{proof.watertight}, {proof.manifold}",
        "bodies": proof.bodies,
        "volume": f"{proof.volume_mm3:.1f} mm³",
        "thinnest wall": wall,
        "overhang": f"{proof.overhang_share:.0%} of the area",
        "triangles": proof.triangles,
    }
    return "\n".join(
        ["| what | measured |", "| --- | --- |", *(f"| {what} | {value} |" for what, value in rows.items())]
    )
