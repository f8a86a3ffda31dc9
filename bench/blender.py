"""Figures of running scripts: warm beside cold and beside `blender -b`, throughput, and what the wall costs."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bench.figures import Figure, Figures, figure, side_by_side
from blocks.blender import Blender, start_server
from blocks.blender.client import SERVER
from blocks.settings import settings

TURNS = 9
JOBS = 24
SCRIPT = """
import bpy, bmesh

def build():
    for number, radius in enumerate((0.009, 0.010)):
        bm = bmesh.new()
        bmesh.ops.create_uvsphere(bm, u_segments=96, v_segments=48, radius=radius)
        mesh = bpy.data.meshes.new(f"part_{number}")
        bm.to_mesh(mesh)
        part = bpy.data.objects.new(f"part_{number}", mesh)
        bpy.context.scene.collection.objects.link(part)
        part.modifiers.new("bevel", "BEVEL").width = 0.0001
"""
EXPORT = "\nbuild()\nbpy.ops.export_scene.gltf(filepath={path!r}, export_format='GLB', export_apply=True)\n"
# Takes the wall on in a fork of a process that has bpy, as a job does, and prints the median milliseconds.
LOCK = """
import os, statistics, sys, time
sys.path.insert(0, {runtime!r})
import lockdown
from pathlib import Path
import bpy
lockdown.missing()
lockdown.runtime_files()
limits = lockdown.Limits(timeout_s=60, memory_mb=4096, output_mb=64)
def cost_ms():
    read, write = os.pipe()
    if not os.fork():
        started = time.perf_counter()
        lockdown.lock(limits, lockdown.runtime_files(), [Path("/dev/null")])
        os.write(write, str((time.perf_counter() - started) * 1000).encode())
        os._exit(0)
    os.wait()
    return float(os.read(read, 100))
print(statistics.median(cost_ms() for _ in range({turns})))
"""


async def figures() -> Figures:
    """Measure on a server of our own, in one run."""
    python = settings().blender_python
    with tempfile.TemporaryDirectory(prefix="atelier-") as folder:
        server = start_server(Path(folder) / "b.sock", python=python)
        try:
            warm = Blender(python=python, socket=Path(folder) / "b.sock")
            cold = Blender(python=python, socket=None)
            found = {"script to GLB, warm / cold": await _beside(warm, lambda: _built(cold))}
            executable = settings().blender_executable or shutil.which("blender")
            if executable:
                plain = Path(folder) / "plain.py"
                plain.write_text(SCRIPT + EXPORT.format(path=str(Path(folder) / "plain.glb")))
                peer = "script to GLB, warm / blender -b"
                found[peer] = await _beside(warm, lambda: _plain_blender(Path(executable), plain))
            found |= await _throughput(warm)
        finally:
            server.terminate()
            server.wait()
    ours_ms = _lock_ms(python)
    warm_ms = found["script to GLB, warm / cold"]["ours"] * 1000
    return found | {"lockdown per job / warm job": figure(ours_ms, warm_ms, "ms", TURNS)}


async def _beside(warm: Blender, peer: Callable[[], Awaitable[object]]) -> Figure:
    ours_s, peer_s = await side_by_side(lambda: _built(warm), peer, TURNS)
    return figure(ours_s, peer_s, "s", TURNS)


async def _built(blender: Blender) -> None:
    outcome = await blender.build(SCRIPT)
    if not outcome.ok:
        raise RuntimeError(f"the bench's own script failed: {outcome.error}")


async def _plain_blender(executable: Path, script: Path) -> None:
    arguments = ["--background", "--factory-startup", "-noaudio", "--python-exit-code", "1", "--python", str(script)]
    process = await asyncio.create_subprocess_exec(executable, *arguments, stdout=subprocess.DEVNULL)
    if await process.wait():
        raise RuntimeError(f"{executable} failed on the bench's own script")


async def _throughput(warm: Blender) -> Figures:
    """Return jobs a second with two workers beside one."""
    one, two = await _jobs_per_s(warm, 1), await _jobs_per_s(warm, 2)
    return {"jobs a second, 2 workers / 1": figure(two, one, "jobs/s", JOBS)}


async def _jobs_per_s(warm: Blender, workers: int) -> float:
    turn = asyncio.Semaphore(workers)

    async def job() -> None:
        async with turn:
            await _built(warm)

    started = time.perf_counter()
    await asyncio.gather(*(job() for _ in range(JOBS)))
    return JOBS / (time.perf_counter() - started)


def _lock_ms(python: Path) -> float:
    code = LOCK.format(runtime=str(SERVER.parent), turns=TURNS)
    done = subprocess.run([str(python), "-I", "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])
