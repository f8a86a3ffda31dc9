"""Faults on the wire, below every retry: how each ends for each service, and how often the service was asked.

The steps of the image services are tried five times, those of the models three times; what will not pass is tried once.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from blocks.artifacts import Artifact
from tasks.domain.try_on.failures import A100Busy, A100Unavailable, TryOnFailure, failure_of
from tasks.domain.try_on.points import Brush
from tasks.domain.try_on.steps import Step
from tasks.try_on import check_zoom, remove_background, resize_photo
from tasks.try_on_masks import generate_mask, refine_mask
from tasks.try_on_pictures import generate_images
from tests.try_on import pictures
from tests.try_on.driving import Outcome, drive
from tests.try_on.faults import Changed, FaultyProxy, Reset, Slow, Status, Truncated

pytestmark = pytest.mark.usefixtures("prefect")
IMAGE_TRIES, MODEL_TRIES = 5, 3
STROKES = [Brush(((0.5, 0.5),), "add", 50)]


@dataclass(frozen=True)
class Case:
    """One service's task: the request that it makes, the field that it needs of the reply, its code and its tries."""

    task: Any
    step: Step
    request: tuple[str, str]
    field: str
    code: str
    tries: int

    def call(self, photo: Artifact) -> tuple[Any, tuple[Any, ...]]:
        """Return the task and arguments that it takes."""
        more: dict[Step, tuple[Any, ...]] = {
            Step.GENERATING_MASK: ([(0.5, 0.5)], [1], pictures.SIZE),
            Step.REFINING_MASK: (photo, STROKES, pictures.SIZE),
            Step.GENERATING_IMAGES: (photo, "female", "ring", [(15.0, 20.0)]),
        }
        return self.task, (photo, *more.get(self.step, ()))

    def failed(self, outcome: Outcome) -> TryOnFailure:
        """Return what the client is told of `outcome`, which must be a failure."""
        assert outcome.error is not None, self.step
        return failure_of(outcome.error, self.step, outcome.retries)


RESIZE = Case(resize_photo, Step.RESIZING_IMAGE, ("POST", "/resize"), "resized_uri", "RESIZE_FAILED", IMAGE_TRIES)
ZOOM = Case(
    check_zoom, Step.CHECKING_ZOOM, ("POST", "/zoom_check"), "recommend_bg_removal", "ZOOM_CHECK_FAILED", IMAGE_TRIES
)
CUT = Case(
    remove_background,
    Step.REMOVING_BACKGROUND,
    ("POST", "/birefnet/jobs"),
    "job_id",
    "BIREFNET_UNAVAILABLE",
    MODEL_TRIES,
)
MASK = Case(generate_mask, Step.GENERATING_MASK, ("GET", "/sam3/jobs/"), "status", "SAM3_UNAVAILABLE", MODEL_TRIES)
REFINE = Case(
    refine_mask, Step.REFINING_MASK, ("POST", "/refine_mask"), "refined_mask_uri", "GENERATION_FAILED", MODEL_TRIES
)
GENERATE = Case(
    generate_images, Step.GENERATING_IMAGES, ("POST", "/generate"), "result_base64", "GENERATION_FAILED", MODEL_TRIES
)
CASES = (RESIZE, ZOOM, CUT, MASK, REFINE, GENERATE)
A100 = (REFINE, GENERATE)
# How long an answer is awaited in vain. One loop runs tasks and services, and stands still while Prefect writes the
# tracebacks of several failures, more than a second on a busy machine: a request must still be sent and noted in time.
PATIENCE_S = 3
PATIENCE = {
    f"TRYON_{name}_S": PATIENCE_S
    for name in ("RESIZE_TIMEOUT", "ZOOM_TIMEOUT", "POLL_BUDGET", "REFINE_TIMEOUT", "GENERATE_TIMEOUT")
}


async def outcomes(photo: Artifact, *cases: Case) -> list[tuple[Case, Outcome]]:
    """Run the tasks of all `cases` side by side."""
    return list(zip(cases, await drive(*(case.call(photo) for case in cases)), strict=True))


def assert_tried(case: Case, outcome: Outcome, proxy: FaultyProxy, tries: int, code: str = "") -> None:
    """Hold `outcome` to a failure that the client is told of with `code`, after exactly `tries` requests."""
    failure = case.failed(outcome)
    told = (failure.code, failure.failed_step, failure.retry_count, failure.is_retryable)
    assert told == (code or case.code, case.step, tries - 1, tries > 1), str(outcome.error)
    assert proxy.count(*case.request) == tries, case.step


PASSING = {"429": Status(429), "500": Status(500), "reset": Reset(), "truncated": Truncated(), "slow": Slow()}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
async def test_what_may_pass_is_tried_as_often_as_the_policy_says(fault, proxy: FaultyProxy, photo, configure):
    """Overload, a fault of the service, a broken connection, a body that breaks off, silence: every try is used."""
    configure(**PATIENCE if isinstance(fault, Slow) else {})
    for case in CASES:
        proxy.order(*case.request, fault)
    for case, outcome in await outcomes(photo, *CASES):
        assert_tried(case, outcome, proxy, case.tries)


async def test_a_busy_service(proxy: FaultyProxy, photo):
    """503 is tried as often as the policy says; from the A100 server it has a code of its own."""
    for case in CASES:
        proxy.order(*case.request, Status(503))
    for case, outcome in await outcomes(photo, *CASES):
        assert_tried(case, outcome, proxy, case.tries, "A100_BUSY" if case in A100 else case.code)


async def test_a_wrong_type_is_final(proxy: FaultyProxy, photo):
    """A field of the wrong type is named after one try."""
    for case in CASES:
        proxy.order(*case.request, Changed(case.field, {"not": "this"}))
    for case, outcome in await outcomes(photo, *CASES):
        assert_tried(case, outcome, proxy, 1)
        assert f"{case.field} must be" in case.failed(outcome).message


async def test_a_refusal_is_final(proxy: FaultyProxy, photo):
    """400 is not tried again, and what the service said is told."""
    for case in CASES:
        proxy.order(*case.request, Status(400))
    for case, outcome in await outcomes(photo, *CASES):
        assert_tried(case, outcome, proxy, 1)
        assert "injected 400" in case.failed(outcome).message


async def test_what_passes_is_got_over(proxy: FaultyProxy, photo):
    """One fault costs one retry and nothing else."""
    for case in CASES:
        proxy.order(*case.request, Reset(), times=1)
    for case, outcome in await outcomes(photo, *CASES):
        assert (outcome.error, outcome.retries) == (None, 1), case.step


async def test_success_after_the_time_out(proxy: FaultyProxy, services, photo, configure):
    """An answer that comes too late is lost: the service is asked once more, and does the work twice."""
    configure(**PATIENCE)
    cases = (RESIZE, REFINE, GENERATE)
    for case in cases:
        proxy.order(*case.request, Slow(done=True), times=1)
    for case, outcome in await outcomes(photo, *cases):
        assert (outcome.error, outcome.retries) == (None, 1), case.step
        assert services.count(*case.request) == 2, case.step


async def test_a_job_that_is_done_after_the_time_out(proxy: FaultyProxy, services, photo, configure):
    """A retry asks on for the job that was kept, and finds it done: one submission in all."""
    configure(**PATIENCE)
    for service in ("birefnet", "sam3"):
        proxy.order("GET", f"/{service}/jobs/", Slow(done=True), times=1)
    for case, outcome in await outcomes(photo, CUT, MASK):
        assert (outcome.error, outcome.retries) == (None, 1), case.step
    assert (services.count("POST", "/birefnet/jobs"), services.count("POST", "/sam3/jobs")) == (1, 1)


async def test_a_job_that_is_lost_is_submitted_again(proxy: FaultyProxy, photo):
    """A service that no longer knows this try's job gets it anew in the next."""
    for service in ("birefnet", "sam3"):
        proxy.order("GET", f"/{service}/jobs/", Status(404), times=1)
    for case, outcome in await outcomes(photo, CUT, MASK):
        assert (outcome.error, outcome.retries) == (None, 1), case.step
    assert (proxy.count("POST", "/birefnet/jobs"), proxy.count("POST", "/sam3/jobs")) == (2, 2)


async def test_a_kept_job_that_is_lost_costs_no_try(proxy: FaultyProxy, photo):
    """A retry that finds its kept job gone submits it again at once."""
    proxy.order("GET", "/jobs/", Reset(), times=1)
    proxy.order("GET", "/jobs/", Status(404), times=1)
    [(_, outcome)] = await outcomes(photo, CUT)
    assert (outcome.error, outcome.retries, proxy.count("POST", "/jobs")) == (None, 1, 2)


async def test_a_job_that_is_lost_every_time(proxy: FaultyProxy, photo):
    """Every try submits a job of its own and loses it."""
    proxy.order("GET", "/jobs/", Status(404))
    [(_, outcome)] = await outcomes(photo, CUT)
    assert_tried(CUT, outcome, proxy, MODEL_TRIES)


OFFLINE = {
    "500": Status(500),
    "404": Status(404),
    "reset": Reset(),
    "truncated": Truncated(),
    "slow": Slow(),
    "not online": Changed("status", "starting"),
}


@pytest.mark.parametrize("fault", OFFLINE.values(), ids=OFFLINE)
async def test_an_offline_a100_is_probed_once_and_never_called(fault, proxy: FaultyProxy, photo, configure):
    """It does not come back within a run: one probe for each step, no work asked for, no retry, a code of its own."""
    configure(TRYON_HEALTH_TIMEOUT_S=PATIENCE_S)
    proxy.order("GET", "/a100/health", fault)
    for case, outcome in await outcomes(photo, *A100):
        assert isinstance(outcome.error, A100Unavailable)
        failure = case.failed(outcome)
        told = (failure.code, failure.failed_step, failure.retry_count, failure.is_retryable)
        assert told == ("A100_UNAVAILABLE", case.step, 0, True)
        assert failure.message.startswith("A100 server is offline")
    assert (proxy.count("GET", "/a100/health"), proxy.count("POST", "/a100")) == (len(A100), 0)


@pytest.mark.parametrize("fault", [Status(503), Changed("models_loaded", False)], ids=["503", "models not loaded"])
async def test_a_busy_a100_is_probed_again(fault, proxy: FaultyProxy, photo):
    """While its models are loading every try begins with a probe, and no work is asked for."""
    proxy.order("GET", "/a100/health", fault)
    for case, outcome in await outcomes(photo, *A100):
        assert isinstance(outcome.error, A100Busy)
        failure = case.failed(outcome)
        assert (failure.code, failure.retry_count, failure.is_retryable) == ("A100_BUSY", MODEL_TRIES - 1, True)
    probes = MODEL_TRIES * len(A100)
    assert (proxy.count("GET", "/a100/health"), proxy.count("POST", "/a100")) == (probes, 0)


async def test_every_try_begins_with_a_probe(proxy: FaultyProxy, photo):
    """A retry after a fault asks for the server's health anew, right before the call."""
    proxy.order("POST", "/generate", Status(500), times=1)
    [(_, outcome)] = await outcomes(photo, GENERATE)
    assert outcome.error is None
    assert [call.path for call in proxy.calls] == ["/a100/health", "/a100/generate"] * 2


async def test_an_a100_that_goes_offline_between_two_tries(proxy: FaultyProxy, photo):
    """The retry's probe finds it gone, and that is the end, with the retry counted."""
    proxy.order("POST", "/generate", Status(500), times=1)
    proxy.order("GET", "/a100/health", Changed("models_loaded", True), times=1)
    proxy.order("GET", "/a100/health", Reset())
    [(_, outcome)] = await outcomes(photo, GENERATE)
    assert isinstance(outcome.error, A100Unavailable)
    assert (outcome.retries, proxy.count("POST", "/generate")) == (1, 1)
