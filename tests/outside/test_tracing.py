"""One trace from the client's request to everything that is called for it, and the id in every log line on the way."""

from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext

from blocks.tracing import current_trace, outgoing_headers, trace_labels, tracing
from tasks.domain.trace_context import Trace
from tests.language_models.provider import FakeProviders
from tests.outside.receiver import Receiver
from tests.stack import RunningStack
from tests.waiting import eventually

TRACE_ID, SPAN_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
SENT = f"00-{TRACE_ID}-{SPAN_ID}-01"


async def logged(client: PrefectClient, run_id: UUID) -> list[str]:
    """Return what the run's flow and tasks logged with the server."""
    logs = await client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run_id])))
    return [entry.message for entry in logs]


def traced(headers: dict[str, str], correlation_id: str) -> str:
    """Check that `headers` belong to the trace; return their span id."""
    version, trace_id, span_id, flags = headers["traceparent"].split("-")
    assert (version, trace_id, flags) == ("00", TRACE_ID, "01")
    assert headers["x-correlation-id"] == correlation_id
    return span_id


async def test_a_request_is_one_trace_up_to_its_webhook(stack, providers: FakeProviders, receiver: Receiver) -> None:
    """The answer, the language model's API and the webhook see the client's id and trace, each with another span."""
    asked = {"request": {"prompt": "a traced band", "model": "claude"}, "webhook_url": f"{receiver.url}/traced"}
    headers = {"X-Correlation-ID": "order-4711", "traceparent": SENT}
    async with httpx.AsyncClient(base_url=stack.api_url, timeout=60) as api:
        answer = await api.post("/runs/ring", json=asked, headers=headers)
    assert answer.status_code == 202, answer.text

    async def told():
        return receiver.at("/traced")

    (message,) = await eventually(told, "no webhook came")
    (call,) = [each for each in providers.requests if "a traced band" in each.user]
    spans = {SPAN_ID, *(traced(each.headers, "order-4711") for each in (answer, call, message))}
    assert len(spans) == 4

    async with PrefectClient(api=stack.prefect_api_url) as client:

        async def lines():
            found = await logged(client, UUID(answer.json()["id"]))
            return [line for line in found if "[correlation_id=order-4711]" in line]

        assert await eventually(lines, "no log line carries the id")


@pytest.mark.parametrize("traceparent", ["", "00-" + "0" * 32 + f"-{SPAN_ID}-01", "nonsense"])
async def test_a_job_of_the_ring_contract_gets_a_trace_of_its_own(
    stack: RunningStack, providers: FakeProviders, traceparent: str
) -> None:
    """Without a trace, or with a malformed one, a new trace begins; it reaches the provider all the same."""
    prompt = f"band {uuid4().hex}"
    async with httpx.AsyncClient(base_url=stack.ring_url, timeout=60) as ring:
        job = {"prompt": prompt, "llm_name": "gemini"}
        answer = await ring.post("/jobs", json=job, headers={"traceparent": traceparent, "X-Correlation-ID": "a b"})
    assert answer.status_code == 200, answer.text

    async def called():
        return [each for each in providers.requests if prompt in each.user]

    (call,) = await eventually(called, "the provider was not called")
    assert call.headers["traceparent"].split("-")[1] == answer.headers["traceparent"].split("-")[1] != TRACE_ID
    assert call.headers["x-correlation-id"] == answer.headers["x-correlation-id"] != "a b"


@pytest.mark.parametrize(
    ("traceparent", "taken"),
    [
        (SENT, True),
        (SENT[:-1] + "0", True),
        (f"cc-{TRACE_ID}-{SPAN_ID}-01-what-a-later-version-adds", True),
        (f"00-{TRACE_ID}-{SPAN_ID}-01-more", False),
        (f"ff-{TRACE_ID}-{SPAN_ID}-01", False),
        (f"00-{TRACE_ID.upper()}-{SPAN_ID}-01", False),
        (f"00-{TRACE_ID}-{'0' * 16}-01", False),
        (f"00-{'0' * 32}-{SPAN_ID}-01", False),
        (f"00-{TRACE_ID[1:]}-{SPAN_ID}-01", False),
        (f"00-{TRACE_ID}-{SPAN_ID}", False),
        (f"{SENT}\n", False),
        ("", False),
    ],
)
def test_traceparent_is_read_as_w3c_says(traceparent: str, taken: bool) -> None:
    """A valid header's trace goes on with its flag; anything else begins a trace of its own."""
    trace = Trace.received("", traceparent)
    assert (trace.trace_id == TRACE_ID) is taken
    assert trace.sampled is not traceparent.endswith("00")
    assert Trace.received("", trace.next_hop().traceparent).trace_id == trace.trace_id


@pytest.mark.parametrize("given", ["order-7", "A.b_c-9", "x" * 128])
def test_a_decent_correlation_id_is_kept(given: str) -> None:
    """Letters, digits, dot, underscore and dash, at most 128."""
    assert Trace.received(given, "").correlation_id == given


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a\r\nSet-Cookie: b", "é", "<script>"])
def test_any_other_correlation_id_is_replaced(given: str) -> None:
    """What could break a header or a log line never gets there."""
    assert Trace.received(given, "").correlation_id not in ("", given)


def test_a_subflow_works_for_its_parents_request() -> None:
    """A flow called from a flow has no labels of its own; its calls and the runs it starts belong to the trace."""
    labels = {"atelier.correlation": "order-7", "atelier.traceparent": SENT}
    parent, child = (FlowRun(flow_id=uuid4(), labels=given) for given in (labels, {}))
    with FlowRunContext.model_construct(flow_run=parent), FlowRunContext.model_construct(flow_run=child):
        assert traced({name.lower(): value for name, value in outgoing_headers().items()}, "order-7") != SPAN_ID
        assert trace_labels() == labels
    assert current_trace() is None


def test_without_a_request_nothing_is_said() -> None:
    """A scheduled run has no trace, and sends no empty headers; a run's own labels go before the process's request."""
    assert outgoing_headers() == {} == trace_labels()
    labels = {"atelier.correlation": "of-the-run", "atelier.traceparent": SENT}
    with (
        tracing(Trace.received("of-the-process", "")),
        FlowRunContext.model_construct(flow_run=FlowRun(flow_id=uuid4(), labels=labels)),
    ):
        assert trace_labels() == labels
