"""Concept tasks: the picture to start from, the paid drawing with its cap and ledger, and the offline illustrator's."""

import json
from typing import Any

from prefect import task
from prefect.tasks import exponential_backoff
from pydantic import BaseModel, Field

from blocks.artifacts import Artifact, ArtifactStore
from blocks.blender.fingerprint import engine_fingerprint
from blocks.image_models import OFFLINE, Drawing, ImageModel, ImageModelSettings, Wish, load, resolve
from blocks.incoming import taken_in
from blocks.language_models import BilledFailure
from flows.contracts import CallCost
from tasks.current_run import current_run
from tasks.domain.concepts.composing import STAGINGS, Staging, composed, stagings
from tasks.domain.concepts.matting import cut_from_backdrop, cut_from_photo
from tasks.domain.concepts.ring_variety import RingConcept
from tasks.domain.concepts.styles import Grade
from tasks.domain.errors import BudgetExceeded, InvalidInput, UpstreamError
from tasks.domain.images.decoding import decode, encode_png
from tasks.domain.pictures import MAX_PICTURE_BYTES, MAX_PICTURE_PIXELS, Picture, check_picture
from tasks.ledger import Ledger, Reply
from tasks.policies import by_inputs, if_upstream_may_recover
from tasks.rings import SAMPLES, blender, build, design_offline

_AT_IMPORT = ImageModelSettings()  # decorators need them now; a run reads its own environment's for everything else
DRAW_TIMEOUT_S = _AT_IMPORT.timeout_s + 30
FETCH_TIMEOUT_S = 30
OUTSIDE: dict[
    str, Any
] = {  # another service's trouble: twice more, later and later, and not all runs at the same moment
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": if_upstream_may_recover,
}
DRAWING: dict[str, Any] = OUTSIDE | {
    "retries": len(_AT_IMPORT.retry_delays_s),
    "retry_delay_seconds": _AT_IMPORT.retry_delays_s,
}


class DrawingOrder(BaseModel):
    """One request to an image model; `cap_usd` is this request's share of the run's."""

    purpose: str = Field(description="Names the request in the ledger and the costs")
    prompt: str
    picture: Artifact | None = None
    n: int = 1
    cap_usd: float


class Drawn(BaseModel):
    """What a request gave, as it came; not yet known to be pictures."""

    raw: list[Artifact]
    refusal: str = ""
    model_id: str


class Composed(BaseModel):
    """A concept composed of a photo."""

    concept: Artifact = Field(description="PNG")
    found: bool = Field(description="False where nothing stood out of the photo, which was then taken whole")


def choose_illustrator(provider: str) -> str:
    """Return who draws for the requested `provider`; raises MissingKey when it was named and has no key."""
    return resolve(provider)


def draws_offline(provider: str) -> bool:
    """Tell whether `provider` is the offline illustrator."""
    return provider == OFFLINE


def pictures_per_request(provider: str) -> int:
    """Return how many pictures one request can ask of `provider`, which is not the offline illustrator."""
    return load(provider).per_request


@task(task_run_name="take the picture in", timeout_seconds=FETCH_TIMEOUT_S + 10, **OUTSIDE)
async def take_picture(picture: Artifact | None, picture_url: str | None) -> Artifact:
    """Return the picture to start from, stored and labelled by its bytes; raises InvalidInput when it is none."""
    store = ArtifactStore.from_settings()
    field = "picture" if picture is not None else "picture_url"
    if picture is None:
        limits: dict[str, Any] = {"max_bytes": MAX_PICTURE_BYTES, "timeout_s": FETCH_TIMEOUT_S}
        picture = await taken_in(picture_url or "", field=field, **limits)
    data = await store.read(picture, max_bytes=MAX_PICTURE_BYTES, field=field)
    check_picture(data, field=field)
    return await store.write(data)


@task(task_run_name="{provider} draws {order.purpose}", timeout_seconds=DRAW_TIMEOUT_S, tags=["image-model"], **DRAWING)
async def draw(provider: str, order: DrawingOrder) -> Drawn:
    """Return what `provider` draws; what this run already paid for comes from the ledger.

    Raises BudgetExceeded before a request that could overshoot the cap, UpstreamError when the provider fails,
    MissingKey when it has no key.
    """
    store = ArtifactStore.from_settings()
    ledger = Ledger(store, str(current_run().id))
    slug = order.purpose.replace(" ", "-")
    known = await ledger.reply_to(slug)
    if known is None:
        known = await _paid(load(provider), order, slug, ledger, store)
        await ledger.keep(slug, known)
    kept = json.loads(known.text)
    return Drawn(raw=kept["pictures"], refusal=kept["refusal"], model_id=known.model_id)


async def check_budget(provider: str, orders: list[DrawingOrder], cap_usd: float) -> None:
    """Raise BudgetExceeded when the `orders` that are not paid yet could together overshoot `cap_usd`."""
    store = ArtifactStore.from_settings()
    ledger, model = Ledger(store, str(current_run().id)), load(provider)
    unpaid = [order for order in orders if await ledger.reply_to(order.purpose.replace(" ", "-")) is None]
    worst_usd = [model.worst_case_usd(await _wish(order, store)) for order in unpaid]
    await ledger.refuse_overshoot(cap_usd, sum(worst_usd))


async def _paid(model: ImageModel, order: DrawingOrder, slug: str, ledger: Ledger, store: ArtifactStore) -> Reply:
    """Draw, and keep the bytes before anyone looks at them."""
    wish = await _wish(order, store)
    spent_usd = sum(cost.cost_usd for cost in await ledger.costs() if cost.purpose == order.purpose)
    worst_usd = model.worst_case_usd(wish)
    if spent_usd + worst_usd > order.cap_usd:
        raise BudgetExceeded(order.cap_usd, spent_usd, worst_usd)
    try:
        drawing = await model.draw(wish)
    except BilledFailure as failure:
        await ledger.keep_failure(slug, CallCost(**failure.cost.model_dump(), purpose=order.purpose, failed=True))
        raise
    return await _reply(drawing, order.purpose, store)


async def _wish(order: DrawingOrder, store: ArtifactStore) -> Wish:
    picture = Picture.from_bytes(await store.read(order.picture)) if order.picture else None
    return Wish(prompt=order.prompt, picture=picture, n=order.n)


async def _reply(drawing: Drawing, purpose: str, store: ArtifactStore) -> Reply:
    kept = [(await store.write(picture)).model_dump() for picture in drawing.pictures]
    return Reply(
        text=json.dumps({"pictures": kept, "refusal": drawing.refusal}),
        stop="complete" if kept else "refused",
        model_id=drawing.model_id,
        cost=CallCost(**drawing.cost.model_dump(), purpose=purpose, failed=not kept),
    )


@task(task_run_name="check a picture of {service}", cache_policy=by_inputs(), persist_result=True)
async def as_png(raw: Artifact, service: str) -> Artifact:
    """Return what `service` drew as PNG; raises UpstreamError when it is no picture."""
    store = ArtifactStore.from_settings()
    data = await store.read(raw)
    try:
        photo = decode(data, field="concept", max_px=MAX_PICTURE_PIXELS)
    except InvalidInput as error:
        raise UpstreamError(service, f"what it drew cannot be used: {error.problem}") from error
    return raw if raw.media_type == "image/png" else await store.write(encode_png(photo.pixels, photo.alpha))


async def draw_ring(concept: RingConcept, seed: int, number: int) -> Artifact:
    """Return a studio picture of the ring for `concept`; each step is taken from the cache where it can be."""
    draft = await design_offline(concept.words)
    built = await build(draft.script, 1)
    return await photograph(built.glb, concept.view, ImageModelSettings().offline_px, seed, number)


@task(
    task_run_name="photograph concept {number}",
    cache_policy=by_inputs(engine_fingerprint),
    persist_result=True,
    **OUTSIDE,
)
async def photograph(glb: Artifact, view: str, size_px: int, seed: int, number: int) -> Artifact:
    """Render `view` of a ring, `size_px` square, and set it before a light backdrop; PNG."""
    store = ArtifactStore.from_settings()
    engine = await blender()
    rendered = await engine.render(await store.read(glb), [view], size_px=size_px, samples=SAMPLES)
    subject = cut_from_backdrop(decode(rendered[view], field="rendering").pixels)
    return await store.write(composed(subject, _staging(seed, number), Grade()))


@task(task_run_name="compose concept {number}", cache_policy=by_inputs(), persist_result=True)
async def compose(picture: Artifact, grade: Grade, seed: int, number: int) -> Composed:
    """Return what `picture` shows, set before a light backdrop."""
    store = ArtifactStore.from_settings()
    subject = cut_from_photo(decode(await store.read(picture), field="picture"))
    concept = await store.write(composed(subject, _staging(seed, number), grade))
    return Composed(concept=concept, found=subject.found)


def _staging(seed: int, number: int) -> Staging:
    """Return how concept `number`, counted from 1, is set up; no two of a run are alike."""
    return stagings(len(STAGINGS), seed)[(number - 1) % len(STAGINGS)]
