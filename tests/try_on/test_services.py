"""The blocks of the four services on the wire: what they send in each dialect, and what they make of the replies."""

import base64

import pytest

from blocks.tracing import tracing
from blocks.try_on.a100 import A100
from blocks.try_on.birefnet import BiRefNet
from blocks.try_on.health import probe_all
from blocks.try_on.image_manipulator import ImageManipulator
from blocks.try_on.jobs import JobSlip, release
from blocks.try_on.sam3 import SAM3
from blocks.try_on.settings import TryOnSettings
from tasks.domain.errors import InvalidInput, MissingKey, UpstreamError
from tasks.domain.trace_context import Trace
from tasks.domain.try_on.points import Brush
from tests.loopback import Answer, LoopbackServer
from tests.prefect_server import free_port
from tests.try_on import pictures
from tests.try_on.services import METRICS, PADDING, text

both = pytest.mark.parametrize("services", ["seed", "deployed"], indirect=True)
CLICKS = {"points": [(0.5, 0.5), (0.1, 0.2)], "labels": [1, 0], "size_px": (30, 40)}
STROKES = [Brush(((0.5, 0.5), (0.9, 1.0)), "add", 50)]


@both
async def test_a_photo_is_resized(services, photo):
    """The service is told the canvas; photo, size and padding come back, from a URI or from a data URL."""
    resized = await ImageManipulator().resize(photo)
    sent = services.sent("/resize")
    assert (sent["target_width"], sent["target_height"], sent["flag"]) == (2000, 2667, "fixed_dimensions")
    if services.dialect == "seed":
        assert (sent["image_uri"], sent["max_dimension"]) == (photo.uri, 1536)
    else:
        assert sent["image"] == {"uri": photo.uri}
    assert (resized.width_px, resized.height_px, resized.padding) == (*pictures.SIZE, PADDING)
    assert resized.photo.media_type == "image/jpeg"


async def test_a_longest_side_instead_of_a_canvas(services, photo, configure):
    """RESIZE_MODE=max_dimension sends no canvas, and a reply without padding means that there is none."""
    configure(RESIZE_MODE="max_dimension", TRYON_MAX_DIMENSION_PX="512")
    services.replies["/resize"] = {"padding": ...}
    resized = await ImageManipulator().resize(photo)
    assert services.sent("/resize") == {"image_uri": photo.uri, "max_dimension": 512}
    assert set(resized.padding.values()) == {0}


@both
async def test_the_zoom_is_checked(services, photo, store):
    """Either spelling of the advice counts; without any, nothing is to be removed."""
    checked = await ImageManipulator().check_zoom(photo)
    assert checked.remove_background
    if services.dialect == "seed":
        assert services.sent("/zoom_check") == {"image_uri": photo.uri}
    else:
        assert base64.b64decode(services.sent("/zoom_check")["image"]["base64"]) == await store.read(photo)
    services.replies["/zoom_check"] = {"recommend_bg_removal": None, "should_remove_background": ...}
    assert not (await ImageManipulator().check_zoom(photo)).remove_background


@both
async def test_the_background_is_removed(services, photo, slip, store):
    """The job is submitted once, looked at until it is done, and its picture is the result."""
    cutout = await BiRefNet().cut_out(photo, slip)
    image = {"image_uri": photo.uri} if services.dialect == "seed" else {"data": {"image": {"uri": photo.uri}}}
    assert services.sent("/birefnet/jobs") == image
    assert (services.count("POST", "/jobs"), services.count("GET", "/jobs/")) == (1, 2)
    assert (await pictures.opened(store, cutout.photo)).mode == "RGBA"
    assert await slip.read() is None


@both
async def test_a_mask_is_made_of_clicks(services, photo, slip):
    """The seed's service takes fractions, the deployed one pixels of the picture."""
    raw = await SAM3().segment(photo, **CLICKS, slip=slip)
    sent = services.sent("/sam3/jobs")
    if services.dialect == "seed":
        assert sent == {"image_uri": photo.uri, "points": [[0.5, 0.5], [0.1, 0.2]], "labels": [1, 0]}
    else:
        about = {"points": [[15, 20], [3, 8]], "point_labels": [1, 0], "invert_mask": False}
        assert sent == {"data": {"image": {"uri": photo.uri}, **about}}
    assert raw.mask.media_type == "image/png"


@both
async def test_strokes_refine_the_mask(services, photo, store, configure):
    """The seed's service takes fractions and a size on 2000 pixels; the deployed one whole pixels of the picture."""
    configure(BRUSH_SIZE_SCALE="4")
    before = await store.write(pictures.mask())
    refined = await A100().refine(photo, before, STROKES, (1000, 1334))
    assert refined.mask not in (None, before)
    assert (services.count("GET", "/health"), services.count("POST", "/refine")) == (1, 1)
    if services.dialect == "seed":
        stroke = {"points": [[0.5, 0.5], [0.9, 1.0]], "mode": "add", "size": 200}
        assert services.sent("/refine_mask") == {"image_uri": photo.uri, "mask_uri": before.uri, "strokes": [stroke]}
    else:
        stroke = {"type": "add", "points": [[500, 667], [900, 1333]], "radius": 100}
        assert services.sent("/refine-mask")["brush_strokes"] == [stroke]
        assert base64.b64decode(services.sent("/refine-mask")["current_mask_base64"]) == pictures.mask()


@pytest.mark.parametrize("nothing", [None, "", ...], ids=["null", "empty", "missing"])
async def test_no_refined_mask_is_no_error(services, photo, nothing):
    """A service that returns no mask leaves it to the caller to keep the last one."""
    services.replies["/refine_mask"] = {"refined_mask_uri": nothing}
    assert (await A100().refine(photo, photo, STROKES, (30, 40))).mask is None


@both
async def test_pictures_are_generated(services, photo, store):
    """Who wears it and where the jewelry is are passed on; pictures and metrics come back, the second ones optional."""
    mask = await store.write(pictures.mask())
    who = {"gender": "male", "jewelry_type": "ring"}
    made = await A100().generate(photo, mask, **who, scaled_points=[(15.0, 20.0)])
    sent = services.sent("/generate")
    assert sent["scaled_points"] == [[15.0, 20.0]]
    assert {name: sent[name] for name in who} == who
    if services.dialect == "seed":
        assert (sent["image_uri"], sent["mask_uri"]) == (photo.uri, mask.uri)
    else:
        assert base64.b64decode(sent["image_base64"]) == await store.read(photo)
        assert base64.b64decode(sent["mask_base64"]) == pictures.mask()
    assert (made.flux.media_type, made.gemini.media_type, made.gemini_fidelity) == ("image/jpeg", "image/png", None)
    assert made.flux_metrics == made.gemini_metrics == METRICS
    assert (await A100().generate(photo, mask, **who, scaled_points=[])).flux_metrics is None
    assert "scaled_points" not in services.sent("/generate")


async def test_pictures_come_in_every_form(services, photo, store, configure):
    """A result may be one of our URIs, a blob of the uploads container, a link, bare base64 or a data URL."""
    configure(ATELIER_FETCH_ALLOW="127.0.0.1/32")
    drawing = pictures.flat((1, 2, 3), "PNG")
    folder = store.home / "store" / "jewelry-uploads" / "ring" / "uploads"
    folder.mkdir(parents=True)
    (folder / "original-1.png").write_bytes(drawing)
    ours = await store.write(drawing)
    forms = [
        ours.uri,
        "azure://jewelry-uploads/ring/uploads/original-1.png",
        text(drawing),
        f"data:image/png;base64,{text(drawing)}",
    ]
    with LoopbackServer(lambda call: Answer(data=drawing, media_type="image/png")) as elsewhere:
        for form in (*forms, f"{elsewhere.url}/picture.png?sig=abc"):
            services.replies["/resize"] = {"resized_uri": form}
            assert (await ImageManipulator().resize(photo)).photo == ours


@pytest.mark.parametrize(
    "value",
    [
        "azure://elsewhere/ring/uploads/original-1.png",
        "azure://jewelry-uploads/../secret.png",
        "azure://jewelry-uploads/named/runs/1/result.json",
        f"azure://agentic-artifacts/hashed/{'0' * 64}",
        "https://127.0.0.1:9/picture.png",
        text(b"plain text"),
        "data:image/png,unpacked",
        "not base64!",
        "Água",
        text(pictures.photo()[:20]),
    ],
)
async def test_what_is_no_picture_of_theirs_is_refused(services, photo, value):
    """A reply that leads elsewhere, nowhere, or to no picture is the service's fault, and its field is named."""
    services.replies["/resize"] = {"resized_uri": value}
    with pytest.raises(UpstreamError, match=r"image manipulator: .*(resized_uri|nothing is stored)") as caught:
        await ImageManipulator().resize(photo)
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("path", "reply", "names"),
    [
        ("/resize", {"resized_uri": 7}, "resized_uri must be text, is a number"),
        ("/resize", {"resized_uri": ""}, "resized_uri is missing or empty"),
        ("/resize", {"padding": {"top": "4", "bottom": 0, "left": 0, "right": 0}}, "padding.top must be a number"),
        ("/resize", {"padding": {"top": -1, "bottom": 0, "left": 0, "right": 0}}, "padding.top is -1"),
        ("/resize", {"padding": {"top": 1.5, "bottom": 0, "left": 0, "right": 0}}, "padding.top must be a whole"),
        ("/resize", {"padding": [20, 20, 0, 0]}, "padding leaves nothing of the photo"),
        ("/resize", {"padding": "none"}, "padding.top must lie in an object"),
        ("/zoom_check", {"recommend_bg_removal": "yes"}, "recommend_bg_removal must be true or false, is text"),
        ("/zoom_check", {"zoom_level": [1]}, "zoom_level must be a number, is a list"),
    ],
)
async def test_a_reply_of_the_wrong_form_names_the_field(services, photo, path, reply, names):
    """A missing field, or one of the wrong type, is an error that no retry mends and that says which field it is."""
    services.replies[path] = reply
    ask = ImageManipulator().resize if path == "/resize" else ImageManipulator().check_zoom
    with pytest.raises(UpstreamError, match=names) as caught:
        await ask(photo)
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("reply", "names"),
    [
        ({"result_base64": None}, "result_base64 is missing or empty"),
        ({"result_gemini_base64": 1}, "result_gemini_base64 must be text"),
        ({"metrics": {"precision": 2.0, "recall": 1, "iou": 1, "growth_ratio": 1}}, "metrics.precision is 2"),
        ({"metrics": {"precision": 1.0}}, "metrics.recall is missing"),
        ({"metrics": "good"}, "metrics.precision must lie in an object"),
    ],
)
async def test_pictures_of_the_wrong_form_name_the_field(services, photo, reply, names):
    """The first picture must be there, the others may be missing; metrics are whole or not there."""
    services.replies["/generate"] = reply
    with pytest.raises(UpstreamError, match=names):
        await A100().generate(photo, photo, gender="female", jewelry_type="ring", scaled_points=[(1, 1)])


@pytest.mark.parametrize("word", ["completed", "succeeded", "Succeeded"])
async def test_words_for_done(services, photo, slip, word):
    """Any of the words for a finished job ends the waiting; no other word does."""
    services.replies["/jobs/"] = {"status": word, "result_uri": services.uris["cutout"]}
    await BiRefNet().cut_out(photo, slip)
    assert services.count("GET", "/jobs/") == 1


@pytest.mark.parametrize(
    ("reply", "retryable"),
    [
        ({"status": "failed", "error": "out of memory"}, True),
        ({"status": "error", "error": {"message": "out of memory"}}, True),
        ({"status": "failed", "error": "no picture", "status_code": 422}, False),
        ({"status": "failed", "error": "no picture", "retryable": False}, False),
        ({"status": "failed", "error": "full", "retryable": True}, True),
        ({"status": "cancelled"}, False),
    ],
)
async def test_words_for_failed(services, photo, slip, reply, retryable):
    """A job that failed is forgotten, so that a retry submits another; one that was at fault is not retried."""
    services.replies["/jobs/"] = reply
    with pytest.raises(UpstreamError, match=f"birefnet: the job {reply['status']}") as caught:
        await BiRefNet().cut_out(photo, slip)
    assert caught.value.retryable is retryable
    assert await slip.read() is None


@pytest.mark.parametrize("uri", ["", None, ...], ids=["empty", "null", "missing"])
async def test_a_job_done_without_a_result_is_an_error(services, photo, slip, uri):
    """An empty result is never passed on, and its job is not asked for again."""
    services.replies["/jobs/"] = {"status": "completed", "mask_uri": uri}
    with pytest.raises(UpstreamError, match="sam3: mask_uri is missing or empty"):
        await SAM3().segment(photo, **CLICKS, slip=slip)
    assert await slip.read() is None


async def test_a_service_without_an_address_is_missing(configure, photo):
    """The error names the service and the variable that is to be set."""
    configure(SAM3_URL="")
    with pytest.raises(MissingKey, match="sam3 needs the environment variable SAM3_URL"):
        await SAM3().post("/jobs", {}, 1)


@pytest.mark.parametrize("url", ["nonsense", "ftp://host/", "http://[::1"])
async def test_an_address_that_is_none_is_named(url, photo, configure):
    """What is no URL is the operator's mistake: the variable is named, and nothing is tried again."""
    with pytest.raises(UpstreamError, match="BIREFNET_URL is no URL") as caught:
        await BiRefNet(url=url).get("/", 1)
    assert not caught.value.retryable


async def test_the_trace_goes_on(services, photo):
    """A call carries the correlation id and the trace of the request that it is made for."""
    with tracing(Trace.received("order-7", "")):
        await ImageManipulator().check_zoom(photo)
    headers = services.calls[-1].headers
    assert headers["x-correlation-id"] == "order-7"
    assert headers["traceparent"].startswith("00-")


async def test_signed_links_need_azure(services, photo, configure):
    """A local store can sign no link that another machine could follow, and says so."""
    configure(TRYON_IMAGE_REFERENCE="sas")
    with pytest.raises(InvalidInput, match="image_reference: sas needs the store's backend azure"):
        await ImageManipulator().resize(photo)


async def test_a_job_outlasts_a_budget(services, photo, slip):
    """A job that is not done in time is kept, and the next try asks on for it: one submission in all."""
    services.replies["/jobs/"] = {"status": "queued"}
    with pytest.raises(UpstreamError, match=r"birefnet: has not done the job within 1 s") as caught:
        await BiRefNet(poll_budget_s=1).cut_out(photo, slip)
    assert caught.value.retryable
    services.replies.clear()
    await BiRefNet().cut_out(photo, slip)
    assert services.count("POST", "/jobs") == 1


async def test_a_job_of_another_question_is_not_taken_up(services, photo, slip, store):
    """A kept job is asked on only for the same picture."""
    services.replies["/jobs/"] = {"status": "queued"}
    with pytest.raises(UpstreamError):
        await BiRefNet(poll_budget_s=1).cut_out(photo, slip)
    services.replies.clear()
    await BiRefNet().cut_out(await store.write(pictures.flat((9, 9, 9))), slip)
    assert services.count("POST", "/jobs") == 2


async def test_a_run_that_is_given_up_drops_its_jobs(services, photo, slip, store):
    """Every job that the run still waits for is deleted at its service and forgotten, also where nobody answers."""
    services.replies["/jobs/"] = {"status": "queued"}
    with pytest.raises(UpstreamError):
        await BiRefNet(poll_budget_s=1).cut_out(photo, slip)
    job = await slip.read()
    away = job.model_copy(update={"url": f"http://127.0.0.1:{free_port()}", "service": "sam3"})
    await JobSlip(store, slip.run_id, "another_step").write(away)
    assert sorted(await release(store, slip.run_id)) == ["birefnet", "sam3"]
    assert services.count("DELETE", f"/birefnet/jobs/{job.job_id}") == 1
    assert await release(store, slip.run_id) == []


async def test_health(services):
    """Every service is asked once: online, offline where nobody answers well, unknown without an address."""
    addresses = services.environment()
    there = TryOnSettings(
        a100_url=addresses["A100_SERVER_URL"],
        image_manipulator_url=f"http://127.0.0.1:{free_port()}",
        birefnet_url=addresses["BIREFNET_URL"],
        sam3_url="",
    )
    states = {"a100": "online", "imageManipulator": "offline", "birefnet": "online", "sam3": "unknown"}
    assert await probe_all(there) == states
