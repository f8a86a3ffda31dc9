"""Try-on tasks on the mask: made from clicks, corrected by strokes, brought to the one form that masks have here."""

import io
from collections.abc import Sequence

from PIL import Image
from prefect import task
from pydantic import BaseModel

from blocks.artifacts import Artifact, ArtifactStore
from blocks.try_on.a100 import A100, RefinedMask
from blocks.try_on.sam3 import SAM3
from tasks.domain.errors import InvalidInput, UpstreamError
from tasks.domain.images.decoding import decode_mask, encode_mask
from tasks.domain.masks.polarity import canonical_mask
from tasks.domain.pictures import check_picture
from tasks.domain.try_on.points import Brush, Point, scaled
from tasks.domain.try_on.steps import Step
from tasks.policies import by_inputs
from tasks.try_on import job_slip
from tasks.try_on_policies import (
    IMAGE_STEP,
    JOB_NET_S,
    MODEL_STEP,
    REFINE_NET_S,
    UPLOAD_NET_S,
    service_world,
)

MAX_BYTES = 64 * 1024 * 1024
Size = tuple[int, int]  # width and height in pixels


class Mask(BaseModel):
    """A mask in our form: PNG, white where the jewelry is, as large as the photo."""

    mask: Artifact
    engine: str


@task(
    task_run_name="generate the mask",
    cache_policy=by_inputs(service_world("sam3_url", "mask_polarity")),
    timeout_seconds=JOB_NET_S,
    **MODEL_STEP,
)
async def generate_mask(photo: Artifact, points: list[Point], labels: list[int], size_px: Size) -> Mask:
    """Return the mask of what `points`, fractions of `photo`, with label 1 lie on.

    Raises UpstreamError also for a mask that is empty or covers everything.
    """
    sam3 = SAM3()
    raw = await sam3.segment(photo, points, labels, size_px, job_slip(Step.GENERATING_MASK))
    clicks = [point for point, label in zip(points, labels, strict=True) if label == 1]
    store = ArtifactStore.from_settings()
    data = await store.read(raw.mask)
    try:
        painted = decode_mask(data, field="mask_uri", size=size_px)
        mask = canonical_mask(painted, scaled(clicks, *size_px), sam3.polarity, field="mask_uri")
    except InvalidInput as error:
        raise UpstreamError(sam3.service, str(error)) from error
    return Mask(mask=await store.write(encode_mask(mask)), engine=raw.engine)


@task(
    task_run_name="refine the mask",
    cache_policy=by_inputs(service_world("a100_url", "brush_size_scale")),
    timeout_seconds=REFINE_NET_S,
    **MODEL_STEP,
)
async def refine_mask(photo: Artifact, mask: Artifact, strokes: Sequence[Brush], size_px: Size) -> RefinedMask:
    """Return `mask` corrected by `strokes`, in their order."""
    return await A100().refine(photo, mask, strokes, size_px)


@task(
    task_run_name="upload the mask",
    cache_policy=by_inputs(),
    timeout_seconds=UPLOAD_NET_S,
    **IMAGE_STEP,
)
async def upload_mask(mask: Artifact, size_px: Size) -> Artifact:
    """Return `mask`, white on the jewelry, in our form; raises InvalidInput when no jewelry is left of it."""
    store = ArtifactStore.from_settings()
    given = decode_mask(await store.read(mask, max_bytes=MAX_BYTES, field="mask"), size=size_px)
    return await store.write(encode_mask(canonical_mask(given, (), "white")))


async def picture_size(photo: Artifact) -> Size:
    """Return the width and height of `photo` in pixels; raises InvalidInput when it is no picture."""
    data = await ArtifactStore.from_settings().read(photo, max_bytes=MAX_BYTES, field="photo")
    check_picture(data, field="photo", max_bytes=MAX_BYTES)
    return Image.open(io.BytesIO(data)).size
