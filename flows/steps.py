"""The steps of a run: what goes on is reported, and how long each took is kept."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from tasks.progress import Progress


@dataclass
class Steps:
    """Reports a step when it begins, at its `percent` of the run, and times it in the run's result."""

    percent: Mapping[str, int]
    progress: Progress
    timings_s: dict[str, float]
    current: str = ""
    _began_s: float = field(default_factory=time.perf_counter)

    @contextmanager
    def at(self, step: str, detail: str = "", *, percent: int | None = None) -> Iterator[None]:
        """Do the work of `step` inside the block; what fails in it fails there. `percent` is of steps without one."""
        self.current = step
        self.progress.report(self.percent[step] if percent is None else percent, step, detail)
        start_s = time.perf_counter()
        try:
            yield
        finally:
            self.timings_s[step] = round(time.perf_counter() - start_s, 3)

    def time_all(self) -> None:
        """Note how long everything took so far."""
        self.timings_s["total"] = round(time.perf_counter() - self._began_s, 3)
