"""Measure and print: `python -m bench [GROUP …]`; no group means all of them."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from rich.console import Console

from bench.figures import Figures, keep, show


async def ring() -> Figures:
    """Blender, the proof, the designer, the whole way from prompt to GLB, and the demo."""
    from bench import blender, designer, ring_pipeline

    return {**await blender.figures(), **await designer.figures(), **await ring_pipeline.figures()}


async def engine() -> Figures:
    """Trigger to result: latency, bursts, cancelling, memory, the shim and a long history, beside Prefect's own."""
    from bench.engine.suite import figures

    return await figures()


async def tryon() -> Figures:
    """Segmentation on seven pictures; whole try-ons beside the same services called in plain sequence."""
    from bench.try_on import segmentation, workflows

    return {**segmentation.figures(), **await workflows.figures()}


async def models3d() -> Figures:
    """Cleaning beside trimesh alone; pictures to models, print sizes, and /runsync beside RunPod's own server."""
    from bench.models3d import cleaning, runs

    return {**cleaning.figures(), **await runs.figures()}


async def images() -> Figures:
    """Jobs on endpoints that take a known time: overhead per round, a full queue, fifty pages that poll."""
    from bench.images import jobs

    return await jobs.figures()


GROUPS: dict[str, Callable[[], Coroutine[Any, Any, Figures]]] = {
    "ring": ring,
    "engine": engine,
    "tryon": tryon,
    "models3d": models3d,
    "images": images,
}


def main() -> None:
    """Run the groups that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], help=", ".join(GROUPS))
    console = Console(width=110)
    for group in parser.parse_args().groups or GROUPS:
        figures = asyncio.run(GROUPS[group]())
        show(group, figures, console)
        console.print(f"written to {keep(group, figures)}")


if __name__ == "__main__":
    main()
