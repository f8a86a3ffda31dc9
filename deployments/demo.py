"""`demo`: one ring from a prompt through the whole house, over HTTP, with everything to look at afterwards."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from deployments.catalog import BLENDER
from deployments.demo_stack import stack_with
from deployments.processes import NotReady
from deployments.ring_client import RingClient, RingFailed
from deployments.stack import AlreadyRunning
from deployments.summary import ring_summary
from deployments.up import INTERRUPTED, one_interrupt_only


def demo(prompt: str, out: Path, *, model: str | None = None, keep: bool = False) -> int:
    """Make one ring into `out` (ring.glb, hero.png, report.json); 0 when there is one, 1 with the reason when not.

    Uses the stack of the home directory; else starts one on free ports, and stops it unless it is to `keep` it.
    """
    console = Console(highlight=False)
    one_interrupt_only()
    try:
        with stack_with(BLENDER, console, keep=keep) as stack:
            make_ring(RingClient(str(stack.ring_url), console), prompt, model, out, console)
    except (AlreadyRunning, NotReady, RingFailed, httpx.HTTPError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def make_ring(client: RingClient, prompt: str, model: str | None, out: Path, console: Console) -> None:
    """Run one job and write what came of it.

    Raises:
        RingFailed: the job failed; report.json tells more.
    """
    began = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    for stale in ("ring.glb", "hero.png", "report.json"):
        (out / stale).unlink(missing_ok=True)
    job = client.submit({"prompt": prompt, "previews": "hero"} | ({"llm_name": model} if model else {}))
    answer = client.follow(job)
    result: dict[str, Any] | None = answer.get("result")
    report = {"prompt": prompt, "wall_s": round(time.monotonic() - began, 2), **answer}
    (out / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False))
    if answer["status"] != "succeeded" or result is None:
        raise RingFailed(f"no ring: {answer.get('error') or answer['status']} (see {out / 'report.json'})")
    client.download(f"/sessions/{result['session_id']}/model.glb", out / "ring.glb")
    client.download(result["previews"]["hero"], out / "hero.png")
    console.print(ring_summary(result, report["wall_s"], out))
