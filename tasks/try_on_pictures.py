"""The try-on task that puts the jewelry on a person."""

from prefect import task

from blocks.artifacts import Artifact, ArtifactStore
from blocks.try_on.a100 import A100, Pictures
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.images.decoding import decode, encode_jpeg
from tasks.domain.try_on.points import Point
from tasks.try_on_policies import GENERATE_NET_S, GENERATE_STEP

JPEG = "image/jpeg"
FIELDS = ("flux", "gemini", "flux_fidelity", "gemini_fidelity")


@task(
    task_run_name="generate the pictures",
    timeout_seconds=GENERATE_NET_S,
    **GENERATE_STEP,
)
async def generate_images(
    photo: Artifact, mask: Artifact, gender: str, jewelry_type: str, scaled_points: list[Point]
) -> Pictures:
    """Return both pictures as JPEG; never cached, since every run is to give other ones."""
    made = await A100().generate(photo, mask, gender=gender, jewelry_type=jewelry_type, scaled_points=scaled_points)
    store = ArtifactStore.from_settings()
    kept = {field: await _as_jpeg(getattr(made, field), store) for field in FIELDS}
    return made.model_copy(update=kept)


async def _as_jpeg(picture: Artifact | None, store: ArtifactStore) -> Artifact | None:
    """Return `picture` as JPEG: encoded anew only where it is none, since every time loses some of it."""
    if picture is None or picture.media_type == JPEG:
        return picture
    try:
        pixels = decode(await store.read(picture)).pixels
    except InvalidInput as error:
        raise UpstreamError(A100.service, str(error)) from error
    return await store.write(encode_jpeg(pixels))
