"""A figure: what we measured, beside a peer, with its ratio; printed as a table and kept as JSON."""

import json
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypedDict

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent / "results"


class Figure(TypedDict):
    """`ratio` is ours / peer; None where there is no peer to measure beside."""

    ours: float
    peer: float | None
    ratio: float | None
    unit: str
    n: int


Figures = dict[str, Figure]


def figure(ours: float, peer: float | None, unit: str, n: int) -> Figure:
    """Return a figure with its ratio."""
    ratio = round(ours / peer, 3) if peer else None
    return {
        "ours": round(ours, 4),
        "peer": None if peer is None else round(peer, 4),
        "ratio": ratio,
        "unit": unit,
        "n": n,
    }


async def seconds_of(call: Callable[[], Awaitable[object]]) -> float:
    """Return how many seconds `call` took."""
    start_s = time.perf_counter()
    await call()
    return time.perf_counter() - start_s


async def side_by_side(
    ours: Callable[[], Awaitable[object]], peer: Callable[[], Awaitable[object]], n: int
) -> tuple[float, float]:
    """Return both medians in seconds over `n` turns taken alternately, so that a drifting machine is fair to both."""
    pairs = [(await seconds_of(ours), await seconds_of(peer)) for _ in range(n)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def show(group: str, figures: Figures, console: Console) -> None:
    """Print the table of a group."""
    table = Table("figure", "ours", "peer", "ratio", "unit", "n", title=group)
    for name, entry in figures.items():
        peer = "–" if entry["peer"] is None else f"{entry['peer']:.3f}"
        ratio = "–" if entry["ratio"] is None else f"{entry['ratio']:.2f}×"
        table.add_row(name, f"{entry['ours']:.3f}", peer, ratio, entry["unit"], str(entry["n"]))
    console.print(table)


def keep(group: str, figures: Figures) -> Path:
    """Write bench/results/<group>.json and return its path."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{group}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    return path
