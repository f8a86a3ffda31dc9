"""Start a part of the stack again when it died, and give up on one that keeps dying."""

import threading
import time
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence

from deployments.processes import Process

WATCH_S = 0.2
WINDOW_S = 60.0
LONGEST_WAIT_S = 8.0


class Supervisor:
    """Watches `processes` from a thread of its own, between `start` and `stop`.

    The first death of a part within a minute is answered at once, later ones after 1, 2, 4 … seconds; the
    `max_deaths`th ends the watch with a `failure`. `tell` hears one line for each death and one for the failure.
    """

    def __init__(self, processes: Sequence[Process], *, max_deaths: int, tell: Callable[[str], None]) -> None:
        self.failure = ""
        self.restarts: Counter[str] = Counter()
        self._processes = processes
        self._max_deaths = max_deaths
        self._tell = tell
        self._deaths: defaultdict[str, deque[float]] = defaultdict(deque)
        self._due: dict[str, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Start nothing any more; returns when that is certain."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _watch(self) -> None:
        while not self.failure and not self._stopping.wait(WATCH_S):
            for process in self._processes:
                if not process.running():
                    self._answer(process, time.monotonic())

    def _answer(self, process: Process, now_s: float) -> None:
        """Take note of a death that is new; start the part again when its time has come."""
        if process.name not in self._due:
            self._note(process, now_s)
        elif now_s >= self._due[process.name]:
            del self._due[process.name]
            process.start()
            self.restarts[process.name] += 1
            self._tell(f"{process.name} ended ({process.last_end}) and was started again")

    def _note(self, process: Process, now_s: float) -> None:
        deaths = self._deaths[process.name]
        deaths.append(now_s)
        while deaths[0] < now_s - WINDOW_S:
            deaths.popleft()
        if len(deaths) >= self._max_deaths:
            times = f"{len(deaths)} time(s) within {WINDOW_S:.0f} s"
            self.failure = f"{process.name} ended {times} ({process.how_it_ended()}):\n{process.log_tail()}"
            self._tell(self.failure)
            return
        self._due[process.name] = now_s + backoff_s(len(deaths))


def backoff_s(deaths: int) -> float:
    """Return how long to wait after this many deaths within a minute: 0, 1, 2, 4, 8, 8 …"""
    return 0.0 if deaths < 2 else min(2.0 ** (deaths - 2), LONGEST_WAIT_S)
