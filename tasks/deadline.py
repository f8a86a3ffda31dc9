"""A deadline for work that gives nothing back to the event loop, so that a hostile file cannot hold a run for ever."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from tasks.domain.errors import InvalidInput


@contextmanager
def deadline(seconds: float, field: str) -> Iterator[None]:
    """Raise InvalidInput naming `field` when the block takes longer than `seconds`. Only in the main thread."""

    def too_late(_signal: int, _frame: FrameType | None) -> None:
        raise InvalidInput(field, f"could not be worked through within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
