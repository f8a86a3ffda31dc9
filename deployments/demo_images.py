"""`demo-images`: an idea becomes rounds of pictures on every endpoint, and a photo is described and imagined anew."""

import io
import json
import time
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from rich.console import Console
from rich.table import Table

from blocks.settings import CHECKOUT
from deployments.catalog import CPU
from deployments.demo_stack import stack_with
from deployments.image_client import ImageClient, ImagesFailed
from deployments.processes import NotReady
from deployments.stack import AlreadyRunning
from deployments.up import INTERRUPTED, one_interrupt_only
from tasks.domain.images.contact_sheet import Tile, as_png, contact_sheet

SAMPLE = CHECKOUT / "api" / "console" / "samples" / "ring.jpg"
CONCEPT = "an heirloom ring with an emerald, and where it was last worn"
ROUNDS, SEED = 3, 7
TILE_PX = 420
FILES = ("contact-sheet.png", "photo.jpg", "scene.json", "reimagined.png", "report.json")


def demo_images(concept: str, photo: Path, out: Path, *, keep: bool = False) -> int:
    """Make FILES in `out`; 0 when they are there, 1 with the reason when not."""
    console = Console(highlight=False)
    one_interrupt_only()
    try:
        data = photo.read_bytes()
        with stack_with(CPU, console, keep=keep) as stack:
            dual_gen_url, json_from_image_url, _ = stack.image_urls
            imagine(ImageClient(dual_gen_url, json_from_image_url, console), concept, data, out, console)
    except (AlreadyRunning, NotReady, ImagesFailed, OSError, httpx.HTTPError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def imagine(client: ImageClient, concept: str, photo: bytes, out: Path, console: Console) -> None:
    """Have prompts about `concept` written and drawn, then `photo` described and drawn, and write what came of it.

    Raises:
        ImagesFailed: a job or the analysis was refused or failed.
    """
    out.mkdir(parents=True, exist_ok=True)
    for stale in FILES:
        (out / stale).unlink(missing_ok=True)
    began_s = time.monotonic()
    wish = {"prompt": concept, "random": True, "prompt_mode": "different", "count": ROUNDS, "seed": SEED}
    job = client.generate(wish | {"vary_seed": True})
    rounds_s = round(time.monotonic() - began_s, 2)
    (out / "contact-sheet.png").write_bytes(sheet_of(client, job))
    scene = client.analyze(photo)
    again = client.send(scene)
    _keep_as_jpeg(photo, out / "photo.jpg")
    (out / "scene.json").write_text(json.dumps(scene, indent=2, ensure_ascii=False))
    (out / "reimagined.png").write_bytes(sheet_of(client, again, photo))
    report = {"rounds_s": rounds_s, "wall_s": round(time.monotonic() - began_s, 2), "job": job, "reimagined": again}
    (out / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False))
    console.print(summary(job, scene, report, out))


def sheet_of(client: ImageClient, job: dict[str, Any], photo: bytes | None = None) -> bytes:
    """Return a PNG with a row per round and a column per endpoint, and `photo` before them."""
    first = [Tile(photo, "the photo")] if photo else []
    rows = [[*first, *(tile_of(client, image) for image in done["images"])] for done in job["results"]]
    return as_png(contact_sheet(rows, tile_px=TILE_PX))


def tile_of(client: ImageClient, image: dict[str, Any]) -> Tile:
    """Return an endpoint's picture with its prompt, or what went wrong."""
    name = image["endpoint"]["name"]
    if not image["success"]:
        return Tile(None, f"{name}: {image['error']}")
    return Tile(client.picture(image), f"{name}: {image['prompt_used']}")


def _keep_as_jpeg(photo: bytes, target: Path) -> None:
    Image.open(io.BytesIO(photo)).convert("RGB").save(target, "JPEG", quality=90)


def summary(job: dict[str, Any], scene: dict[str, Any], report: dict[str, Any], out: Path) -> Table:
    """Return what a customer would ask first: who wrote and drew, what was seen, how long, where to look."""
    images = [image for done in job["results"] for image in done["images"]]
    drawn = [image for image in images if image["success"]]
    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for what, value in {
        "Pictures": f"{len(drawn)} of {len(images)}, in {len(job['results'])} rounds, {report['rounds_s']} s",
        "Drawn by": ", ".join(sorted({str(image["stats"].get("engine", "?")) for image in drawn})),
        "Prompts by": job["llm_status"]["source"],
        "The photo": scene["scene"],
        "Described by": scene["analysis"]["by"],
        "Time": f"{report['wall_s']} s",
        "Files": str(out),
    }.items():
        table.add_row(what, str(value) or "–")
    return table
