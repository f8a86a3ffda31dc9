"""Flow runs and results as the native API shows them: pure mappings."""

from collections.abc import Callable
from typing import Any

from prefect.client.schemas.objects import FlowRun
from prefect.utilities.urls import url_for

from api.native.models import RunLinks, RunView
from api.states import native_word

PROGRESS, STEP, DETAIL = "atelier.progress", "atelier.step", "atelier.detail"
ARTIFACT = {"uri", "sha256", "media_type", "size"}


def run_view(run: FlowRun, pipeline: str, prefix: str) -> RunView:
    """Return `run` without an eta; `prefix` is where the API is mounted."""
    word = native_word(run.state)
    has_failed = word in ("failed", "crashed", "cancelled")
    return RunView(
        id=str(run.id),
        pipeline=pipeline,
        state=word,
        prefect_state=(run.state.name or "") if run.state else "",
        progress=100 if word == "completed" else progress_of(run),
        step=str(run.labels.get(STEP, "")),
        detail=str(run.labels.get(DETAIL, "")),
        error=(run.state.message or word) if run.state and has_failed else None,
        created_at=run.created,
        started_at=run.start_time,
        ended_at=run.end_time,
        tags=sorted(run.tags),
        links=run_links(str(run.id), prefix),
    )


def progress_of(run: FlowRun) -> int:
    """Return the percent in the run's labels, which anybody with Prefect's API may have written."""
    label = run.labels.get(PROGRESS, 0)
    return min(max(int(label), 0), 100) if isinstance(label, int | float) else 0


def run_links(run: str, prefix: str) -> RunLinks:
    """Return where to go on from run `run`."""
    own = f"{prefix}/runs/{run}"
    return RunLinks(
        self=own,
        events=f"{own}/events",
        result=f"{own}/result",
        cancel=f"{own}/cancel",
        retry=f"{own}/retry",
        prefect=url_for("flow-run", obj_id=run),
    )


def with_urls(value: Any, url: Callable[[str], str]) -> Any:
    """Return `value` with a `url` beside every reference to an artifact in it."""
    if isinstance(value, list):
        return [with_urls(item, url) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) >= ARTIFACT:
        return {**value, "url": url(value["uri"])}
    return {key: with_urls(item, url) for key, item in value.items()}
