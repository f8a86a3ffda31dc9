"""The flow in a real Prefect before endpoints on loopback: what they are asked for, and what is left of it."""

import asyncio
import csv
import io
import json
from collections import Counter

import pytest
from PIL import Image
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId

from blocks.images.settings import image_settings
from tasks.domain.rounds.choices import GUIDANCES, slug
from tests.images_flow.generators import NAMES, SIZE, picture
from tests.loopback import Answer

pytestmark = pytest.mark.usefixtures("prefect")
BUSY = Answer(503, b'{"error": "busy"}')


@pytest.mark.parametrize("mode", ["same", "different"])
@pytest.mark.parametrize("count", [1, 2, 3])
async def test_every_endpoint_makes_a_picture_in_every_round(generators, runs, configure, mode, count):
    """Any number of endpoints, in both modes; two prompts take turns; the record says who was asked for what."""
    names = NAMES[:count]
    configure(IMAGE_ENDPOINTS=generators.entries(names))
    state, result = await runs.made(prompt="a ring", prompt2="a boat", prompt_mode=mode, count=2, size="0.5mp", steps=9)
    assert (state.name, result.success, result.error) == ("Completed", True, None)
    prompts = ["a ring", "a boat" if mode == "different" else "a ring", "a ring"][:count]
    for name, prompt in zip(names, prompts, strict=True):
        body = {"prompt": prompt, "orientation": "landscape", "size": "0.5mp", "steps": 9, "batch": 1}
        assert generators.of(name) == [body, body]
    assert [each.number for each in result.rounds] == [1, 2]
    for each in result.rounds:
        assert each.endpoint_prompts == dict(zip(names, prompts, strict=True))
        assert each.prompt == "a ring"
        assert [picture.endpoint.name for picture in each.images] == list(names)
        assert all(picture.success and picture.picture and picture.thumbnail for picture in each.images)
    assert {status.state for status in result.endpoint_status.values()} == {"done"}
    assert result.current_run == 2


async def test_what_is_asked_for_reaches_the_endpoints(generators, runs, store):
    """Seed, guidance, strength and picture as wished; with `vary_seed` the seed counts up from round to round."""
    start = await store.write(picture(7))
    asked = {"prompt": "x", "count": 3, "seed": 40, "vary_seed": True, "guidance_scale": 3, "strength": 0.4}
    _, result = await runs.made(**asked, image=start)
    bodies = generators.of("North")
    assert [body["seed"] for body in bodies] == [40, 41, 42]
    assert {(body["guidance_scale"], body["strength"]) for body in bodies} == {(3, 0.4)}
    assert all(body["input_image"].startswith("data:image/png;base64,") for body in bodies)
    assert [each.images[0].stats["seed"] for each in result.rounds] == [40, 41, 42]


async def test_guidance_is_drawn_anew_in_each_round(generators, runs):
    """Out of the six, the same for all endpoints of a round, and told."""
    _, result = await runs.made(prompt="x", count=8, guidance_scale="random")
    drawn = [each.guidance_scale for each in result.rounds]
    assert set(drawn) <= set(GUIDANCES)
    assert len(set(drawn)) > 1
    for name in NAMES:
        assert [body["guidance_scale"] for body in generators.of(name)] == drawn


async def test_each_picture_has_a_key_of_its_own(generators, runs):
    """Run, round and endpoint: nine pictures, nine keys, none of them asked for twice."""
    run = await runs.created(prompt="x", count=3)
    await runs.go_on(run)
    wanted = {f"{run.id}-{number}-{slug(name)}" for number in (1, 2, 3) for name in NAMES}
    assert Counter(order.key for order in generators.orders) == Counter(wanted)


async def test_an_endpoint_that_fails_is_told_and_the_job_goes_on(generators, runs):
    """The others' pictures are there, the error stands in its place, and the next round asks it again."""
    generators.faults["South"].extend([BUSY] * 3)
    state, result = await runs.made(prompt="x", count=2)
    assert (state.name, result.success) == ("Completed", True)
    first, second = result.rounds
    assert [picture.success for picture in first.images] == [True, False, True]
    assert "503" in first.images[1].error
    assert (first.images[1].prompt_used, first.images[1].picture) == ("x", None)
    assert all(picture.success for picture in second.images)
    assert len(generators.of("South")) == 4


async def test_an_endpoint_that_was_busy_is_asked_again(generators, runs):
    """Twice busy, then made: no error is left of it."""
    generators.faults["South"].extend([BUSY, Answer(reset=True)])
    _, result = await runs.made(prompt="x")
    assert all(picture.success for picture in result.rounds[0].images)
    assert len(generators.of("South")) == 3


async def test_a_refusal_is_not_repeated(generators, runs):
    """An endpoint that says no is believed, and its words are told."""
    generators.faults["South"].append(Answer(400, b'{"error": "prompt: too rude"}'))
    generators.faults["West"].append(Answer(data=b'{"success": false, "error": "out of paint"}'))
    _, result = await runs.made(prompt="x")
    assert "too rude" in result.rounds[0].images[1].error
    assert "out of paint" in result.rounds[0].images[2].error
    assert len(generators.orders) == 3


async def test_a_job_without_a_single_picture_completes(generators, runs):
    """All endpoints refuse in all rounds: the job is complete all the same, and tells what they said."""
    for name in NAMES:
        generators.faults[name].extend([Answer(400)] * 2)
    state, result = await runs.made(prompt="x", count=2)
    assert (state.name, result.success) == ("Completed", True)
    assert [picture.success for each in result.rounds for picture in each.images] == [False] * 6
    assert {status.state for status in result.endpoint_status.values()} == {"error"}
    assert await runs.gallery() == []


async def test_pictures_hang_in_the_gallery(generators, runs, store):
    """By the original's names, with a small WebP each, newest first, and what is known of them."""
    generators.engine = "north-1"
    run = await runs.created(prompt="a ring", count=2, seed=5)
    _, result = await runs.go_on(run)
    hung = {entry.filename: entry for entry in await runs.gallery()}
    pictures = [picture for each in result.rounds for picture in each.images]
    assert hung.keys() == {picture.filename for picture in pictures}
    assert all(name.startswith("gen_10_0_0_") and name.endswith(".png") for name in hung)
    for each in result.rounds:
        for made in each.images:
            entry = hung[made.filename]
            assert (entry.job, entry.round, entry.endpoint) == (str(run.id), each.number, made.endpoint.name)
            assert (entry.prompt, entry.seed, entry.engine) == ("a ring", 5, "north-1")
            assert (entry.width_px, entry.height_px) == SIZE
            assert (entry.picture, entry.thumbnail) == (made.picture, made.thumbnail)
            assert Image.open(io.BytesIO(await store.read(entry.thumbnail))).format == "WEBP"
    assert result.warnings == []


async def test_pictures_of_one_name_from_one_host_all_hang(generators, runs, configure):
    """Three endpoints at one address call their pictures the same: each has its own name in the gallery."""
    entries = json.loads(generators.entries())
    configure(IMAGE_ENDPOINTS=json.dumps([entry | {"ip": "10.0.0.1"} for entry in entries]))
    generators.filename = "image.png"
    _, result = await runs.made(prompt="x")
    pictures = result.rounds[0].images
    assert len({picture.filename for picture in pictures}) == 3
    hung = {entry.filename: entry.picture for entry in await runs.gallery()}
    assert hung == {picture.filename: picture.picture for picture in pictures}


async def test_the_studios_painter_is_told(generators, runs):
    """Pictures that no generative model made are named as such, once."""
    generators.engine = "studio-painter"
    _, result = await runs.made(prompt="x", count=2)
    assert result.warnings == ["pictures were drawn by the studio's painter, without a generative model"]


async def test_a_folder_of_ones_own_gets_copies_and_a_log(generators, runs, configure, tmp_path, store):
    """Each picture under its name in the gallery, and a row of the CSV for each, failed ones too."""
    folder = tmp_path / "pictures"
    configure(IMAGE_OUTPUT_DIRECTORY=folder)
    generators.faults["South"].append(Answer(400, b'{"error": "no, \\"never\\""}'))
    _, result = await runs.made(prompt='a ring, "gold"\nand a boat', seed=3)
    pictures = result.rounds[0].images
    for made in pictures:
        if made.success:
            assert (folder / made.filename).read_bytes() == await store.read(made.picture)
    assert len(list(folder.iterdir())) == 3
    with (folder / "generation_log.csv").open(newline="") as log:
        rows = {row["endpoint"]: row for row in csv.DictReader(log)}
    assert list(rows["North"]) == ["timestamp", "endpoint", "prompt", "seed", "filename", "duration", "status", "error"]
    assert (rows["North"]["filename"], rows["North"]["seed"]) == (pictures[0].filename, "3")
    assert {rows[name]["status"] for name in ("North", "West")} == {"success"}
    assert (rows["South"]["status"], rows["South"]["filename"]) == ("error", "")
    assert 'no, "never"' in rows["South"]["error"]
    assert {row["prompt"] for row in rows.values()} == {'a ring, "gold"\nand a boat'}


async def test_a_folder_that_cannot_be_written_is_a_warning(generators, runs, configure, tmp_path):
    """The pictures are made and hang in the gallery; the result says once what is missing."""
    (tmp_path / "file").write_text("not a folder")
    configure(IMAGE_OUTPUT_DIRECTORY=tmp_path / "file")
    state, result = await runs.made(prompt="x", count=2)
    assert (state.name, len(await runs.gallery())) == ("Completed", 6)
    (warning,) = result.warnings
    assert str(tmp_path / "file") in warning


async def test_pages_of_prefect_show_the_pictures(generators, runs):
    """A report and a contact sheet; the run is named after its prompt and stands at the end of its rounds."""
    run = await runs.created(prompt="a ring\nlike a river", count=2)
    await runs.go_on(run)
    of_it = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    found = {artifact.type: artifact for artifact in await runs.client.read_artifacts(flow_run_filter=of_it)}
    assert found.keys() == {"markdown", "image"}
    assert "6 of 6 pictures in 2 round(s)" in str(found["markdown"].data)
    now = await runs.client.read_flow_run(run.id)
    assert now.name == "Images: a ring like a river"


@pytest.mark.parametrize(
    ("field", "value", "limit"),
    [
        ("count", 101, "at most 100"),
        ("steps", 151, "at most 150"),
        ("guidance_scale", 9, "at most 8"),
        ("strength", 0.1, "at least 0.5"),
        ("temperature", 1.5, "at most 1"),
    ],
)
async def test_limits_are_those_of_the_configuration(generators, runs, configure, field, value, limit):
    """What is out of range ends the run before anybody is asked, naming the field and its limit."""
    limits = '{"guidance_scale": {"max": 8}, "strength": {"min": 0.5}, "temperature": {"max": 1}}'
    configure(IMAGE_VALIDATION_LIMITS=limits)
    state, result = await runs.made(**{"prompt": "x", "strength": 0.6, field: value})
    assert (state.name, state.message) == ("Failed", result.error)
    assert result.error == f"{field}: must be {limit}, is {value}"
    assert generators.orders == []


async def test_raised_limits_hold(generators, runs, configure):
    """The configuration may allow more than the original did."""
    configure(IMAGE_VALIDATION_LIMITS='{"steps": {"max": 300}}')
    state, _ = await runs.made(prompt="x", steps=300)
    assert state.name == "Completed"


async def test_without_endpoints_the_job_says_so(runs, configure):
    """The error names what to set."""
    configure(IMAGE_ENDPOINTS="[]", IMAGE_ENDPOINT_URL="")
    state, result = await runs.made(prompt="x")
    assert state.name == "Failed"
    assert "config.json" in result.error
    assert "IMAGE_ENDPOINT_URL" in result.error


async def test_a_start_that_is_no_picture_is_refused(generators, runs, store):
    """Before any endpoint is asked; a format that they do not take, too."""
    bitmap = io.BytesIO()
    Image.new("RGB", (8, 8)).save(bitmap, "BMP")
    for data in (b"words", bitmap.getvalue()):
        state, result = await runs.made(prompt="x", image=await store.write(data))
        assert (state.name, result.error.split(":")[0]) == ("Failed", "image")
    assert generators.orders == []


async def test_a_prompt_too_long_to_be_carried_comes_from_the_store(generators, runs, store):
    """Endpoints get all of it, the record a part; what is no text is refused."""
    long = "a ring " * 10_000
    _, result = await runs.made(prompt_stored=await store.write(long.encode()))
    assert generators.of("North")[0]["prompt"] == long.strip()
    assert len(result.rounds[0].prompt) < 10_000
    state, result = await runs.made(prompt_stored=await store.write(b"\xff\xfe\x00"))
    assert (state.name, result.error) == ("Failed", "prompt: the stored text is not UTF-8")


async def test_two_jobs_share_an_endpoint_one_picture_at_a_time(generators, runs):
    """Side by side, they wait for each other's slots; all slots are free when both have ended."""
    for place in image_settings().places:
        limit = GlobalConcurrencyLimitCreate(name=place.slot, limit=1)
        await runs.client.create_global_concurrency_limit(limit)
    generators.takes_s = 0.2
    jobs = [await runs.created(prompt=f"job {number}", count=2) for number in (1, 2)]
    ended = await asyncio.gather(*(runs.go_on(job) for job in jobs))
    generators.takes_s = 0
    assert all(result.success for _, result in ended)
    assert set(generators.most.values()) == {1}
    for place in image_settings().places:
        limit = await runs.client.read_global_concurrency_limit_by_name(place.slot)
        assert limit.active_slots == 0
