"""The worker's side of the zygote: start it, ask it for processes, hear of their ends, replace it when it must be."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import psutil
from prefect.logging import get_logger

from deployments.worker.claims import SAME_START_S
from deployments.worker.groups import signal_group
from deployments.worker.sources import CHECKOUT

MODULE = "deployments.worker.zygote_main"
SPARABLE = ("flows.", "deployments.worker.warm_up")  # what a zygote can do without
TRIES = 5  # of one spawn, while zygotes die or code changes under our hands
LINE_BYTES = 1 << 16
LOST = None  # the status of a process whose zygote died with it

logger = get_logger("atelier.zygote")


class ZygoteDied(RuntimeError):
    """The zygote ended before it answered; nothing of the request is left running."""


@dataclass
class RunProcess:
    """A forked process; `ended` gives its exit status, a signal's number below zero, or LOST."""

    pid: int
    since: float
    ended: asyncio.Future[int | None]

    def signal(self, number: int) -> None:
        """Send `number` to the process and its group, unless it has ended."""
        if not self.ended.done():
            signal_group(self.pid, number)

    async def stop(self, grace_s: float) -> None:
        """End the process and all of its descendants, politely for `grace_s` (0: not at all)."""
        if self.ended.done():
            return
        family = await asyncio.to_thread(descendants, self.pid, self.since)
        if grace_s:
            self.signal(signal.SIGTERM)
            await asyncio.wait({self.ended}, timeout=grace_s)
        self.signal(signal.SIGKILL)
        for relative in family:  # those that left the group; psutil kills no later owner of the number
            if relative.is_running():
                relative.kill()
        await asyncio.wait({self.ended})


def descendants(pid: int, since: float) -> list[psutil.Process]:
    """Return all processes below `pid`, if it is still the process that began at `since`."""
    try:
        process = psutil.Process(pid)
        ours = abs(process.create_time() - since) < SAME_START_S
        return process.children(recursive=True) if ours else []
    except psutil.NoSuchProcess:
        return []


@dataclass
class Zygote:
    """One zygote process. `ready` is done when it can fork, `gone` when it has ended."""

    process: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ready: asyncio.Future[None]
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    importing: str = ""
    retired: bool = False
    hookless: set[str] = field(default_factory=set)
    asked: dict[str, asyncio.Future[RunProcess | None]] = field(default_factory=dict)
    running: dict[int, RunProcess] = field(default_factory=dict)
    numbers: count = field(default_factory=count)
    hearing: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, left_out: set[str]) -> "Zygote":
        """Start a zygote that does not import the modules in `left_out`; it is not ready yet."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        with theirs:
            process = subprocess.Popen(
                [sys.executable, "-m", MODULE, str(theirs.fileno()), *sorted(left_out)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=CHECKOUT,
                start_new_session=True,  # a terminal's Ctrl-C is for the worker, which then decides
            )
        reader, writer = await asyncio.open_unix_connection(sock=ours, limit=LINE_BYTES)
        zygote = cls(process, reader, writer, asyncio.get_running_loop().create_future())
        zygote.hearing = asyncio.create_task(zygote._hear())
        return zygote

    @property
    def usable(self) -> bool:
        """Whether it forks, or will."""
        return not self.retired and not self.gone.is_set()

    async def spawn(self, request: dict[str, Any]) -> RunProcess | None:
        """Return the process that was forked for `request`; None if the code has changed since it was imported.

        Raises ZygoteDied.
        """
        number = str(next(self.numbers))
        answer = self.asked[number] = asyncio.get_running_loop().create_future()
        if self.gone.is_set():
            raise ZygoteDied(f"zygote {self.process.pid} has ended")
        self._say(request | {"id": number})
        return await answer

    def retire(self) -> None:
        """Let it end once its processes have."""
        if not self.retired:
            self.retired = True
            self._say({"retire": True})

    async def stop(self) -> None:
        """End it, and every process that is left of it."""
        self.writer.close()
        await self.gone.wait()

    def _say(self, message: dict[str, Any]) -> None:
        self.writer.write(json.dumps(message).encode() + b"\n")

    async def _hear(self) -> None:
        """Take messages until the zygote ends, then settle everything that waits for it."""
        try:
            while line := await self.reader.readline():
                self._take(json.loads(line))
        except ConnectionResetError:
            logger.debug("zygote %s broke the connection", self.process.pid)
        self.process.kill()  # whoever closed the connection is no zygote any more
        await asyncio.to_thread(self.process.wait)
        self._bury()

    def _take(self, message: dict[str, Any]) -> None:
        if "importing" in message:
            self.importing = message["importing"]
        elif "ready" in message:
            self.hookless = set(message["hookless"])
            self.ready.set_result(None)
        elif "started" in message:
            ended = asyncio.get_running_loop().create_future()
            process = self.running[message["pid"]] = RunProcess(message["pid"], message["since"], ended)
            self.asked.pop(message["started"]).set_result(process)
        elif "stale" in message:
            self.asked.pop(message["stale"]).set_result(None)
        else:
            self.running.pop(message["ended"]).ended.set_result(message["status"])

    def _bury(self) -> None:
        """The kernel killed its processes with it; what they had started is killed here."""
        self.gone.set()
        died = ZygoteDied(f"zygote {self.process.pid} ended with status {self.process.returncode}")
        for process in self.running.values():
            process.signal(signal.SIGKILL)
            process.ended.set_result(LOST)
        for answer in self.asked.values():
            answer.set_exception(died)
        if not self.ready.done():
            self.ready.set_exception(died)
            self.ready.exception()  # looked at, so that nobody is told of an exception that nobody waited for
        self.running.clear()
        self.asked.clear()


class Nursery:
    """Always has a zygote that knows the code of today."""

    def __init__(self) -> None:
        self.zygotes: list[Zygote] = []
        self._starting = asyncio.Lock()

    async def warm(self) -> Zygote:
        """Return a zygote that is ready to fork.

        Raises ZygoteDied when Prefect itself cannot be imported.
        """
        async with self._starting:
            self.zygotes = [zygote for zygote in self.zygotes if not zygote.gone.is_set()]
            current = next((zygote for zygote in self.zygotes if zygote.usable), None)
            zygote = current or await self._begin(set())
            left_out: set[str] = set()
            while not await self._is_ready(zygote):
                if not zygote.importing.startswith(SPARABLE) or zygote.importing in left_out:
                    raise ZygoteDied(f"the zygote ended while it imported {zygote.importing or 'its own modules'}")
                logger.warning("%s cannot be imported ahead; its runs will say why", zygote.importing)
                left_out.add(zygote.importing)
                zygote = await self._begin(left_out)
            return zygote

    async def spawn(self, request: dict[str, Any]) -> RunProcess:
        """Return a process forked for `request` from code that is up to date.

        Raises ZygoteDied when zygotes keep dying.
        """
        for _ in range(TRIES):
            zygote = await self.warm()
            try:
                process = await zygote.spawn(request)
            except ZygoteDied as death:
                logger.warning("%s; starting another", death)
                continue
            if process is not None:
                return process
            logger.info("the code has changed: zygote %s is replaced", zygote.process.pid)
            zygote.retire()
        raise ZygoteDied(f"no zygote lived to fork in {TRIES} tries")

    def has_no_hooks(self, entrypoint: str | None) -> bool:
        """Tell whether the flow at `entrypoint` is known to have no hooks for cancelled and crashed runs."""
        return any(entrypoint in zygote.hookless for zygote in self.zygotes if zygote.usable)

    async def stop(self) -> None:
        """End every zygote, and every process that is left."""
        await asyncio.gather(*(zygote.stop() for zygote in self.zygotes))

    async def _begin(self, left_out: set[str]) -> Zygote:
        zygote = await Zygote.start(left_out)
        self.zygotes.append(zygote)
        return zygote

    async def _is_ready(self, zygote: Zygote) -> bool:
        await asyncio.wait({zygote.ready})
        return zygote.ready.exception() is None
