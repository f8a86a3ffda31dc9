"""Work that never returns to the event loop ends at its deadline."""

import itertools
import signal

import pytest

from tasks.deadline import deadline
from tasks.domain.errors import InvalidInput


def test_endless_work_is_refused():
    """A loop without end raises InvalidInput that names the field, and the alarm is off afterwards."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(InvalidInput, match=r"glb: could not be worked through within 0.05 s"), deadline(0.05, "glb"):
        sum(1 for _ in itertools.repeat(None))
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_work_in_time_is_left_alone():
    """Work that ends in time gives its result and leaves no alarm behind."""
    with deadline(5, "glb"):
        total = sum(range(1000))
    assert total == 499500
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
