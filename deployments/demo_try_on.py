"""`demo-tryon`: a photo of jewelry and some clicks become pictures of it worn, over HTTP, with all there is to see."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from blocks.settings import CHECKOUT
from deployments.catalog import CPU
from deployments.demo_stack import stack_with
from deployments.processes import NotReady
from deployments.stack import AlreadyRunning
from deployments.try_on_client import TryOnClient, TryOnFailed
from deployments.up import INTERRUPTED, one_interrupt_only

SAMPLE = CHECKOUT / "api" / "console" / "samples" / "necklace.jpg"
FILES = {
    "photo.jpg": "processedImageUri",
    "mask.png": "finalMaskUri",
    "flux.jpg": "fluxResultUri",
    "gemini.jpg": "geminiResultUri",
    "fidelity.jpg": "fluxFidelityVizUri",
    "fidelity-gemini.jpg": "geminiFidelityVizUri",
}


def demo_try_on(photo: Path, out: Path, *, keep: bool = False) -> int:
    """Make the pictures of FILES and report.json in `out`; 0 when there are some, 1 with the reason when not.

    The clicks lie beside the photo, in a JSON file of its name: the fields of the contract's `/workflow/start`.
    """
    console = Console(highlight=False)
    one_interrupt_only()
    try:
        request = json.loads(photo.with_suffix(".json").read_text())
        with stack_with(CPU, console, keep=keep) as stack:
            put_on(TryOnClient(str(stack.tryon_url), console), photo.read_bytes(), request, out, console)
    except (AlreadyRunning, NotReady, TryOnFailed, OSError, ValueError, httpx.HTTPError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def put_on(client: TryOnClient, photo: bytes, request: dict[str, Any], out: Path, console: Console) -> None:
    """Run one workflow and write what came of it.

    Raises:
        TryOnFailed: it was refused, or a step failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    for stale in (*FILES, "report.json"):
        (out / stale).unlink(missing_ok=True)
    began = time.monotonic()
    result = client.follow(client.start(photo, request))["result"]
    wall_s = round(time.monotonic() - began, 2)
    for name, data in client.fetch({name: result[field] for name, field in FILES.items()}).items():
        (out / name).write_bytes(data)
    (out / "report.json").write_text(json.dumps({"wall_s": wall_s, **result}, indent=2, ensure_ascii=False))
    console.print(summary(result, wall_s, out))


def summary(result: dict[str, Any], wall_s: float, out: Path) -> Table:
    """Return what a customer would ask first: how faithful, made by what, how long, where to look."""
    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for what, value in {
        "Fidelity": _metrics(result["fluxMetrics"]),
        "Second variant": _metrics(result["geminiMetrics"]),
        "Background": "removed for the mask" if result["backgroundRemoved"] else "left as it was",
        "Engines": ", ".join(f"{step}: {engine}" for step, engine in result["engines"].items()),
        "Warnings": "; ".join(result["warnings"]),
        "Time": f"{wall_s:.1f} s",
        "Files": str(out),
    }.items():
        table.add_row(what, value or "–")
    return table


def _metrics(metrics: dict[str, float] | None) -> str:
    if metrics is None:
        return ""
    names = ("precision", "recall", "iou", "growthRatio")
    return ", ".join(f"{name} {metrics[name]:.3f}" for name in names)
