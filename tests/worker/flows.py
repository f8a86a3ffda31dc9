"""Flows that the worker's tests run, deployed by path; each shows one thing that a worker must do right."""

import asyncio
import os
import random
import subprocess
import sys
from pathlib import Path

from prefect import State, flow, task
from prefect.client.schemas.objects import FlowRun
from prefect.events import emit_event
from prefect.flow_runs import suspend_flow_run
from prefect.runtime import flow_run


@flow
async def plain(x: int = 1) -> int:
    """Parameters come in, a result goes out."""
    return x + 1


@flow
async def notes(folder: str, lines: list[str]) -> None:
    """Write what the test asks for, the names of environment variables or facts about the process; emit an event."""
    emit_event("atelier.noted", resource={"prefect.resource.id": f"atelier.note.{flow_run.id}"})
    facts = {"pid": os.getpid(), "group": os.getpgid(0), "session": os.getsid(0), "chance": random.random()}
    (Path(folder) / str(flow_run.id)).write_text("\n".join(str(facts.get(k, os.environ.get(k))) for k in lines))


def tidy(flow: object, flow_run: FlowRun, state: State) -> None:
    """Leave a sign that the hook ran, and in which state."""
    (Path(flow_run.parameters["folder"]) / f"{flow_run.id}.hook").write_text(state.type.value)


@flow(on_cancellation=[tidy])
async def hold(folder: str) -> None:
    """Start a process in a session of its own, say so, and stay."""
    command = [sys.executable, "-c", "import time; time.sleep(600)"]
    stray = subprocess.Popen(command, start_new_session=True)
    (Path(folder) / f"{flow_run.id}.{flow_run.run_count}").write_text(f"{os.getpid()} {stray.pid}")
    if not (Path(folder) / "go").exists():
        await asyncio.sleep(600)
    stray.kill()


@flow
async def until_told(folder: str) -> None:
    """Say that it is there, and stay until the test says go."""
    (Path(folder) / f"{flow_run.id}.{flow_run.run_count}").touch()
    while not (Path(folder) / "go").exists():
        await asyncio.sleep(0.05)


@flow(on_crashed=[tidy])
async def crash(folder: str) -> None:
    """End as no flow should."""
    os._exit(13)


@flow(retries=1)
async def fail_once() -> None:
    """Fail at the first start, be right at the second."""
    if flow_run.run_count == 1:
        raise RuntimeError("first time")


@flow(timeout_seconds=0.5)
async def too_slow() -> None:
    """Take longer than is allowed."""
    await asyncio.sleep(600)


@flow
async def wait_for_word() -> str:
    """Be suspended, which ends the process, and go on in another."""
    await suspend_flow_run(timeout=600)
    return "went on"


@task
async def half(x: int) -> int:
    """Do a part."""
    return x // 2


@flow
async def inner(x: int) -> int:
    """Be a part."""
    return await half(x)


@flow
async def outer(x: int = 8) -> int:
    """Consist of parts."""
    return await inner(x) + await inner(x)


@flow
async def alone(folder: str) -> None:
    """Be the only one of its kind at a time: leave a mark while there, and fail where another's is."""
    mark = Path(folder) / "mark"
    mark.touch(exist_ok=False)
    await asyncio.sleep(0.3)
    mark.unlink()
