"""A run that is started again goes on where it was: no round and no picture twice, nothing lost."""

import asyncio
import threading
from collections import Counter

import pytest

from tests.images_flow.generators import NAMES
from tests.waiting import eventually

pytestmark = pytest.mark.usefixtures("prefect")


async def test_a_second_start_goes_on_with_the_first_unfinished_round(generators, runs):
    """Killed in the third of five rounds: the first two are not asked for again, and all five are in the result."""
    run = await runs.created(prompt="x", count=5, guidance_scale="random", seed=1, vary_seed=True)
    generators.takes_s = 0.5
    await runs.killed_when(run, lambda: len(generators.orders) == 9)
    generators.takes_s = 0
    before = await runs.record(run)
    state, result = await runs.go_on(run)
    assert (state.name, len(before.rounds), len(result.rounds)) == ("Completed", 2, 5)
    assert result.rounds[:2] == before.rounds
    assert len(generators.made) == 15
    assert set(generators.made.values()) == {1}
    assert [each.images[0].stats["seed"] for each in result.rounds] == [1, 2, 3, 4, 5]
    assert len(await runs.gallery()) == 15


async def test_pictures_of_an_unfinished_round_are_kept(generators, runs):
    """One endpoint still draws when the run is killed: the others, which had ended, are not asked again."""
    gate = generators.gates["West"] = threading.Event()
    run = await runs.created(random=True, prompt="a fox", prompt_mode="different")

    def two_of_three() -> bool:
        folder = runs.store.home / "store" / runs.store.container / "named" / "runs" / str(run.id) / "rounds" / "1"
        return len(list(folder.glob("[NS]*.json"))) == 2 and len(generators.orders) == 3

    await runs.killed_when(run, two_of_three)
    gate.set()
    asked = {name: generators.of(name)[0]["prompt"] for name in NAMES}
    _, result = await runs.go_on(run)
    assert result.success
    assert result.rounds[0].endpoint_prompts == asked
    assert Counter(order.endpoint for order in generators.orders) == {"North": 1, "South": 1, "West": 2}
    assert set(generators.made.values()) == {1}
    assert len(await runs.gallery()) == 3


async def test_a_picture_is_logged_once_however_often_the_run_starts(generators, runs, configure, tmp_path):
    """The folder's log has a row for each picture, and no second one for those of the round that was begun again."""
    configure(IMAGE_OUTPUT_DIRECTORY=tmp_path / "pictures")
    gate = generators.gates["West"] = threading.Event()
    run = await runs.created(prompt="x")
    log = tmp_path / "pictures" / "generation_log.csv"
    await runs.killed_when(run, lambda: log.exists() and len(log.read_text().splitlines()) == 3)
    gate.set()
    await runs.go_on(run)
    assert len(log.read_text().splitlines()) == 4


async def test_the_record_shows_the_job_while_it_runs(generators, runs):
    """Who draws, who has drawn, since when, and the rounds so far: what its pages poll."""
    gate = generators.gates["South"] = threading.Event()
    run = await runs.created(prompt="x", prompt2="y", prompt_mode="different")
    working = asyncio.create_task(runs.go_on(run))

    async def waits_for_one() -> bool:
        try:
            record = await runs.record(run)
        except FileNotFoundError:
            return False
        states = {name: status.state for name, status in record.endpoint_status.items()}
        return states == {"North": "done", "South": "generating", "West": "done"}

    await eventually(waits_for_one, "the record is to show who draws", 60)
    record = await runs.record(run)
    assert (record.current_run, record.current_prompt, record.rounds) == (1, "x", [])
    assert record.endpoint_prompts == {"North": "x", "South": "y", "West": "x"}
    assert record.endpoint_status["South"].start_time
    assert record.endpoint_status["North"].elapsed is not None
    gate.set()
    state, _ = await working
    assert state.name == "Completed"


async def test_a_milestone_is_told_after_each_round(generators, runs):
    """The run's labels say in which start it last got on: what kills it later is not what killed it before."""
    run = await runs.created(prompt="x", count=3)
    generators.takes_s = 0.3
    await runs.go_on(run)
    generators.takes_s = 0
    await asyncio.sleep(0.1)
    labels = (await runs.client.read_flow_run(run.id)).labels
    assert labels["atelier.milestone"] == 1
