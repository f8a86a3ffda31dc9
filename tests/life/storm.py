"""Kill at random, by a seed, for as long as wished: `python -m tests.life.storm --schedules 50 --seed 1`.

A schedule is two rings at once and one to four kills, each of a random process at a random step border of one of
them. Every promise is checked for every ring; what fails is told with its schedule, so that it can be run again.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from deployments.recovery import MAX_STARTS
from tests.life.world import BORDERS, TARGETS, Ring, World, living_stack, world_of

RINGS = 2
STARTERS = ("flow", "worker", "zygote")  # a kill of these costs a run one of its starts


@dataclass(frozen=True)
class Kill:
    """One SIGKILL: of which process, at which border of which ring, and how much later."""

    ring: int
    border: str
    target: str
    delay_s: float


def schedule(chance: random.Random) -> list[Kill]:
    """Return one to four kills, of which so few end a run's process that it may still be started."""
    kills = [
        Kill(chance.randrange(RINGS), chance.choice(BORDERS), chance.choice(TARGETS), chance.uniform(0, 0.5))
        for _ in range(chance.randint(1, 4))
    ]
    starters = [kill for kill in kills if kill.target in STARTERS]
    return [kill for kill in kills if kill not in starters[MAX_STARTS - 1 :]]


async def strike(world: World, ring: Ring, kill: Kill) -> None:
    """Wait for the border and the delay, then kill."""
    await world.reached(ring, kill.border)
    await asyncio.sleep(kill.delay_s)
    await world.kill(kill.target)


async def survive(world: World, name: str, kills: list[Kill]) -> float:
    """Make the rings of one schedule while its kills fall; return the seconds; raises what `check` raises."""
    began = time.monotonic()
    previews = ["hero" if any(kill.border == "preview" for kill in kills) else "none", *["none"] * (RINGS - 1)]
    rings = [await world.accepted(f"m-{name}-{number}", previews[number]) for number in range(RINGS)]
    await asyncio.gather(*(strike(world, rings[kill.ring], kill) for kill in kills))
    await asyncio.gather(*(world.check(ring) for ring in rings))
    return time.monotonic() - began


async def storm(home: Path, count: int, seed: int) -> int:
    """Run `count` schedules; return how many failed."""
    chance, failed, repeated = random.Random(seed), 0, Counter[str]()
    with living_stack(home, max_concurrent_jobs=RINGS) as (stack, model):
        async with world_of(stack, model) as world:
            for number in range(count):
                kills = schedule(chance)
                try:
                    took_s = await survive(world, f"{seed}-{number}", kills)
                    print(f"{number}: {len(kills)} kills, {took_s:.1f} s", flush=True)
                except (AssertionError, TimeoutError) as failure:
                    failed += 1
                    print(f"{number}: FAILED {failure!r}\n   {kills}", flush=True)
            repeated.update(model.asked)
            in_flight = sum(times - 1 for times in repeated.values())
            print(f"{count} schedules, {count * RINGS} rings, {failed} failed; kills {dict(world.kills)}")
            print(f"calls lost in flight and made again: {in_flight}; paid twice: {len(model.paid_twice)}")
            print(f"parts started again: {stack.restarts}")
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(1 if asyncio.run(storm(Path(folder), options.schedules, options.seed)) else 0)
