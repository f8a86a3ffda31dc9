"""Try-on tasks on the photo: checked, resized, looked at, cut out of its background."""

from prefect import task

from blocks.artifacts import Artifact, ArtifactStore
from blocks.try_on.birefnet import BiRefNet, Cutout
from blocks.try_on.image_manipulator import ImageManipulator, Resized, ZoomCheck
from blocks.try_on.jobs import JobSlip
from tasks.current_run import current_run
from tasks.domain.pictures import check_picture
from tasks.domain.try_on.steps import Step
from tasks.policies import by_inputs
from tasks.try_on_policies import (
    IMAGE_STEP,
    JOB_NET_S,
    MODEL_STEP,
    RESIZE_NET_S,
    UPLOAD_NET_S,
    ZOOM_NET_S,
    service_world,
)

MAX_PHOTO_BYTES = 32 * 1024 * 1024


@task(
    task_run_name="upload the photo",
    cache_policy=by_inputs(),
    timeout_seconds=UPLOAD_NET_S,
    **IMAGE_STEP,
)
async def upload_photo(photo: Artifact) -> Artifact:
    """Return `photo` as it is stored, labelled by its bytes; raises InvalidInput when it is no picture."""
    store = ArtifactStore.from_settings()
    data = await store.read(photo, max_bytes=MAX_PHOTO_BYTES, field="photo")
    check_picture(data, field="photo", max_bytes=MAX_PHOTO_BYTES)
    return await store.write(data)


@task(
    task_run_name="resize the photo",
    cache_policy=by_inputs(
        service_world("image_manipulator_url", "resize_mode", "canvas_width_px", "canvas_height_px", "max_dimension_px")
    ),
    timeout_seconds=RESIZE_NET_S,
    **IMAGE_STEP,
)
async def resize_photo(photo: Artifact) -> Resized:
    """Return `photo` on the canvas, and what was added around it."""
    return await ImageManipulator().resize(photo)


@task(
    task_run_name="check the zoom",
    cache_policy=by_inputs(service_world("image_manipulator_url")),
    timeout_seconds=ZOOM_NET_S,
    **IMAGE_STEP,
)
async def check_zoom(photo: Artifact) -> ZoomCheck:
    """Return whether the background of `photo` is in the way."""
    return await ImageManipulator().check_zoom(photo)


@task(
    task_run_name="remove the background",
    cache_policy=by_inputs(service_world("birefnet_url")),
    timeout_seconds=JOB_NET_S,
    **MODEL_STEP,
)
async def remove_background(photo: Artifact) -> Cutout:
    """Return `photo` without its background."""
    return await BiRefNet().cut_out(photo, job_slip(Step.REMOVING_BACKGROUND))


def job_slip(step: Step) -> JobSlip:
    """Return where this run writes down the job that a service does for `step`."""
    return JobSlip(ArtifactStore.from_settings(), str(current_run().id), step.lower())
