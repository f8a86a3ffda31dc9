"""`demo-3d`: a picture of a piece becomes a mesh, and that a print of 40 mm, over HTTP, with all there is to see."""

import base64
import json
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from blocks.settings import CHECKOUT
from deployments.catalog import GPU
from deployments.demo_stack import stack_with
from deployments.native_client import NativeClient, RunFailed
from deployments.processes import NotReady
from deployments.stack import AlreadyRunning
from deployments.up import INTERRUPTED, one_interrupt_only

SAMPLE = CHECKOUT / "api" / "console" / "samples" / "concept.jpg"
SIZE_MM = 40.0  # of the longest side
FILES = ("model.glb", "model.stl", "model.3mf", "views.png", "proof.json")


def demo_models3d(picture: Path, out: Path, *, keep: bool = False) -> int:
    """Make FILES in `out`; 0 when they are there, 1 with the reason when not."""
    console = Console(highlight=False)
    one_interrupt_only()
    try:
        data = picture.read_bytes()
        with stack_with(GPU, console, keep=keep) as stack:
            build(NativeClient(str(stack.api_url), console), data, out, console)
    except (AlreadyRunning, NotReady, RunFailed, OSError, httpx.HTTPError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def build(client: NativeClient, picture: bytes, out: Path, console: Console) -> None:
    """Make a model of `picture`, bring its longest side to SIZE_MM, and write what came of it.

    Raises:
        RunFailed: one of the two runs was refused or failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    for stale in FILES:
        (out / stale).unlink(missing_ok=True)
    began_s = time.monotonic()
    model = client.run("model3d", {"picture": {"base64": base64.b64encode(picture).decode()}})
    made = client.run("rescale3d", {"model": reference(model["model"]), "scale_factor": SIZE_MM / 1000})
    wall_s = round(time.monotonic() - began_s, 2)
    files = {"model.glb": made["model"], "views.png": made["views"]}
    for name, artifact in (files | {f"model.{kind}": file for kind, file in made["files"].items()}).items():
        client.download(artifact, out / name)
    proof = {"wall_s": wall_s, "engine": model["engine"], "cleaning": model["cleaning"], "proof": made["proof"]}
    (out / "proof.json").write_text(json.dumps(proof, indent=2, ensure_ascii=False))
    console.print(summary(model, made, wall_s, out))


def reference(artifact: dict[str, Any]) -> dict[str, Any]:
    """Return what a request says of an artifact that a result had."""
    return {name: artifact[name] for name in ("uri", "sha256", "media_type", "size")}


def summary(model: dict[str, Any], made: dict[str, Any], wall_s: float, out: Path) -> Table:
    """Return what a customer would ask first: how large, whether it prints, made by what, how long, where to look."""
    proof = made["proof"]
    wall = proof["wall"]
    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for what, value in {
        "Size": " × ".join(f"{length:.1f}" for length in proof["extents_mm"]) + " mm",
        "Printable": "yes" if proof["printable"] else "no: " + "; ".join(proof["reasons"]),
        "Mesh": f"{proof['triangles']} triangles, watertight: {proof['watertight']}, {proof['volume_mm3']:.0f} mm³",
        "Thinnest wall": f"{wall['thinnest_mm']:.2f} mm" if wall else "no inside",
        "Engine": model["engine"],
        "Warnings": "; ".join([*model["warnings"], *made["warnings"]]),
        "Time": f"{wall_s:.1f} s",
        "Files": str(out),
    }.items():
        table.add_row(what, value or "–")
    return table
