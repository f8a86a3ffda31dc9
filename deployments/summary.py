"""A ring's result as a table for the terminal."""

from collections import Counter
from pathlib import Path
from typing import Any

from rich.table import Table


def ring_summary(result: dict[str, Any], wall_s: float, out: Path) -> Table:
    """Return what a customer would ask first: size, weight, stones; then cost, time and where to look."""
    table = Table(box=None, show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    rows = {**_ring(result["proof"]), **_making(result, wall_s), "Run": result["prefect_run_url"], "Files": str(out)}
    for what, value in rows.items():
        table.add_row(what, value or "–")
    return table


def _ring(proof: dict[str, Any]) -> dict[str, str]:
    finger = proof["finger"]
    return {
        "Size": f"US {finger['us']:g}, UK {finger['uk']}, EU {finger['iso']:.1f}, JP {finger['jp']}"
        f" (inner diameter {finger['inner_diameter_mm']:.2f} mm)"
        if finger
        else "no finger hole found",
        "Metal": _metal(proof),
        "Stones": _stones(proof["stones"], proof["total_carats"]),
        "Geometry": f"{len(proof['parts'])} parts, {proof['triangles']:,} triangles",
        "Findings": "; ".join(proof["findings"]) or "none",
    }


def _metal(proof: dict[str, Any]) -> str:
    weights, alloy = proof["weights_g"], proof["alloy"]
    chosen = {alloy: weights[alloy]} if alloy in weights else weights
    return ", ".join(f"{weight:.2f} g in {name}" for name, weight in chosen.items())


def _stones(stones: list[dict[str, Any]], total_carats: float) -> str:
    counts = Counter(stone["stone"] for stone in stones)
    return ", ".join(f"{count} {stone}" for stone, count in counts.items()) + f" ({total_carats:.2f} ct in all)"


def _making(result: dict[str, Any], wall_s: float) -> dict[str, str]:
    cost, timings = result["cost_summary"], result["timings_s"]
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in timings.items())
    return {
        "Designer": result["model_id"] or result["llm_used"],
        "Cost": f"{cost['total_usd']:.4f} USD in {cost['calls']} calls",
        "Time": f"{wall_s:.1f} s" + (f" ({steps})" if steps else ""),
        "Not honoured": "; ".join(result["not_honoured"]) or "nothing",
    }
