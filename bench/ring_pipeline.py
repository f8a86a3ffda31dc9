"""From prompt to ring: the proof's speed, a first and a repeated run through the stack, and the whole demo."""

import asyncio
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
import trimesh

from bench.figures import Figures, figure
from blocks.blender import Blender
from deployments.catalog import BLENDER
from deployments.settings import StackSettings
from deployments.stack import Stack
from tasks.domain.rings.proof import prove
from tasks.domain.rings.reader import read_prompt
from tasks.domain.rings.script import write_script

PROMPT = "A vintage art deco ring with channel-set baguette diamonds"
HALO = "Oval sapphire with a diamond halo on a pavé band in platinum, size US {size}"
RUNS, PROOFS = 3, 5


async def figures() -> Figures:
    """Return the group's figures; the demo comes last, since it starts a stack of its own."""
    return {**await proof_speed(), **await through_the_stack(), **await demo()}


async def proof_speed() -> Figures:
    """Seconds to prove 100,000 triangles: on a ring with a halo and a pavé band, and on the same ring subdivided.

    The first has as many stones as triangles are few; the second is of the size that language models write.
    """
    outcome = await Blender().build(write_script(read_prompt(HALO.format(size=7))))
    if outcome.glb is None:
        raise SystemExit(f"the halo ring did not build: {outcome.error}")
    return {**proof_of(outcome.glb), **proof_of(subdivided(outcome.glb))}


def subdivided(glb: bytes) -> bytes:
    """Return the same ring with each triangle cut into four."""
    scene = trimesh.load_scene(io.BytesIO(glb), file_type="glb")
    for name, mesh in list(scene.geometry.items()):
        scene.geometry[name] = mesh.subdivide()
    return bytes(scene.export(file_type="glb"))


def proof_of(glb: bytes) -> Figures:
    """Return the median time per 100,000 triangles over `PROOFS` proofs."""
    triangles = prove(glb).triangles
    times_s = []
    for _ in range(PROOFS):
        start_s = time.perf_counter()
        prove(glb)
        times_s.append(time.perf_counter() - start_s)
    per_100k_s = statistics.median(times_s) * 100_000 / triangles
    return {f"proof per 100,000 triangles (of {triangles:,})": figure(per_100k_s, None, "s", PROOFS)}


async def through_the_stack() -> Figures:
    """Prompt to GLB over HTTP, first time and repeated: the repeated one finds its build and proof in the cache."""
    with (
        tempfile.TemporaryDirectory() as home,
        Stack(Path(home), StackSettings(ports="auto"), pools=[BLENDER]) as stack,
    ):
        async with httpx.AsyncClient(base_url=stack.parts.ring_url, timeout=120) as client:
            await made(client, HALO.format(size=5))  # the first run of a worker imports everything
            pairs = [(await made(client, prompt), await made(client, prompt)) for prompt in sizes()]
    first, again = zip(*pairs, strict=True)
    median = statistics.median
    return {
        "prompt → GLB over HTTP, repeated against first": figure(
            median(wall_s for wall_s, _ in again), median(wall_s for wall_s, _ in first), "s", RUNS
        ),
        "build and proof tasks, cached against first": figure(
            median(build_s for _, build_s in again), median(build_s for _, build_s in first), "s", RUNS
        ),
    }


def sizes() -> list[str]:
    """Return prompts that differ in the ring's size alone."""
    return [HALO.format(size=size) for size in range(6, 6 + RUNS)]


async def made(client: httpx.AsyncClient, prompt: str) -> tuple[float, float]:
    """Make a ring and return (wall seconds, seconds of its build and proof tasks)."""
    start_s = time.perf_counter()
    answer = await client.post("/run", json={"prompt": prompt, "llm_name": "offline"})
    answer.raise_for_status()
    timings_s = answer.json()["timings_s"]
    return time.perf_counter() - start_s, timings_s["build"] + timings_s["prove"]


async def demo() -> Figures:
    """Wall seconds of the demo command with everything installed."""
    with tempfile.TemporaryDirectory() as out:
        start_s = time.perf_counter()
        command = [sys.executable, "-m", "deployments", "demo", PROMPT, "--out", out]
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
        if await process.wait() != 0:
            raise SystemExit("the demo failed")
        return {"demo, everything installed": figure(time.perf_counter() - start_s, None, "s", 1)}
