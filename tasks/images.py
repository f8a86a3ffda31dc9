"""Image jobs: what may be asked for, and one picture from one endpoint, made once however often the run is started."""

import time
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from pydantic import BaseModel

from blocks.artifacts import Artifact, ArtifactNotFound, ArtifactStore
from blocks.images.endpoint import ImageEndpoint, MadePicture, PictureOrder
from blocks.images.settings import EndpointEntry, image_settings
from flows.contracts import ImagesRequest, WriterStatus
from tasks.current_run import current_run
from tasks.domain.errors import InvalidInput, MissingKey
from tasks.domain.pictures import check_picture
from tasks.domain.rounds.choices import slug
from tasks.endpoint_slots import endpoint_slot, give_back_left_behind
from tasks.policies import if_upstream_may_recover

MAX_STORED_PROMPT_BYTES = 1024 * 1024
TAKEN = ("image/jpeg", "image/png", "image/webp", "image/gif")
LIMITED = ("count", "steps", "strength", "guidance_scale", "temperature", "seed")
Kept = TypeVar("Kept", bound=BaseModel)
NO_ENDPOINT = "an image job, for which config.json lists no endpoint,"


class Words(BaseModel):
    """The words of a request, whole: its prompt, or what its prompts are to be about, and its second prompt."""

    prompt: str
    prompt2: str


class WrittenRound(BaseModel):
    """The prompts that were written for a round, by endpoint, and who wrote them."""

    prompts: dict[str, str]
    writer: WriterStatus


class Drawn(BaseModel):
    """A picture as its endpoint made it, and how many seconds that took."""

    made: MadePicture
    duration: float


def places() -> list[EndpointEntry]:
    """Return the endpoints, at least one; raises MissingKey where none is configured."""
    found = image_settings().places
    if not found:
        raise MissingKey(NO_ENDPOINT, "IMAGE_ENDPOINT_URL")
    return found


def check_limits(request: ImagesRequest) -> None:
    """Raise InvalidInput, naming field and range, for what config.json does not allow."""
    for field in LIMITED:
        value, limit = getattr(request, field), image_settings().limit(field)
        if not isinstance(value, int | float):
            continue
        if limit.min is not None and value < limit.min:
            raise InvalidInput(field, f"must be at least {limit.min:g}, is {value:g}")
        if limit.max is not None and value > limit.max:
            raise InvalidInput(field, f"must be at most {limit.max:g}, is {value:g}")


def patience_s(request: ImagesRequest) -> float:
    """Return how long a job may take: every try of every round to its last second, behind the jobs that run beside it.

    Each step has a limit of its own; this one only ends what none of them does.
    """
    settings = image_settings()
    drawing = _tries_s(settings.endpoint_timeout_s, settings.endpoint_retry_delays_s)
    writing = _tries_s(settings.llm_timeout_s, settings.llm_retry_delays_s) * len(settings.places)
    return request.count * settings.jobs_at_once * (drawing + (writing if request.random else 0))


async def words_of(request: ImagesRequest) -> Words:
    """Return the words of the request, from the store where they are too long to be carried."""
    return Words(
        prompt=await _text(request.prompt, request.prompt_stored, "prompt"),
        prompt2=await _text(request.prompt2, request.prompt2_stored, "prompt2"),
    )


async def check_start(picture: Artifact | None) -> None:
    """Raise InvalidInput unless the picture to start from is one that endpoints take."""
    if picture is None:
        return
    limit = image_settings().max_image_bytes
    data = await ArtifactStore.from_settings().read(picture, max_bytes=limit, field="image")
    if check_picture(data, field="image", max_bytes=limit) not in TAKEN:
        raise InvalidInput("image", "must be a JPEG, PNG, WebP or GIF")


def is_started_again() -> bool:
    """Tell whether an earlier start of this run may have left something."""
    return current_run().run_count > 1


async def free_slots(entries: Sequence[EndpointEntry]) -> None:
    """Give back what an earlier start of this run, whose process was killed, held of its endpoints."""
    if is_started_again():
        await give_back_left_behind(slug(entry.label) for entry in entries)


def slot_of(entry: EndpointEntry) -> AbstractAsyncContextManager[None]:
    """Hold one of the endpoint's slots inside the block."""
    return endpoint_slot(entry.slot, slug(entry.label))


async def written_before(number: int, labels: Sequence[str]) -> WrittenRound | None:
    """Return the prompts that an earlier start of this run had written for a round, and these endpoints."""
    found = await _kept(WrittenRound, _document(number, "prompts"))
    return found if found and found.prompts.keys() == set(labels) else None


async def keep_written(number: int, written: WrittenRound) -> None:
    """Write the prompts of a round down."""
    store = ArtifactStore.from_settings()
    await store.write_named(_document(number, "prompts"), written.model_dump_json().encode())


async def drawn_before(number: int, entry: EndpointEntry) -> Drawn | None:
    """Return the picture that an earlier start of this run had from this endpoint in this round."""
    return await _kept(Drawn, _document(number, slug(entry.label)))


async def drawn(number: int, entry: EndpointEntry, order: PictureOrder) -> Drawn:
    """Return the picture that the endpoint makes; raises UpstreamError after the last try that config.json allows.

    Whoever calls this holds a slot of the endpoint's, through the pauses between tries too.
    """
    delays = image_settings().endpoint_retry_delays_s
    patient = draw.with_options(retries=len(delays), retry_delay_seconds=delays)
    return await patient(f"round {number} on {entry.label}", number, entry, order)


@task(
    task_run_name="draw {what}",
    retry_condition_fn=if_upstream_may_recover,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def draw(what: str, number: int, entry: EndpointEntry, order: PictureOrder) -> Drawn:
    """Ask the endpoint once, under a key that stays the same for this run, round and endpoint; keep what it made."""
    began_s = time.monotonic()
    key = f"{current_run().id}-{number}-{slug(entry.label)}"
    made = await ImageEndpoint.of(entry).generate(order, key=key)
    found = Drawn(made=made, duration=round(time.monotonic() - began_s, 3))
    store = ArtifactStore.from_settings()
    await store.write_named(_document(number, slug(entry.label)), found.model_dump_json().encode())
    return found


async def _text(text: str, stored: Artifact | None, field: str) -> str:
    if stored is None:
        return text.strip()
    data = await ArtifactStore.from_settings().read(stored, max_bytes=MAX_STORED_PROMPT_BYTES, field=field)
    try:
        return data.decode().strip()
    except UnicodeDecodeError as error:
        raise InvalidInput(field, "the stored text is not UTF-8") from error


async def _kept(kind: type[Kept], document: str) -> Kept | None:
    if not is_started_again():
        return None
    try:
        return kind.model_validate_json(await ArtifactStore.from_settings().read_named(document))
    except ArtifactNotFound:
        return None


def _tries_s(timeout_s: float, delays_s: Sequence[float]) -> float:
    return timeout_s * (1 + len(delays_s)) + sum(delays_s)


def _document(number: int, name: str) -> str:
    return f"runs/{current_run().id}/rounds/{number}/{name}.json"
