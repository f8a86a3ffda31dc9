"""Draw concepts.

    words   ┐             ┌─ OpenAI, Gemini ─ draw ─ check ─────────┐
    style   ├─ who draws ─┤                                         ├─ publish
    picture ┘             └─ offline ─┬─ words ─ rings ─ photograph ┤
                                      └─ picture ─ compose ─────────┘

A style that nobody knows, and a cap that could be overshot, end the run before anything is paid. What was paid is kept
as it came, so that a resumed run does not pay for it again.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from prefect import State, flow
from prefect.states import Failed

from flows.contracts import Artifact, ConceptsRequest, ConceptsResult, CostSummary
from flows.steps import Steps
from tasks.concepts import (
    DrawingOrder,
    Drawn,
    as_png,
    check_budget,
    choose_illustrator,
    compose,
    draw,
    draw_ring,
    draws_offline,
    pictures_per_request,
    take_picture,
)
from tasks.concepts_publishing import publish_concepts
from tasks.domain.concepts.offline_illustrator import (
    NOT_CUT_OUT,
    PHOTO,
    RINGS,
    warnings_of_a_photo,
    warnings_of_rings,
)
from tasks.domain.concepts.ring_variety import ring_concepts
from tasks.domain.concepts.styles import ConceptStyle, Grade, style_named
from tasks.domain.concepts.wording import worded
from tasks.domain.errors import AtelierError, UpstreamError
from tasks.naming import name_run
from tasks.progress import Progress
from tasks.ring_design import run_costs

FLOW_TIMEOUT_S = 1800
PERCENT = {"take": 5, "draw": 15, "check": 85, "publish": 95}


@dataclass
class Work:
    """A run under way; `result` grows step by step, so that a failed run tells how far it came."""

    request: ConceptsRequest
    result: ConceptsResult
    steps: Steps

    def warn(self, *texts: str) -> None:
        """Tell the client something that is no failure, once."""
        self.result.warnings += [text for text in dict.fromkeys(texts) if text not in self.result.warnings]


@flow(name="generate-concepts", timeout_seconds=FLOW_TIMEOUT_S, persist_result=False)
async def generate_concepts(request: ConceptsRequest) -> ConceptsResult | State:
    """Draw concepts of a piece from words, a picture, or both; a failed run keeps its result for the client."""
    await name_run(f"Concepts: {' '.join(request.prompt.split()) or 'after a picture'}")
    async with Progress() as progress:
        result = ConceptsResult(success=False)
        work = Work(request, result, Steps(PERCENT, progress, result.timings_s))
        try:
            await illustrate(work)
            result.success = True
        except AtelierError as failure:
            result.error = str(failure)
        result.cost_summary = CostSummary.of(await run_costs())
        with work.steps.at("publish", "writing the result"):
            work.steps.time_all()
            await publish_concepts(result)
    return result if result.success else Failed(message=result.error)


async def illustrate(work: Work) -> None:
    """Draw what was asked for, with whoever is to draw it."""
    request = work.request
    style = style_named(request.style)
    work.result.provider = choose_illustrator(request.provider)
    picture = None
    if request.picture is not None or request.picture_url is not None:
        with work.steps.at("take", "taking the picture in"):
            picture = await take_picture(request.picture, request.picture_url)
    if not draws_offline(work.result.provider):
        await draw_by_model(work, style, picture)
    elif picture is not None:
        await compose_offline(work, style, picture)
    else:
        await draw_rings_offline(work, style)


async def draw_by_model(work: Work, style: ConceptStyle | None, picture: Artifact | None) -> None:
    """Ask the image model, several requests side by side where one gives a single picture."""
    request, result = work.request, work.result
    result.prompt = worded(request.prompt, style, has_picture=picture is not None)
    orders = orders_for(request, result.prompt, picture, pictures_per_request(result.provider))
    with work.steps.at("draw", f"{result.provider} draws {request.n}"):
        await check_budget(result.provider, orders, request.max_cost_usd)
        answers = await asyncio.gather(*(draw(result.provider, order) for order in orders), return_exceptions=True)
    drawn = usable(work, answers)
    result.model_id = drawn[0].model_id
    with work.steps.at("check", "looking at what was drawn"):
        result.concepts = [await as_png(raw, result.provider) for answer in drawn for raw in answer.raw]
    if len(result.concepts) < request.n:
        work.warn(f"{len(result.concepts)} of {request.n} concepts were drawn")


def orders_for(request: ConceptsRequest, prompt: str, picture: Artifact | None, per_request: int) -> list[DrawingOrder]:
    """Split the wish into requests of at most `per_request` pictures; each has its share of the cap."""
    counts = [min(per_request, request.n - start) for start in range(0, request.n, per_request)]
    return [
        DrawingOrder(
            purpose=f"concept {number}" if len(counts) > 1 else "concepts",
            prompt=prompt,
            picture=picture,
            n=count,
            cap_usd=request.max_cost_usd * count / request.n,
        )
        for number, count in enumerate(counts, start=1)
    ]


def usable(work: Work, answers: Sequence[Drawn | BaseException]) -> list[Drawn]:
    """Return the answers with pictures; the others become warnings, or the run's error when there is no picture."""
    problems: list[AtelierError] = []
    for answer in answers:
        if isinstance(answer, AtelierError):
            problems.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        elif not answer.raw:
            problems.append(UpstreamError(work.result.provider, f"refused to draw this: {answer.refusal}"))
    drawn = [answer for answer in answers if isinstance(answer, Drawn) and answer.raw]
    if not drawn:
        raise problems[0]
    work.warn(*(f"a concept is missing: {problem}" for problem in problems))
    return drawn


async def compose_offline(work: Work, style: ConceptStyle | None, picture: Artifact) -> None:
    """Set what the picture shows before other backdrops; the words are left aside, and a warning says so."""
    request, result = work.request, work.result
    result.model_id, result.prompt = PHOTO, request.prompt
    work.warn(*warnings_of_a_photo(style))
    for number in range(1, request.n + 1):
        percent = percent_of(number, request.n)
        with work.steps.at(f"concept {number}", f"composing {number} of {request.n}", percent=percent):
            made = await compose(picture, style.grade if style else Grade(), request.seed, number)
        result.concepts.append(made.concept)
        work.warn(*([] if made.found else [NOT_CUT_OUT]))


async def draw_rings_offline(work: Work, style: ConceptStyle | None) -> None:
    """Photograph rings that the offline designer makes of the words."""
    request, result = work.request, work.result
    words = style.ring_words if style else ""
    result.model_id = RINGS
    result.prompt = ", ".join(part for part in (request.prompt.strip(), words) if part)
    work.warn(*warnings_of_rings(request.prompt, style))
    concepts = ring_concepts(request.prompt, words, n=request.n, seed=request.seed)
    for number, concept in enumerate(concepts, start=1):
        percent = percent_of(number, request.n)
        with work.steps.at(f"concept {number}", f"ring {number} of {request.n}", percent=percent):
            result.concepts.append(await draw_ring(concept, request.seed, number))


def percent_of(number: int, n: int) -> int:
    """Return how far a run is when it begins drawing concept `number` of `n`."""
    return PERCENT["draw"] + round((PERCENT["check"] - PERCENT["draw"]) * (number - 1) / n)
