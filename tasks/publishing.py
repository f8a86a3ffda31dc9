"""What every pipeline's publishing shares: the result document, and what may be missing from Prefect's pages."""

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from PIL import Image
from prefect import get_run_logger
from pydantic import BaseModel

from blocks.artifacts import Artifact, ArtifactStore
from flows.contracts import CostSummary
from tasks.current_run import current_run

UI_PICTURE_PX = 640


async def write_result(result: BaseModel, store: ArtifactStore) -> None:
    """Write the run's result where clients read it."""
    await store.write_named(f"runs/{current_run().id}/result.json", result.model_dump_json().encode())


@contextmanager
def optional_report() -> Iterator[None]:
    """Let the run's pages lack their report, with a warning: a busy server must not take back what was delivered."""
    try:
        yield
    except httpx.HTTPError as error:
        get_run_logger().warning("the run's pages lack its report: %s", error)


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
