"""What the demos' clients of a contract share: the connection, a live bar, and what a refusal says."""

import os

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

POLL_S = 0.3
TIMEOUT_S = 60


def connected(url: str, key_variable: str) -> httpx.Client:
    """Return a client of the contract at `url`; it sends the key that the environment has in `key_variable`."""
    key = os.environ.get(key_variable, "")
    return httpx.Client(base_url=url, timeout=TIMEOUT_S, headers={"X-API-Key": key} if key else {})


def live_bar(console: Console) -> Progress:
    """Return a bar with percent, time and a description of what goes on."""
    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    return Progress(*columns, TextColumn("{task.description}"), console=console)


def detail(answer: httpx.Response) -> str:
    """Return what a refusal says of itself."""
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    return str(answer.json().get("detail", "")) if is_json else answer.text[:500]
