"""Who works on a run: a worker's name, and the process behind it, written where Prefect keeps it.

A worker signs the Pending state by which it takes a run, in the same call, so that no run is ever taken unsigned.
"""

import re
import socket
from dataclasses import dataclass
from typing import Self

import psutil

SAME_START_S = 2.0  # a process id is not given out again sooner, and clocks may be set a little
SIGNATURE = re.compile(r"^(?:Taken by )?(?P<name>.+)@(?P<host>[^@ ]+) process (?P<pid>\d+) since (?P<since>[\d.]+)$")


@dataclass(frozen=True)
class Claim:
    """A process on a host that works under a name; `since` is when it started, in seconds since 1970."""

    name: str
    host: str
    pid: int
    since: float

    @classmethod
    def of_this_process(cls, name: str) -> Self:
        """Return the claim of this process as worker `name`."""
        me = psutil.Process()
        return cls(name, socket.gethostname(), me.pid, me.create_time())

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """Return the claim that `text` is, signed or bare; None where it is none."""
        found = SIGNATURE.match(text or "")
        return cls(found["name"], found["host"], int(found["pid"]), float(found["since"])) if found else None

    def __str__(self) -> str:
        return f"{self.name}@{self.host} process {self.pid} since {self.since:.2f}"

    @property
    def signature(self) -> str:
        """The message of the state by which a worker takes a run."""
        return f"Taken by {self}"

    def is_succeeded_by(self, other: "Claim") -> bool:
        """Tell whether `other` is this worker's next life: same name, same host, and this process is gone."""
        return (self.name, self.host) == (other.name, other.host) and (self == other or not is_alive(self))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Claim):
            return NotImplemented
        same_process = (self.name, self.host, self.pid) == (other.name, other.host, other.pid)
        return same_process and abs(self.since - other.since) < SAME_START_S

    def __hash__(self) -> int:
        return hash((self.name, self.host, self.pid))


def is_alive(claim: Claim) -> bool:
    """Tell whether the process of `claim` runs here, and is no later one that has its number."""
    try:
        process = psutil.Process(claim.pid)
        gone = process.status() == psutil.STATUS_ZOMBIE
        return not gone and abs(process.create_time() - claim.since) < SAME_START_S
    except psutil.NoSuchProcess:
        return False
