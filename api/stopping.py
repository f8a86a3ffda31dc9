"""Whether this process is being stopped: what it has begun it ends, and new work it refuses."""

from threading import Event

_asked_to_stop = Event()


def stop_taking_work() -> None:
    """From now on refuse new work; the process ends soon."""
    _asked_to_stop.set()


def is_stopping() -> bool:
    """Tell whether the process was asked to stop."""
    return _asked_to_stop.is_set()
