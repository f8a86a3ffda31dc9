"""SIGKILL of any process, at any step border of a ring: the ring is made all the same, and paid for once.

These are the kills that tell most; `python -m tests.life.storm` does many more, at random.
"""

from pathlib import Path

import pytest

from deployments.postgres import private_postgres
from tests.life.world import BORDERS, TARGETS, World, living_stack, world_of
from tests.waiting import eventually

KILLS = [
    ("flow", ["designed", "rebuild"]),  # twice in one run: the third start may still make it
    ("flow", ["publish"]),
    ("worker", ["accepted", "mended"]),
    ("zygote", ["build"]),
    ("zygote", ["publish"]),
    ("blender", ["rebuild", "preview"]),
    ("api", ["accepted", "build", "publish"]),
    ("prefect", ["mended"]),
]


@pytest.mark.parametrize(
    ("target", "borders"), KILLS, ids=lambda value: value if isinstance(value, str) else "-".join(value)
)
async def test_a_ring_outlives_a_kill(world: World, target: str, borders: list[str]) -> None:
    """The run ends COMPLETED with its result document, no answer is paid for twice, and the API tells of it."""
    ring = await world.accepted(f"m-{target}-{'-'.join(borders)}", "hero" if "preview" in borders else "none")
    for border in borders:
        await world.reached(ring, border)
        await world.kill(target)
    run = await world.check(ring)
    assert run.run_count <= 1 + len(borders)
    if target in ("blender", "api", "prefect"):  # the others may die with a call under way, whose answer nobody has
        assert (run.run_count, world.asked(ring)) == (1, {"design": 1, "fix-1": 1})


async def test_on_postgresql_a_ring_outlives_a_kill_of_every_part(tmp_path: Path) -> None:
    """One ring, with the API, Prefect's server, the worker, Blender and its own process killed on its way."""
    with private_postgres(tmp_path, fsync=False) as url, living_stack(tmp_path / "home", url) as (stack, model):
        async with world_of(stack, model) as world:
            ring = await world.accepted("m-postgresql")
            kills = (("api", "accepted"), ("flow", "designed"), ("prefect", "mended"), ("blender", "rebuild"))
            for target, border in (*kills, ("worker", "rebuild")):
                await world.reached(ring, border)
                await eventually(lambda target=target: world.kill(target), f"{target} is to be killed")
            run = await world.check(ring)
    assert run.run_count <= 3


def test_the_schedule_reaches_every_target_and_every_border() -> None:
    """At least twelve kills; each process and each border of the ring flow is in the list."""
    assert {target for target, _ in KILLS} == set(TARGETS)
    assert {border for _, borders in KILLS for border in borders} == set(BORDERS) - {"design"}  # in flight: the storm's
    assert sum(len(borders) for _, borders in KILLS) >= 12
