"""Scene tasks: the photo is taken in; a model describes it, and mends its answer once; or it is measured."""

from dataclasses import dataclass, field
from typing import Any, Literal

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.tasks import exponential_backoff

from blocks.artifacts import Artifact, ArtifactStore
from blocks.images.settings import image_settings
from blocks.language_models import Unanswered
from tasks.deadline import deadline
from tasks.domain.errors import AtelierError, InvalidInput, MissingKey, UpstreamError
from tasks.domain.images.decoding import decode
from tasks.domain.pictures import check_picture, sniff
from tasks.domain.scenes.answers import SceneUnreadable, scene_from
from tasks.domain.scenes.measuring import measure_scene, read_exif
from tasks.domain.scenes.prompting import analysis_question, analysis_system, repair_question
from tasks.domain.scenes.scene import Analysis, Scene
from tasks.image_writers import WriterCall, ask_writer
from tasks.language import Question
from tasks.ledger import Reply
from tasks.policies import by_inputs, if_upstream_may_recover

FORMATS = {"image/jpeg", "image/png", "image/webp", "image/gif"}
TEMPERATURE = 0.3
MEASURED_PX = 2000  # long side that is enough to measure
MEASURE_TIMEOUT_S = 60.0
MAX_PROBLEMS = 5  # that a warning names
ErrorKind = Literal["unreadable", "timeout", "unreachable", "refused"]
TRIED_AGAIN: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": exponential_backoff(2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": if_upstream_may_recover,
}


@dataclass(frozen=True)
class Look:
    """What a model is to look at, and what it may cost."""

    photo: Artifact
    steering: str
    model: str | None
    cap_usd: float


@dataclass(frozen=True)
class Reading:
    """What an answer says: a scene, or else why it is none."""

    answer: Reply
    scene: Scene | None
    problems: list[str] = field(default_factory=list)


class NoScene(AtelierError):
    """The model's second answer was no scene either."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"the model's answer is no scene: {'; '.join(problems[:MAX_PROBLEMS])}")

    def __reduce__(self) -> tuple[object, ...]:
        return NoScene, (self.problems,)


@task(task_run_name="take the photo in", cache_policy=NO_CACHE, persist_result=False, **TRIED_AGAIN)
async def take_photo(picture: Artifact) -> Artifact:
    """Return the photo, labelled by its bytes; raises InvalidInput when it is too large or of none of the formats."""
    store, limit = ArtifactStore.from_settings(), image_settings().max_image_bytes
    data = await store.read(picture, max_bytes=limit, field="picture")
    if sniff(data) not in FORMATS:
        raise InvalidInput("picture", "must be a JPEG, a PNG, a WebP or a GIF")
    media_type = check_picture(data, field="picture", max_bytes=limit)
    return picture.model_copy(update={"media_type": media_type})


async def look(what: Look) -> Reading:
    """Ask a model what the photo shows."""
    return read(await _asked(what, "look", analysis_question(what.steering)))


async def repair(what: Look, first: Reading) -> Reading:
    """Ask the model again, with its answer and what is wrong with it."""
    return read(await _asked(what, "repair", repair_question(first.answer.text, first.problems)))


def read(answer: Reply) -> Reading:
    """Take the scene out of an answer, or the reasons why there is none."""
    try:
        scene = scene_from(answer.text)
    except SceneUnreadable as unreadable:
        cut_off = ["the answer was cut off"] if answer.stop == "truncated" else []
        return Reading(answer, None, [*cut_off, *unreadable.problems])
    return Reading(answer, scene)


def described(last: Reading, first: Reading) -> Scene:
    """Return the scene with who described it; raises NoScene when the last answer has none."""
    if last.scene is None:
        raise NoScene(last.problems)
    warnings = [] if last is first else ["The model's first answer did not fit: " + "; ".join(first.problems)]
    by = Analysis(by="model", model=last.answer.model_id, warnings=[warning[:2000] for warning in warnings])
    return last.scene.model_copy(update={"analysis": by})


@task(task_run_name="measure the photo", cache_policy=by_inputs(), persist_result=True)
async def measure(photo: Artifact, steering: str) -> Scene:
    """Return what can be measured of the photo, without a model."""
    data = await ArtifactStore.from_settings().read(photo)
    with deadline(MEASURE_TIMEOUT_S, "picture"):
        pixels = decode(data, field="picture", fit_px=MEASURED_PX).pixels
        return measure_scene(pixels, exif=read_exif(data), steering=steering)


def blame(failure: AtelierError | TimeoutError) -> tuple[ErrorKind | None, int | None]:
    """Return what was wrong with the model, and the HTTP status of its refusal; neither when it is not to blame."""
    if isinstance(failure, NoScene):
        return "unreadable", None
    if isinstance(failure, TimeoutError):
        return "timeout", None
    if isinstance(failure, MissingKey):
        return "unreachable", None
    if isinstance(failure, Unanswered):
        return ("unreadable" if failure.why == "malformed" else failure.why), failure.status
    return ("unreachable" if isinstance(failure, UpstreamError) else None), None


async def _asked(what: Look, purpose: str, user: str) -> Reply:
    question = Question(system=analysis_system(), user=user, picture=what.photo, temperature=TEMPERATURE)
    call = WriterCall(purpose=purpose, slug=purpose, model=what.model, vision=True, cap_usd=what.cap_usd)
    return await ask_writer(call, question)
