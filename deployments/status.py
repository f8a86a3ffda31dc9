"""`status`: what runs, where, and how much work waits."""

import httpx
from rich.console import Console
from rich.table import Table

from blocks.settings import settings
from deployments import probes
from deployments.state import StackState, running_stack

NOT_RUNNING = 3  # what `systemctl status` and the LSB say


def status() -> int:
    """Print the state of the stack in the home directory; 0 when all of it answers, 1 when not, 3 when none runs."""
    console = Console(highlight=False)
    stack = running_stack(settings().home)
    if stack is None:
        console.print(f"No stack runs in {settings().home}. Start one: python -m deployments up")
        return NOT_RUNNING
    answering = _answering(stack)
    console.print(_urls(answering))
    if not answering["Prefect", stack.prefect_url]:
        return 1
    online = {pool: probes.workers_online(stack.prefect_api_url, pool) for pool in stack.pools}
    console.print(_pools(stack, online))
    for part, times in stack.restarts.items():
        console.print(
            f"{part} died and was started again, {times} time(s); see {stack.logs / part}.log", style="yellow"
        )
    console.print(f"Process {stack.pid}; logs in {stack.logs}")
    return 0 if all(answering.values()) and all(online.values()) else 1


def _answering(stack: StackState) -> dict[tuple[str, str], bool]:
    probed = {("Prefect", stack.prefect_url): f"{stack.prefect_api_url}/health"}
    if stack.ring_url and stack.agentic_url and stack.tryon_url and stack.api_url:
        probed["Ring contract", stack.ring_url] = f"{stack.ring_url}/health"
        probed["Agentic contract", stack.agentic_url] = f"{stack.agentic_url}/health"
        probed["Try-on contract", stack.tryon_url] = f"{stack.tryon_url}/health"
        probed["All contracts", stack.api_url] = f"{stack.api_url}/health"
    if stack.studio_url:
        probed["Studio", stack.studio_url] = f"{stack.studio_url}/health"
    return {part: probes.answers(url) for part, url in probed.items()}


def _urls(answering: dict[tuple[str, str], bool]) -> Table:
    table = Table(box=None, show_header=False)
    for (part, url), answers in answering.items():
        table.add_row(part, url, "[green]answers[/green]" if answers else "[red]silent[/red]")
    return table


def _pools(stack: StackState, online: dict[str, list[str]]) -> Table:
    table = Table("pool", "workers", "waiting", "running", box=None)
    for pool, workers in online.items():
        waiting = _count(stack, pool, ["SCHEDULED", "PENDING"])
        running = _count(stack, pool, ["RUNNING", "CANCELLING"])
        table.add_row(pool, ", ".join(workers) or "[red]none[/red]", str(waiting), str(running))
    return table


def _count(stack: StackState, pool: str, types: list[str]) -> int:
    """Return how many runs of the pool are in one of the state `types`."""
    wanted = {"work_pools": {"name": {"any_": [pool]}}, "flow_runs": {"state": {"type": {"any_": types}}}}
    answer = httpx.post(f"{stack.prefect_api_url}/flow_runs/count", json=wanted, timeout=probes.TIMEOUT_S)
    return int(answer.raise_for_status().json())
