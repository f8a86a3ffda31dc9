"""What a workflow's status says, from its start to each of its ends."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from prefect.client.schemas.objects import FlowRun, State
from prefect.states import AwaitingRetry, Cancelled, Cancelling, Completed, Crashed, Failed, Paused, Pending, Running

from api.contracts.tryon_kinds import START
from api.contracts.tryon_results import lost
from tests.tryon_api.conftest import Client, Hand, bare
from tests.tryon_api.pictures import a_failure, a_mask, a_try_on, generate_body

KEYS = {"workflowId", "status", "progress", "currentStep", "result", "error"}
UNKNOWN = "8b1f6a52-0d6c-4a4e-9f5f-0a4c5d1f2b11"


def as_the_client_reads(body: dict[str, Any]) -> tuple[str, str]:
    """Return the status and the message that the shipped client shows."""
    if body.get("error"):
        return "FAILED", body.get("detail") or body["error"]
    return body["status"], ""


@pytest.mark.parametrize(
    ("route", "prefix"), [("start", "jewelry-gen-"), ("preprocess", "preprocess-"), ("generate", "generate-")]
)
async def test_a_workflow_is_accepted(tryon: Client, hand: Hand, route: str, prefix: str) -> None:
    """Each of the three routes answers 202 with exactly the id, which has its prefix, and RUNNING."""
    body = await generate_body(hand.store)
    fields = body if route == "generate" else {}
    workflow = await tryon.started(route, **fields)
    assert workflow == prefix + bare(workflow)
    first = "UPLOADING_MASK" if route == "generate" else "UPLOADING_IMAGE"
    assert await tryon.status(workflow) == {
        "workflowId": workflow,
        "status": "RUNNING",
        "progress": 0,
        "currentStep": first,
        "result": None,
        "error": None,
    }


async def test_progress_is_what_the_flow_says(tryon: Client, hand: Hand) -> None:
    """While a run works its labels give progress and step, never 100."""
    workflow = await tryon.started()
    await hand.start(bare(workflow), progress=45, step="GENERATING_MASK")
    status = await tryon.status(workflow)
    assert (status["status"], status["progress"], status["currentStep"]) == ("RUNNING", 45, "GENERATING_MASK")
    await hand.start(bare(workflow), progress=100, step="GENERATING_IMAGES")
    assert (await tryon.status(workflow))["progress"] == 99


async def test_both_forms_of_an_id_are_taken(tryon: Client) -> None:
    """The bare UUID names the same workflow as the prefixed id; the prefix of another kind names none."""
    workflow = await tryon.started()
    assert await tryon.status(bare(workflow)) == await tryon.status(workflow)
    assert await tryon.status(bare(workflow).upper()) == await tryon.status(workflow)
    for prefix in ("preprocess-", "generate-", "wf-"):
        assert (await tryon.get(f"/workflow/{prefix}{bare(workflow)}")).status_code == 404


async def test_an_unknown_workflow_is_404(tryon: Client) -> None:
    """Reading or cancelling what nobody started answers 404 with a string."""
    for workflow in ("nobody", UNKNOWN, f"jewelry-gen-{UNKNOWN}", "jewelry-gen-", "%2e%2e%2fetc"):
        for answer in (await tryon.get(f"/workflow/{workflow}"), await tryon.post(f"/workflow/{workflow}/cancel")):
            assert answer.status_code == 404, workflow
            assert isinstance(answer.json()["detail"], str)


async def test_runs_of_others_are_no_try_ons(tryon: Client, hand: Hand) -> None:
    """A run of another deployment is seen through its own contract only."""
    other = await hand.client.read_deployment_by_name("another-flow/default")
    run = await hand.client.create_flow_run_from_deployment(other.id)
    assert (await tryon.get(f"/workflow/{run.id}")).status_code == 404


TIMED_OUT: State = Failed(name="TimedOut", message="Flow run exceeded timeout of 900.0 second(s)")
ENDS: list[tuple[State, str, str | None, bool | None]] = [
    (Pending(), "RUNNING", None, None),
    (Running(name="Retrying"), "RUNNING", None, None),
    (AwaitingRetry(), "RUNNING", None, None),
    (Paused(), "RUNNING", None, None),
    (Completed(), "RUNNING", None, None),  # without a result it is not called completed
    (Failed(message="a bug"), "FAILED", "WORKFLOW_FAILED", False),
    (TIMED_OUT, "FAILED", "TIMEOUT", True),
    (Crashed(message="the worker lost power"), "FAILED", "WORKFLOW_FAILED", True),
    (Cancelling(), "CANCELLED", None, None),
    (Cancelled(), "CANCELLED", None, None),
]


@pytest.mark.parametrize(("state", "word", "code", "retryable"), ENDS, ids=[f"{end[0].name}" for end in ENDS])
async def test_a_state_without_a_result(
    tryon: Client, hand: Hand, state: State, word: str, code: str | None, retryable: bool | None
) -> None:
    """All six keys are there in each state; error and detail only when FAILED; the last progress stays."""
    workflow = await tryon.started()
    await hand.start(bare(workflow), progress=45, step="GENERATING_MASK")
    await hand.set(bare(workflow), state)
    status = await tryon.status(workflow)
    assert set(status) == KEYS | ({"detail"} if word == "FAILED" else set())
    assert (status["status"], status["result"]) == (word, None)
    assert status["progress"] == (99 if state.is_completed() else 45)
    assert status["currentStep"] == ("GENERATING_MASK" if word == "RUNNING" else word)
    assert as_the_client_reads(status)[0] == word
    if word != "FAILED":
        assert status["error"] is None
        return
    assert status["error"] == {
        "code": code,
        "message": state.message,
        "failedStep": "GENERATING_MASK",
        "retryCount": 0,
        "isRetryable": retryable,
    }
    assert status["detail"] == state.message


async def test_a_failure_is_told_as_the_flow_told_it(tryon: Client, hand: Hand) -> None:
    """FAILED has the flow's code, message, step, retries, and the message as the string `detail`."""
    workflow = await tryon.started()
    await hand.start(bare(workflow), progress=70, step="GENERATING_IMAGES")
    await hand.finish(bare(workflow), a_failure())
    status = await tryon.status(workflow)
    assert status == {
        "workflowId": workflow,
        "status": "FAILED",
        "progress": 70,
        "currentStep": "FAILED",
        "result": None,
        "error": {
            "code": "A100_UNAVAILABLE",
            "message": "A100 server is offline",
            "failedStep": "GENERATING_IMAGES",
            "retryCount": 0,
            "isRetryable": True,
        },
        "detail": "A100 server is offline",
    }
    assert as_the_client_reads(status) == ("FAILED", "A100 server is offline")


async def test_completed_comes_with_its_result(tryon: Client, hand: Hand) -> None:
    """COMPLETED is said together with the result, at 100 per cent, with a null error."""
    workflow = await tryon.started()
    await hand.finish(bare(workflow), await a_try_on(hand.store))
    status = await tryon.status(workflow)
    assert set(status) == KEYS
    assert (status["status"], status["progress"], status["currentStep"]) == ("COMPLETED", 100, "COMPLETED")
    assert (status["error"], bool(status["result"])) == (None, True)
    assert as_the_client_reads(status)[0] == "COMPLETED"


async def test_a_success_that_says_no_has_failed(tryon: Client, hand: Hand) -> None:
    """A completed run whose result is a failure is FAILED, whatever its state says."""
    workflow = await tryon.started()
    await hand.finish(bare(workflow), a_failure().model_copy(update={"success": True}))
    document = a_failure().model_dump_json().encode()
    await hand.store.write_named(f"runs/{bare(workflow)}/result.json", document)
    assert (await tryon.status(workflow))["error"]["code"] == "A100_UNAVAILABLE"


async def test_a_result_that_cannot_be_read_is_almost_done(tryon: Client, hand: Hand) -> None:
    """A completed run whose result cannot be read is RUNNING at 99."""
    workflow = await tryon.started()
    await hand.set(bare(workflow), Completed())
    for document in (b"{", b'{"success": 3}', b""):
        await hand.store.write_named(f"runs/{bare(workflow)}/result.json", document)
        status = await tryon.status(workflow)
        assert (status["status"], status["progress"], status["error"]) == ("RUNNING", 99, None)


def test_a_result_that_stays_away_is_a_failure() -> None:
    """A completed run without a result has a minute; then its workflow has failed, so that nobody polls for ever."""
    run = FlowRun(flow_id=uuid4(), state=Completed(), parameters={"request": {}})
    assert lost(START, run) is None
    for age_s, code in ((30, None), (90, "UNKNOWN")):
        ended = datetime.now(UTC) - timedelta(seconds=age_s)
        failure = lost(START, run.model_copy(update={"end_time": ended}))
        assert (failure.code if failure else None) == code


async def test_a_lost_picture_does_not_hide_the_rest(tryon: Client, hand: Hand) -> None:
    """Where a picture's bytes are gone its base64 is null; its URI, the metrics and the other pictures are shown."""
    workflow = await tryon.started()
    result = await a_try_on(hand.store)
    assert result.flux is not None
    await hand.finish(bare(workflow), result)
    await hand.store.remove(result.flux)
    shown = (await tryon.status(workflow))["result"]
    assert (shown["fluxResultBase64"], shown["fluxResultUri"]) == (None, result.flux.uri)
    assert shown["fluxFidelityVizBase64"]


async def test_a_mask_is_handed_on_to_the_second_half(tryon: Client, hand: Hand) -> None:
    """The preprocess result's URIs and points, posted to generate as they are, start a run of those very bytes."""
    workflow = await tryon.started("preprocess")
    prepared = await a_mask(hand.store)
    prepared = prepared.model_copy(update={"scaled_points": [(150.0, 120.5)]})
    await hand.finish(bare(workflow), prepared)
    made = (await tryon.status(workflow))["result"]
    body = {"imageUri": made["resizedUri"], "maskUri": made["maskUri"], "scaledPoints": made["scaledPoints"]}
    second = await tryon.post("/workflow/generate", json=body | {"gender": "male"})
    parameters = await hand.parameters(bare(second.json()["workflowId"]))
    assert prepared.resized is not None
    assert prepared.mask is not None
    assert parameters["photo"]["sha256"] == prepared.resized.sha256
    assert parameters["mask"]["sha256"] == prepared.mask.sha256
    assert (parameters["scaled_points"], parameters["gender"]) == ([[150.0, 120.5]], "male")


async def test_a_cancel_is_final_and_may_be_repeated(tryon: Client, hand: Hand) -> None:
    """A running workflow's cancel answers CANCELLED, again too, and so does its status; nothing is an error."""
    workflow = await tryon.started()
    await hand.start(bare(workflow), progress=45, step="GENERATING_MASK")
    for body in (None, {"reason": "the customer left"}, {}):
        answer = await tryon.post(f"/workflow/{workflow}/cancel", json=body)
        assert (answer.status_code, answer.json()) == (200, {"workflowId": workflow, "status": "CANCELLED"})
    assert await tryon.status(workflow) == {
        "workflowId": workflow,
        "status": "CANCELLED",
        "progress": 45,
        "currentStep": "CANCELLED",
        "result": None,
        "error": None,
    }
    await hand.cancel(bare(workflow))
    answer = await tryon.post(f"/workflow/{bare(workflow)}/cancel")
    assert answer.json() == {"workflowId": workflow, "status": "CANCELLED"}


async def test_a_cancels_reason_is_kept(tryon: Client, hand: Hand) -> None:
    """The reason becomes the message of the run's state, where people look; one that is too long is refused."""
    workflow = await tryon.started()
    await hand.start(bare(workflow))
    await tryon.post(f"/workflow/{workflow}/cancel", json={"reason": "the customer left"})
    states = await hand.client.read_flow_run_states(await hand.run_id(bare(workflow)))
    assert "the customer left" in {state.message for state in states}
    assert "reason" in await tryon.refused(f"/workflow/{workflow}/cancel", {"reason": "x" * 501})


@pytest.mark.parametrize("word", ["COMPLETED", "FAILED"])
async def test_what_has_ended_is_not_cancelled(tryon: Client, hand: Hand, word: str) -> None:
    """The cancel of a workflow that has ended answers 200 and how it ended."""
    workflow = await tryon.started()
    await hand.finish(bare(workflow), await a_try_on(hand.store) if word == "COMPLETED" else a_failure())
    answer = await tryon.post(f"/workflow/{workflow}/cancel", json={})
    assert (answer.status_code, answer.json()) == (200, {"workflowId": workflow, "status": word})
    assert (await tryon.status(workflow))["status"] == word


async def test_a_store_that_is_away_is_waited_for(tryon: Client, hand: Hand) -> None:
    """While the store fails a completed run is RUNNING at 99, and a failed one is 502: its code is not made up."""
    completed, failed = await tryon.started(), await tryon.started()
    await hand.finish(bare(completed), await a_try_on(hand.store))
    await hand.finish(bare(failed), a_failure())
    for workflow in (completed, failed):
        folder = hand.store.home / "store" / hand.store.container / "named" / "runs" / bare(workflow)
        shutil.rmtree(folder)
        folder.touch()  # to look for a document in a file is an error of the storage
    status = await tryon.status(completed)
    assert (status["status"], status["progress"], status["error"]) == ("RUNNING", 99, None)
    answer = await tryon.get(f"/workflow/{failed}")
    assert answer.status_code == 502
    assert int(answer.headers["Retry-After"]) > 0
