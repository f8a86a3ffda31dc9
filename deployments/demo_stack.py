"""The stack that a demo talks to: the one that runs in the home directory, or one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from blocks.settings import settings
from deployments.background import start_in_background
from deployments.settings import StackSettings
from deployments.stack import Stack
from deployments.state import StackState, running_stack
from deployments.up import start


@contextmanager
def stack_with(pool: str, console: Console, *, keep: bool) -> Iterator[StackState]:
    """Yield where a stack with a worker for `pool` answers, for as long as it is needed; `keep` leaves it up.

    A stack without such a worker is not used: one of its own cannot be started in the same home directory, so
    AlreadyRunning says what to do.
    """
    running = running_stack(settings().home)
    if running is not None and running.api_url and pool in running.pools:
        console.print(f"Using the stack that runs already (process {running.pid}).")
        yield running
        return
    if keep and running is None:
        with console.status("starting …"):
            state = start_in_background((pool,))
        yield state
        pages = f"{state.ring_url}/test, {state.tryon_url} and {state.prefect_url}"
        console.print(f"The stack stays up: {pages}", soft_wrap=True)
        console.print("Stop it with: python -m deployments down")
        return
    stack = Stack(settings().home, StackSettings(ports="auto"), pools=[pool])
    start(stack, console)
    try:
        yield stack.record()
    finally:
        with console.status("stopping …"):
            stack.stop()
