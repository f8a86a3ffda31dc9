"""Draw pictures in rounds: in each, every image endpoint makes one.

    words ─ check ─┬─ round 1 ─┬─ prompts ─┬─ endpoint 1 ─ draw ─ gallery ─┐
                   │           │           ├─ endpoint 2 ─ draw ─ gallery ─┤─ record ─┐
                   │           │           └─ …          (one slot each)   ┘          │
                   ├─ round 2 ◄───────────────────────────────────────────────────────┘
                   └─ …                                                          publish

Rounds follow each other. What an endpoint does not make is told in its place, and the job goes on. The job's record is
written whenever it changes: its pages show it, and a run that is taken up again goes on from it, in the round and with
the pictures that it had.
"""

import asyncio
import time
from dataclasses import dataclass, field

from prefect import State, flow
from prefect.states import Failed

from flows.contracts import (
    CostSummary,
    EndpointName,
    EndpointStatus,
    ImageRound,
    ImagesRequest,
    ImagesResult,
    RoundPicture,
    WriterStatus,
)
from flows.steps import Steps
from tasks.current_run import current_run
from tasks.domain.errors import AtelierError
from tasks.domain.rounds.choices import guidance_for, prompts_for, seed_for, seed_of_run, shown
from tasks.image_prompts import PromptOrder, WrittenPrompt, check_writer, write_prompt
from tasks.images import (
    Drawn,
    EndpointEntry,
    PictureOrder,
    Words,
    WrittenRound,
    check_limits,
    check_start,
    drawn,
    drawn_before,
    free_slots,
    keep_written,
    patience_s,
    places,
    slot_of,
    words_of,
    written_before,
)
from tasks.images_publishing import hang, leave_outside, publish_images
from tasks.images_record import Record, job_so_far
from tasks.naming import name_run
from tasks.progress import Progress
from tasks.ring_design import run_costs

PUBLISH_PERCENT = 95
REMEMBERED = 12  # prompts of earlier rounds that a writer is told of
PAINTER = "studio-painter"  # the studio's engine
PAINTED = "pictures were drawn by the studio's painter, without a generative model"


@dataclass
class Job:
    """A job under way; `result` grows step by step, and `record` is how others see it."""

    request: ImagesRequest
    result: ImagesResult
    record: Record
    steps: Steps
    places: list[EndpointEntry]
    words: Words
    hanging: asyncio.Lock = field(default_factory=asyncio.Lock)  # endpoints of one host may call pictures the same

    @property
    def labels(self) -> list[str]:
        """What the endpoints are called."""
        return [place.label for place in self.places]

    @property
    def percent(self) -> int:
        """How far the job is, by pictures."""
        ended = sum(status.state in ("done", "error") for status in self.result.endpoint_status.values())
        rounds = (self.result.current_run - 1) + ended / len(self.places)
        return round(PUBLISH_PERCENT * rounds / self.request.count)

    def drawn_one(self) -> None:
        """Let everybody see that an endpoint has done its part of the round."""
        number, count = self.result.current_run, self.request.count
        self.steps.progress.report(self.percent, f"round {number}", f"{number} of {count}")
        self.record.changed()

    def warn(self, text: str | None) -> None:
        """Tell the client something that is no failure, once."""
        if text and text not in self.result.warnings:
            self.result.warnings.append(text)


@dataclass(frozen=True)
class Round:
    """What is asked for in one round."""

    number: int
    prompts: dict[str, str]
    guidance_scale: float | None
    seed: int | None


@flow(name="dual-generate", persist_result=False)
async def dual_generate(request: ImagesRequest) -> ImagesResult | State:
    """Draw rounds of pictures on every endpoint; a failed run keeps its result for the client."""
    await name_run(f"Images: {' '.join(request.prompt.split()) or 'of any kind'}")
    result = await job_so_far()
    async with Progress() as progress, Record(result) as record:
        steps = Steps({"publish": PUBLISH_PERCENT}, progress, result.timings_s)
        limit_s = patience_s(request)
        try:
            async with asyncio.timeout(limit_s) as patience:
                await draw_rounds(request, result, record, steps)
            result.success = True
        except AtelierError as failure:
            result.error = str(failure)
        except TimeoutError as failure:
            result.error = f"the job took longer than {limit_s:g} s" if patience.expired() else str(failure)
        with steps.at("publish"):
            steps.time_all()
            await record.settle()
            await publish_images(result)
    return result if result.success else Failed(message=result.error)


async def draw_rounds(request: ImagesRequest, result: ImagesResult, record: Record, steps: Steps) -> None:
    """Draw the rounds that are not drawn yet; raises AtelierError for what cannot be asked for at all."""
    check_limits(request)
    if request.random:
        check_writer(request.model, vision=request.image is not None)
    await check_start(request.image)
    job = Job(request, result, record, steps, places(), await words_of(request))
    await free_slots(job.places)
    for number in range(len(result.rounds) + 1, request.count + 1):
        await draw_round(job, number)


async def draw_round(job: Job, number: int) -> None:
    """Choose the prompts of a round, have all endpoints draw at once, and write down what came of it."""
    request, result = job.request, job.result
    result.current_run = number
    result.current_prompt, result.endpoint_prompts = "", {}
    result.endpoint_status = {label: EndpointStatus() for label in job.labels}
    result.llm_status = WriterStatus()
    job.record.changed()
    with job.steps.at(f"round {number}", f"{number} of {request.count}", percent=job.percent):
        wanted = await chosen(job, number)
        result.endpoint_prompts = {label: shown(prompt) for label, prompt in wanted.prompts.items()}
        result.current_prompt = result.endpoint_prompts[job.labels[0]]
        job.record.changed()
        pictures = await asyncio.gather(*(picture_from(place, job, wanted) for place in job.places))
    result.rounds.append(
        ImageRound(
            number=number,
            prompt=result.current_prompt,
            endpoint_prompts=result.endpoint_prompts,
            guidance_scale=wanted.guidance_scale,
            strength=request.strength,
            steps=request.steps,
            images=pictures,
        )
    )
    await job.record.settle()
    job.steps.progress.milestone()


async def chosen(job: Job, number: int) -> Round:
    """Return what is asked for in a round: the same however often the run is started."""
    request, run = job.request, str(current_run().id)
    if request.random:
        prompts = await written(job, number)
    else:
        prompts = prompts_for(job.labels, request.prompt_mode, job.words.prompt, job.words.prompt2)
    guidance = guidance_for(request.guidance_scale, run, number)
    return Round(number, prompts, guidance, seed_for(request.seed, number, vary=request.vary_seed))


async def written(job: Job, number: int) -> dict[str, str]:
    """Return the prompts that are written for a round: one for all endpoints, or one for each."""
    before = await written_before(number, job.labels)
    if before is not None:
        job.result.llm_status = before.writer
        return before.prompts
    status = job.result.llm_status = WriterStatus(state="generating", start_time=time.time())
    job.record.changed()
    began_s = time.monotonic()
    prompts: dict[str, str] = {}
    for label in job.labels if job.request.prompt_mode == "different" else [""]:
        answer = await write_prompt(prompt_order(job, number, label, list(prompts.values())))
        prompts[label] = answer.text
        note(status, answer)
    status.elapsed = round(time.monotonic() - began_s, 3)
    status.state = "fallback" if status.source == "fallback" else "done"
    job.result.cost_summary = CostSummary.of(await run_costs())
    if "" in prompts:
        prompts = dict.fromkeys(job.labels, prompts[""])
    await keep_written(number, WrittenRound(prompts=prompts, writer=status))
    return prompts


def prompt_order(job: Job, number: int, label: str, of_round: list[str]) -> PromptOrder:
    """Return the order of one prompt, unlike those that the job had already."""
    request = job.request
    earlier = [prompt for each in job.result.rounds for prompt in dict.fromkeys(each.endpoint_prompts.values())]
    return PromptOrder(
        concept=job.words.prompt,
        number=number,
        endpoint=label,
        model=request.model,
        temperature=request.temperature,
        seed=seed_of_run(str(current_run().id)) if request.seed is None else request.seed,
        picture=request.image,
        earlier=[*earlier, *of_round][-REMEMBERED:],
        cap_usd=request.max_cost_usd,
    )


def note(status: WriterStatus, answer: WrittenPrompt) -> None:
    """Say who wrote; of several prompts of a round, one that fell back is what is told."""
    if status.source != "fallback":
        status.source, status.model, status.mode = answer.source, answer.model, answer.mode
        status.error = answer.error


async def picture_from(place: EndpointEntry, job: Job, wanted: Round) -> RoundPicture:
    """Return what an endpoint makes in a round, or why it made nothing."""
    status = job.result.endpoint_status[place.label]
    prompt = wanted.prompts[place.label]
    where = EndpointName(ip=place.ip, port=place.port, name=place.label)
    before = await drawn_before(wanted.number, place)
    began_s = time.monotonic()
    try:
        found = before or await drawn_now(place, job, wanted)
        async with job.hanging:
            hung = await hang(wanted.number, place, prompt, found)
        picture = RoundPicture(
            success=True,
            endpoint=where,
            prompt_used=shown(prompt),
            filename=hung.filename,
            picture=hung.picture,
            thumbnail=hung.thumbnail,
            stats=found.made.stats,
            duration=found.duration,
        )
        job.warn(PAINTED if hung.engine == PAINTER else None)
    except AtelierError as failure:
        duration = round(time.monotonic() - began_s, 3)
        picture = RoundPicture(
            success=False, endpoint=where, prompt_used=shown(prompt), duration=duration, error=str(failure)
        )
    job.warn(await leave_outside(picture, again=before is not None))
    status.state = "done" if picture.success else "error"
    status.elapsed = picture.duration
    job.drawn_one()
    return picture


async def drawn_now(place: EndpointEntry, job: Job, wanted: Round) -> Drawn:
    """Wait for a slot of the endpoint's, and have it draw."""
    request, status = job.request, job.result.endpoint_status[place.label]
    order = PictureOrder(
        prompt=wanted.prompts[place.label],
        orientation=request.orientation,
        size=request.size,
        steps=request.steps,
        seed=wanted.seed,
        guidance_scale=wanted.guidance_scale,
        image=request.image,
        strength=request.strength,
    )
    async with slot_of(place):
        status.state, status.start_time = "generating", time.time()
        job.record.changed()
        return await drawn(wanted.number, place, order)
