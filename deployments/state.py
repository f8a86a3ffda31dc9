"""Whose a home directory is: a lock while a stack has it, and the record of a running one, by which it is found."""

import fcntl
from pathlib import Path
from typing import IO, Self

import psutil
from pydantic import BaseModel, ValidationError


class StackState(BaseModel):
    """Where a stack listens, and which processes are its own."""

    pid: int
    started: float = 0.0
    prefect_url: str
    api_url: str | None = None
    ring_url: str | None = None
    agentic_url: str | None = None
    tryon_url: str | None = None
    runpod_urls: list[str] = []  # of the image and the model worker
    image_urls: list[str] = []  # Dual Gen, JSON-from-Image, Create-JSON
    studio_url: str | None = None
    pools: list[str] = []
    logs: Path
    processes: dict[str, int] = {}
    restarts: dict[str, int] = {}

    @property
    def prefect_api_url(self) -> str:
        """Where Prefect's REST API answers."""
        return f"{self.prefect_url}/api"

    def alive(self) -> bool:
        """Tell whether the process that wrote this still runs, and is no later one with its number."""
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started) < 1
        except psutil.NoSuchProcess:
            return False

    @classmethod
    def of_this_process(cls, **facts: object) -> Self:
        """Return the record of a stack that this process runs."""
        me = psutil.Process()
        return cls.model_validate({"pid": me.pid, "started": me.create_time(), **facts})


def path_of(home: Path) -> Path:
    """Return where the stack of `home` keeps its record."""
    return home / "run" / "stack.json"


def running_stack(home: Path) -> StackState | None:
    """Return the record of the stack that runs in `home`, if one does."""
    try:
        state = StackState.model_validate_json(path_of(home).read_text())
    except (FileNotFoundError, ValidationError):
        return None
    return state if state.alive() else None


def write(home: Path, state: StackState) -> None:
    """Publish `state`, whole or not at all."""
    path = path_of(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{state.pid}")
    draft.write_text(state.model_dump_json(indent=2))
    draft.replace(path)


def remove(home: Path) -> None:
    """Forget the stack of `home`; whose it was has the lock."""
    path_of(home).unlink(missing_ok=True)


def lock(home: Path) -> IO[bytes] | None:
    """Take `home` for a stack until what is returned is closed, or its process ends; None when another has it.

    The record alone would not do: it is written once the stack is ready, and another may be started before.
    """
    path = path_of(home).with_suffix(".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    held = path.open("ab")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.close()
        return None
    return held
