"""Runs hostile scripts with no wall at all, each in a fork and a throwaway folder: proof that they would work.

python control.py JOBS.json RESULTS.json      (under Blender's Python)
"""

import contextlib
import json
import os
import signal
import sys
import time
import types
from typing import Any

import bpy

AT_ONCE = 4
LOG_BYTES = 4 << 20  # a script that printed more than this has flooded
HELD = {"script": "canary-of-another-job"}  # a server that kept jobs in its memory


def start(job: dict[str, Any]) -> int:
    """Fork a process that runs the job's script in its folder."""
    child = os.fork()
    if child:
        return child
    os.setpgrp()
    os.chdir(job["folder"])
    log = os.open("log", os.O_CREAT | os.O_WRONLY)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.dup2(log, 100)  # something left open
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module
    try:
        exec(compile(job["script"], "script.py", "exec"), module.__dict__)
    finally:
        sys.stdout.flush()
        os._exit(0)


def finish(child: int, deadline: float, folder: str) -> bool:
    """Wait for `child` until its deadline or a flood, end its group, and tell whether it was still alive."""
    alive = True
    while alive and time.monotonic() < deadline and os.path.getsize(f"{folder}/log") < LOG_BYTES:
        time.sleep(0.01)
        alive = not os.waitpid(child, os.WNOHANG)[0]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if alive:
        os.waitpid(child, 0)
    return alive


def main() -> None:
    """Run every job and write its log, and whether it outlived its deadline."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    with open(sys.argv[1]) as file:
        jobs = json.load(file)
    results = {}
    for first in range(0, len(jobs), AT_ONCE):
        batch = jobs[first : first + AT_ONCE]
        for job in batch:
            for name in ("log", "ring.glb"):
                open(f"{job['folder']}/{name}", "w").close()
        started = time.monotonic()
        children = [start(job) for job in batch]
        for job, child in zip(batch, children, strict=True):
            alive = finish(child, started + job["deadline_s"], job["folder"])
            with open(f"{job['folder']}/log", errors="replace") as log:
                results[job["name"]] = {"alive": alive, "log": log.read()[-2000:]}
    with open(sys.argv[2], "w") as file:
        json.dump(results, file)


main()
