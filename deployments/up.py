"""`up`: start the stack, show where everything is, and hold it until told to stop."""

import signal
import time
from types import FrameType

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from blocks.settings import settings
from deployments.processes import NotReady
from deployments.settings import StackSettings
from deployments.stack import AlreadyRunning, Stack

WATCH_S = 0.5
INTERRUPTED = 130  # what shells report for Ctrl-C


def up(pools: tuple[str, ...], port_base: int | None) -> int:
    """Run the stack in the foreground; 0 after an ordinary stop, 1 when it could not start or a part keeps dying."""
    console = Console(highlight=False)
    one_interrupt_only()
    try:
        stack = Stack(settings().home, stack_settings(port_base), pools=pools)
        start(stack, console)
        console.print("Ctrl-C stops it.")
    except (ValidationError, AlreadyRunning, NotReady) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    try:
        return hold(stack)
    finally:
        with console.status("stopping …"):
            stack.stop()


def one_interrupt_only() -> None:
    """Turn the first SIGINT, SIGTERM or SIGHUP into KeyboardInterrupt, and ignore the rest while things stop.

    Set even where a script's `&` had SIGINT ignored, so that such a stack can be stopped too.
    """
    stopping = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in stopping:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in stopping:
        signal.signal(number, interrupt)


def stack_settings(port_base: int | None) -> StackSettings:
    """Return the settings, with `port_base` where the command line names one."""
    return StackSettings() if port_base is None else StackSettings(port_base=port_base)


def start(stack: Stack, console: Console) -> None:
    """Start `stack` and say what it waits for."""
    began = time.monotonic()
    with console.status("starting …") as live:
        stack.start(
            tell=lambda part: live.update(f"starting … {part} is ready"),
            report=lambda line: console.print(line, style="yellow", markup=False),
        )
    console.print(addresses(stack))
    console.print(f"Ready after {time.monotonic() - began:.1f} s. Logs: {stack.home / 'logs'}")


def addresses(stack: Stack) -> Table:
    """Return the table of what answers where."""
    table = Table(box=None, show_header=False)
    ring = stack.parts.ring_url
    for what, url in {
        "Prefect": stack.parts.prefect_url,
        "Ring contract": ring,
        "Ring page": f"{ring}/test",
        "Agentic contract": stack.parts.agentic_url,
        "Try-on contract": stack.parts.tryon_url,
        "Try-on page": f"{stack.parts.tryon_url}/ui/tryon/",
        "RunPod contract": " and ".join(stack.parts.runpod_urls),
        "3D page": f"{stack.parts.api_url}/ring/ui/models3d/",
        "Image contracts": " and ".join(stack.parts.image_urls),
        "All contracts": f"{stack.parts.api_url}/docs",
    }.items():
        table.add_row(what, url)
    if stack.with_studio:
        table.add_row("Studio", stack.parts.studio_url)
    table.add_row("Workers", ", ".join(stack.pools))
    return table


def hold(stack: Stack) -> int:
    """Hold the stack until a signal comes (0) or one of its parts keeps dying (1), which has been reported by then."""
    try:
        while not stack.failure:
            time.sleep(WATCH_S)
    except KeyboardInterrupt:
        return 0
    return 1
